# SPDX-License-Identifier: Apache-2.0
"""Claim events: read a file of the standard's, sign for its events in batches, send them.

A claim's act holds the root over the events, and goes to the node together with them
(docs/reference/events.md).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import msgspec

from ropewalk.client.actor import Actor
from ropewalk.client.errors import NotFoundError
from ropewalk.client.node import Outcome
from ropewalk.crypto import Value, random_bytes
from ropewalk.tracking import Event, StructureError, read_events, root_of

BATCH_EVENTS: Final = 500
ACT: Final = "cargo.CLAIM"
Version = Literal["2.2", "3.0"]


class _Pushed(msgspec.Struct):
    events: list[msgspec.Raw]


@dataclass(frozen=True, slots=True)
class Claimed:
    """One batch, and what became of its claim."""

    root: str
    count: int
    outcome: Outcome


def events_in(data: bytes) -> tuple[Version, list[bytes]]:
    """The version of a file and the exact bytes of its events.

    Args:
        data: A list of 2.2 events, or 3.0's `{"events": […]}`.

    Raises:
        TrackingError: it is neither.
    """
    try:
        if data.lstrip()[:1] == b"[":
            return "2.2", [bytes(one) for one in msgspec.json.decode(data, type=list[msgspec.Raw])]
        return "3.0", [bytes(one) for one in msgspec.json.decode(data, type=_Pushed).events]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise StructureError(f'{error}; send a list of events, or {{"events": […]}}') from error


def joined(events: Sequence[bytes], version: Version) -> bytes:
    """Events as one document of the standard's."""
    listed = b"[" + b",".join(events) + b"]"
    return listed if version == "2.2" else b'{"events":' + listed + b"}"


def claim(
    actor: Actor,
    data: bytes,
    *,
    loads: Sequence[dict[str, Any]] = (),
    consignments: Sequence[str] = (),
    boxes: Mapping[str, str] | None = None,
) -> Iterator[Claimed]:
    """Claim all events of a file, in batches of up to 500; each is checked before it is signed.

    Args:
        actor: Who signs for them.
        data: The file.
        loads: For the act's `loads`, of a file of one batch (docs/reference/acts.md).
        consignments: ids of those that every event concerns, the claimant being a party of each;
            their parties read the events at the node.
        boxes: Where a device claims, the tag of each container by its reference.

    Raises:
        TrackingError: an event cannot be taken; the batches before it are claimed.
        NotFoundError: a device's event is about a container of which no tag is given.
        ClientError: the node does not take one.
    """
    version, events = events_in(data)
    named = sorted(set(consignments))
    for start in range(0, len(events), BATCH_EVENTS):
        batch = events[start : start + BATCH_EVENTS]
        checked: list[Event] = read_events(joined(batch, version), version)
        salt = random_bytes(32)
        datas = [one.data for one in checked]
        concerns = [named] * len(batch) if named else []
        root = root_of(datas, salt, by=actor.acts_for, version=version, concerns=concerns)
        body: dict[str, Value] = {"count": len(batch), "root": root}
        if loads:
            body["loads"] = [dict(one) for one in loads]
        if boxes:
            body["boxes"] = list(_tags(checked, boxes))
        sent = actor.node.claim(actor.build(ACT, body), version, salt, batch, concerns=concerns)
        yield Claimed(root, len(batch), sent)


def _tags(events: Sequence[Event], boxes: Mapping[str, str]) -> list[str]:
    """The boxes that a batch is about, by tag; all, where none of its events names one."""
    named = {one.references.equipment for one in events} - {""} or {*boxes}
    strange = sorted(named - {*boxes})
    if strange:
        raise NotFoundError(f"the events name {strange[0]}, of which no tag is given")
    return sorted({boxes[one] for one in named})
