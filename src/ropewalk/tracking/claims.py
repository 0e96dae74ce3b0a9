# SPDX-License-Identifier: Apache-2.0
r"""A claim: 1 to 500 events that a party or a device signs for under one root.

A leaf hides its event behind a salt of its own, drawn from the claim's by the event's index, so
that one event can be shown, with its salt and path, and the others stay unguessable.

    salt of the leaf  HMAC-SHA256(key = the claim's salt, "ropewalk claim v1\n" + decimal index)
    leaf              {"by":"<claimant's controller id>","event":"<SHA-256 of the event's exact
                      bytes>","salt":"<salt of the leaf>","version":"2.2" or "3.0"}
                      as canonical JSON, ids and hashes in lower-case hex
    root              RFC 9162 root over the leaves in the order of the events

Who claims and the version by which the events are read stand in every leaf: a root that another
claims before is of no use to it, and no event can be taken for one of the other version.

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

_LABEL: Final = b"ropewalk claim v1\n"
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


def leaf_salt(salt: bytes, index: int) -> bytes:
    """Salt of one leaf, 32 bytes; it tells nothing of the claim's or of another leaf's."""
    return hmac.digest(salt, _LABEL + str(index).encode("ascii"), "sha256")


def leaf(event: bytes, salt: bytes, index: int, *, by: str, version: Version) -> bytes:
    """The leaf of an event: canonical JSON, 206 bytes.

    Args:
        event: its exact bytes.
        salt: the claim's, 32 bytes.
        index: which event of the claim, from 0.
        by: the claimant's controller id.
        version: of the standard by which the event is read.
    """
    return _leaf(event, leaf_salt(salt, index), by, version)


def root_of(events: Sequence[bytes], salt: bytes, *, by: str, version: Version) -> str:
    """The root that a claim's signer signs, hex.

    Args:
        events: the exact bytes of each, in the claim's order.
        salt: 32 random bytes, the claim's own.
        by: the claimant's controller id.
        version: of the standard by which the events are read.

    Raises:
        ClaimError: no event, more than 500, another salt, or no claimant or version.
    """
    return tlog.root_of(_leaf_hashes(events, salt, by, version)).hex()


def show(events: Sequence[bytes], salt: bytes, index: int, *, by: str, version: Version) -> Shown:
    """What shows one event of a claim to whoever knows its root.

    Raises:
        ClaimError: as `root_of`, or the claim has no such event.
    """
    if not 0 <= index < len(events):
        raise ClaimError(f"a claim of {len(events)} events has none at {index}")
    hashes = _leaf_hashes(events, salt, by, version)

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
        own_salt = from_hex(shown.salt, SALT_SIZE)
        entry = _leaf(shown.event, own_salt, shown.by, shown.version)
        path = [from_hex(step, 32) for step in shown.path]
        top = from_hex(root, 32)
        hashed = tlog.leaf_hash(entry)
        tlog.verify_inclusion(hashed, shown.index, shown.size, path, top)
    except (ClaimError, EncodingError, tlog.ProofError) as error:
        raise NotInClaimError(f"{error}; ask for the event, its salt and path again") from error


def _leaf(event: bytes, salt: bytes, by: str, version: str) -> bytes:
    hashed = hashlib.sha256(event).hexdigest()
    return encode({"by": by, "event": hashed, "salt": salt.hex(), "version": version})


def _check_said(by: str, version: str) -> None:
    if not _CONTROLLER.fullmatch(by):
        raise ClaimError("a claimant is named by a controller's id, 32 lower-case hex digits")
    if version not in _VERSIONS:
        raise ClaimError(f"events are of version {' or '.join(_VERSIONS)}")


def _leaf_hashes(events: Sequence[bytes], salt: bytes, by: str, version: Version) -> list[bytes]:
    if not 1 <= len(events) <= EVENTS_MAX:
        raise ClaimError(f"a claim holds 1 to {EVENTS_MAX} events, not {len(events)}")
    if len(salt) != SALT_SIZE:
        raise ClaimError(f"a claim's salt has {SALT_SIZE} random bytes")
    _check_said(by, version)
    return [
        tlog.leaf_hash(leaf(event, salt, index, by=by, version=version))
        for index, event in enumerate(events)
    ]
