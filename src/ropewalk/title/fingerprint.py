# SPDX-License-Identifier: Apache-2.0
"""Fingerprints of cargo: the same goods are billed once, and a bank that asks is warned (P8).

At issue the carrier shows, for each cargo item, what a keyed hash makes of it: one of the item as a
whole, and some of parts of it, which a slip of the pen in another part leaves as they are. The same
carrier's second live bill over an item is refused; what other carriers' bills and house bills have
alike only warns. House bills, shared boxes and re-issues are normal, and left out. The network's
key keeps strangers from guessing; its members can, which docs/financing.md says. Source: title
requirement T25; reliability I13, TH24; requirements capital.md, «Double financing».
"""

from collections.abc import Iterable

import msgspec

from ropewalk.ledger import Record, View, decode_record, encode_record
from ropewalk.title import state
from ropewalk.title.errors import CargoBilledError, MalformedCargoError

TITLES_MAX = 32
"""Titles kept under one fingerprint; there is a match long before."""
FOLLOWED_MAX = 64
"""Titles looked at to know which took one's place."""


class FingerprintRecord(Record, frozen=True):
    """Record `fingerprint/<hash>`: titles whose cargo has it, as they came."""

    titles: tuple[str, ...]


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """What a title's cargo has alike with other live titles; it names none of them."""

    items: int
    """Cargo items that lie under another live title as well."""
    near: int
    """Cargo items of which only parts are alike."""
    of: int
    """Cargo items that have a fingerprint."""
    is_pledged: bool
    """Whether one of those titles is pledged."""


def fingerprint_key(fingerprint: str) -> str:
    """State key of a fingerprint."""
    return f"fingerprint/{fingerprint}"


def titles_under(view: View, fingerprint: str) -> tuple[str, ...]:
    """Titles whose cargo has it."""
    data = view.get(fingerprint_key(fingerprint))
    return () if data is None else decode_record(data, FingerprintRecord).titles


def billed(
    view: View, shown: state.Fingerprints, identifier: str, title: state.Title
) -> dict[str, bytes | None]:
    """The writes by which a new title is found under what its cargo looks like.

    Raises:
        MalformedCargoError: items are not sorted, each once.
        CargoBilledError: another live title of the same carrier's is over one of them.
    """
    items = [one.item for one in shown.items]
    if items != sorted(set(items)):
        raise MalformedCargoError("fingerprints are sorted by item, each once")
    writes: dict[str, bytes | None] = {}
    for one in shown.items:
        _require_first(view, one.item, title)
        for fingerprint in dict.fromkeys((one.item, *one.near)):
            known = titles_under(view, fingerprint)
            if len(known) < TITLES_MAX:
                record = FingerprintRecord(titles=(*known, identifier))
                writes[fingerprint_key(fingerprint)] = encode_record(record)
    return writes


def _require_first(view: View, item: str, title: state.Title) -> None:
    for other in titles_under(view, item):
        found = state.find(view, other)
        if found is None or found.issuer != title.issuer:
            continue
        is_rival = title.house_of != other and found.house_of == title.house_of
        if is_rival and _living(view, other):
            raise CargoBilledError(found.reference)


def _living(view: View, identifier: str) -> list[tuple[str, state.Title]]:
    """A title, or those that took its place, as far as they are not over."""
    living, waiting, followed = [], [identifier], set[str]()
    while waiting and len(followed) < FOLLOWED_MAX:
        one = waiting.pop()
        title = state.find(view, one)
        if title is None or one in followed:
            continue
        followed.add(one)
        if title.replaced_by:
            waiting.extend(title.replaced_by)
        elif title.status not in (state.VOID, state.DELIVERED, state.SURRENDERED):
            living.append((one, title))
    return living


def match(view: View, identifier: str) -> Match:
    """What the cargo of a title has alike with that of others, its own kin aside.

    Kin are the titles it took the place of and those that took theirs, its master bill, and the
    house bills under it.

    Args:
        view: the state.
        identifier: the title's id, which is one.
    """
    ancestors = _ancestors(view, identifier)
    shown = [one for name in ancestors for one in _shown(view, name)]
    found = [_alike(view, one, identifier, ancestors) for one in shown]
    others = [title for exact, near in found for title in (*exact, *near)]
    return Match(
        items=sum(1 for exact, _ in found if exact),
        near=sum(1 for exact, near in found if near and not exact),
        of=len(shown),
        is_pledged=any(title.pledge is not None for title in others),
    )


def _shown(view: View, identifier: str) -> tuple[state.Fingerprint, ...]:
    title = state.find(view, identifier)
    return () if title is None or title.fingerprints is None else tuple(title.fingerprints.items)


def _ancestors(view: View, identifier: str) -> list[str]:
    """The title and those whose place it took, however long ago."""
    found, waiting = list[str](), [identifier]
    while waiting and len(found) < FOLLOWED_MAX:
        one = waiting.pop()
        title = state.find(view, one)
        if title is not None and one not in found:
            found.append(one)
            waiting.extend(title.replaces)
    return found


def _alike(
    view: View, shown: state.Fingerprint, identifier: str, ancestors: Iterable[str]
) -> tuple[list[state.Title], list[state.Title]]:
    """Live titles that have the item, and those that have parts of it."""
    exact = _strangers(view, titles_under(view, shown.item), identifier, ancestors)
    near = [
        title
        for part in shown.near
        for title in _strangers(view, titles_under(view, part), identifier, ancestors)
    ]
    return exact, near


def _strangers(
    view: View, titles: Iterable[str], identifier: str, ancestors: Iterable[str]
) -> list[state.Title]:
    """Live titles that follow from these and are no kin: not its master, nor its house bills."""
    own = state.load_any(view, identifier)
    kin = {*ancestors}
    masters = {name for name, _ in _living(view, own.house_of)} if own.house_of else set[str]()
    return [
        title
        for first in titles
        if first not in kin
        for name, title in _living(view, first)
        if name not in masters and title.house_of not in kin
    ]
