# SPDX-License-Identifier: Apache-2.0
r"""A claim: 1 to 500 events that a party or a device signs for under one root.

A leaf hides its event behind a salt of its own, drawn from the claim's by the event's index, so
that one event can be shown, with its salt and path, and the others stay unguessable.

    salt of the leaf  HMAC-SHA256(key = the claim's salt, "ropewalk claim v1\n" + decimal index)
    leaf              {"by":"<claimant's controller id>","event":"<SHA-256 of the event's exact
                      bytes>","salt":"<salt of the leaf>","version":"2.2" or "3.0"}
                      as canonical JSON, ids and hashes in lower-case hex
    naming            HMAC-SHA256(key = the claim's salt, "ropewalk concerns v1\n" + decimal index,
                      and for each consignment that the event concerns, ids rising, "\n" + id); the
                      leaf has it as "concerns", and no such member where none is named
    root              RFC 9162 root over the leaves in the order of the events

Who claims and the version by which the events are read stand in every leaf: a root that another
claims before is of no use to it, and no event can be taken for one of the other version. Which
consignments an event concerns, and so who reads it, is likewise the claimant's word alone. Whoever
is shown the event learns only that some were named: they are hidden by the claim's own salt.

Source: RFC 9162, 2.1; RFC 2104; docs/reference/tracking.md, 5.
"""

import hashlib
import hmac
import re
from collections.abc import Sequence
from typing import Final

import msgspec

from ropewalk import tlog
from ropewalk.crypto import SALT_SIZE, EncodingError, encode, from_hex
from ropewalk.tracking.errors import ClaimError, NotInClaimError
from ropewalk.tracking.event import Version
from ropewalk.tracking.reading import EVENTS_MAX

CONSIGNMENTS_MAX: Final = 16
"""Of one event."""
Concerns = Sequence[Sequence[str]]
"""For each event the ids of the consignments it concerns, rising; () where no event has any."""
_LABEL: Final = b"ropewalk claim v1\n"
_NAMING: Final = "ropewalk concerns v1\n"
_CONSIGNMENT: Final = re.compile(r"[0-9a-f]{64}")
_CONTROLLER: Final = re.compile(r"[0-9a-f]{32}")
_VERSIONS: Final = ("2.2", "3.0")


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """One event of a claim, shown without the others: all that a verifier needs but the root."""

    event: bytes
    """The event's exact bytes."""
    by: str
    """The claimant's controller id: who has to be the one that the ledger names for the root."""
    version: Version
    """Of the standard by which the event is read."""
    salt: str
    """Salt of its leaf, hex."""
    index: int
    """Which event of the claim, from 0."""
    size: int
    """How many events the claim holds."""
    path: tuple[str, ...]
    """Audit path from the leaf up, hex."""
    concerns: str = ""
    """What hides the consignments it concerns, hex; "" where none was named."""


def leaf_salt(salt: bytes, index: int) -> bytes:
    """Salt of one leaf, 32 bytes; it tells nothing of the claim's or of another leaf's."""
    return hmac.digest(salt, _LABEL + str(index).encode("ascii"), "sha256")


def naming(salt: bytes, index: int, consignments: Sequence[str]) -> str:
    """What hides the consignments that an event concerns, hex; "" where there are none.

    Args:
        salt: the claim's, 32 bytes.
        index: which event of the claim, from 0.
        consignments: their ids.

    Raises:
        ClaimError: they are no ids, not rising, or more than 16.
    """
    if not consignments:
        return ""
    if list(consignments) != sorted(set(consignments)) or len(consignments) > CONSIGNMENTS_MAX:
        raise ClaimError(f"an event names at most {CONSIGNMENTS_MAX} consignments, rising by id")
    if not all(_CONSIGNMENT.fullmatch(one) for one in consignments):
        raise ClaimError("a consignment's id is 64 lower-case hex digits")
    said = "\n".join([f"{_NAMING}{index}", *consignments])
    return hmac.digest(salt, said.encode("ascii"), "sha256").hex()


def leaf(
    event: bytes,
    salt: bytes,
    index: int,
    *,
    by: str,
    version: Version,
    concerns: Sequence[str] = (),
) -> bytes:
    """The leaf of an event: canonical JSON, 206 bytes, or 284 where it names consignments.

    Args:
        event: its exact bytes.
        salt: the claim's, 32 bytes.
        index: which event of the claim, from 0.
        by: the claimant's controller id.
        version: of the standard by which the event is read.
        concerns: ids of the consignments it concerns, rising.
    """
    hidden = naming(salt, index, concerns)
    return _leaf(event, leaf_salt(salt, index), by, version, hidden)


def root_of(
    events: Sequence[bytes], salt: bytes, *, by: str, version: Version, concerns: Concerns = ()
) -> str:
    """The root that a claim's signer signs, hex.

    Args:
        events: the exact bytes of each, in the claim's order.
        salt: 32 random bytes, the claim's own.
        by: the claimant's controller id.
        version: of the standard by which the events are read.
        concerns: which consignments each event concerns.

    Raises:
        ClaimError: no event, more than 500, another salt, no claimant or version, or what is
            named is no consignment.
    """
    return tlog.root_of(_leaf_hashes(events, salt, by, version, concerns)).hex()


def show(
    events: Sequence[bytes],
    salt: bytes,
    index: int,
    *,
    by: str,
    version: Version,
    concerns: Concerns = (),
) -> Shown:
    """What shows one event of a claim to whoever knows its root.

    Raises:
        ClaimError: as `root_of`, or the claim has no such event.
    """
    if not 0 <= index < len(events):
        raise ClaimError(f"a claim of {len(events)} events has none at {index}")
    hashes = _leaf_hashes(events, salt, by, version, concerns)

    def node(level: int, at: int) -> bytes:
        return tlog.root_of(hashes[at << level : (at + 1) << level])

    path = tlog.inclusion_path(index, len(events), node)
    return Shown(
        event=events[index],
        by=by,
        version=version,
        salt=leaf_salt(salt, index).hex(),
        index=index,
        size=len(events),
        path=tuple(step.hex() for step in path),
        concerns=naming(salt, index, concerns[index]) if concerns else "",
    )


def check_shown(shown: Shown, root: str) -> None:
    """Check that the claim under this root holds the event, of this claimant and version.

    Whether the ledger names that claimant for the root, the caller looks up.

    Raises:
        NotInClaimError: the members do not lead to the root.
    """
    if not 1 <= shown.size <= EVENTS_MAX:
        raise NotInClaimError(f"a claim holds 1 to {EVENTS_MAX} events")
    try:
        _check_said(shown.by, shown.version)
        if shown.concerns:
            from_hex(shown.concerns, 32)
        own_salt = from_hex(shown.salt, SALT_SIZE)
        entry = _leaf(shown.event, own_salt, shown.by, shown.version, shown.concerns)
        path = [from_hex(step, 32) for step in shown.path]
        top = from_hex(root, 32)
        hashed = tlog.leaf_hash(entry)
        tlog.verify_inclusion(hashed, shown.index, shown.size, path, top)
    except (ClaimError, EncodingError, tlog.ProofError) as error:
        raise NotInClaimError(f"{error}; ask for the event, its salt and path again") from error


def _leaf(event: bytes, salt: bytes, by: str, version: str, hidden: str) -> bytes:
    hashed = hashlib.sha256(event).hexdigest()
    named = {"concerns": hidden} if hidden else {}
    return encode({"by": by, **named, "event": hashed, "salt": salt.hex(), "version": version})


def _check_said(by: str, version: str) -> None:
    if not _CONTROLLER.fullmatch(by):
        raise ClaimError("a claimant is named by a controller's id, 32 lower-case hex digits")
    if version not in _VERSIONS:
        raise ClaimError(f"events are of version {' or '.join(_VERSIONS)}")


def _leaf_hashes(
    events: Sequence[bytes], salt: bytes, by: str, version: Version, concerns: Concerns
) -> list[bytes]:
    if not 1 <= len(events) <= EVENTS_MAX:
        raise ClaimError(f"a claim holds 1 to {EVENTS_MAX} events, not {len(events)}")
    if len(salt) != SALT_SIZE:
        raise ClaimError(f"a claim's salt has {SALT_SIZE} random bytes")
    if concerns and len(concerns) != len(events):
        raise ClaimError("consignments are named for each event, or for none")
    _check_said(by, version)
    named = concerns or [()] * len(events)
    return [
        tlog.leaf_hash(leaf(event, salt, index, by=by, version=version, concerns=named[index]))
        for index, event in enumerate(events)
    ]
