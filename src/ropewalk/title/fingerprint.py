# SPDX-License-Identifier: Apache-2.0
"""Fingerprints of cargo: the same goods are billed once, and a bank that asks is warned (P8).

At issue the carrier shows, for each cargo item, what a keyed hash makes of it: one of the item as a
whole, and some of parts of it, which a slip of the pen in another part leaves as they are. The same
carrier's second live bill over an item is refused; what other carriers' bills and house bills have
alike only warns. House bills, shared boxes and re-issues are normal, and left out. The network's
key keeps strangers from guessing; its members can, which docs/financing.md says. Source: title
requirement T25; reliability I13, TH24; requirements capital.md, «Double financing».
"""

import msgspec

from ropewalk.ledger import Record, View, decode_record, encode_record
from ropewalk.title import state
from ropewalk.title.errors import CargoBilledError, MalformedCargoError

TITLES_MAX = 32
"""Titles kept under one fingerprint; there is a match long before."""
FOLLOWED_MAX = 512
"""Titles looked at, in one act or question, to know which took others' place."""


class FingerprintRecord(Record, frozen=True):
    """Record `fingerprint/<kind>:<hash>`: titles whose cargo has it, as they came.

    And `billed/<issuer>:<item>`: the one title that a carrier issued last over an item.
    """

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


def fingerprint_key(kind: str, fingerprint: str) -> str:
    """State key of a fingerprint: of an `item`, or of what is `near` one."""
    return f"fingerprint/{kind}:{fingerprint}"


def billed_key(issuer: str, item: str) -> str:
    """State key of the last title that a carrier issued over a cargo item."""
    return f"billed/{issuer}:{item}"


def titles_under(view: View, kind: str, fingerprint: str) -> tuple[str, ...]:
    """Titles whose cargo has it."""
    data = view.get(fingerprint_key(kind, fingerprint))
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
        head = billed_key(title.issuer, one.item)
        _require_first(view, head)
        writes[head] = encode_record(FingerprintRecord(titles=(identifier,)))
        named = [("item", one.item), *(("near", part) for part in one.near)]
        for kind, fingerprint in dict.fromkeys(named):
            known = titles_under(view, kind, fingerprint)
            if len(known) < TITLES_MAX and identifier not in known:
                record = FingerprintRecord(titles=(*known, identifier))
                writes[fingerprint_key(kind, fingerprint)] = encode_record(record)
    return writes


def _require_first(view: View, head: str) -> None:
    """Refuse an item over which the carrier has a live bill, a house bill of its own too."""
    data = view.get(head)
    if data is None:
        return
    (before,) = decode_record(data, FingerprintRecord).titles
    if _Living(view).of(before):
        raise CargoBilledError(before)


class _Living:
    """Follows titles to those that took their place, up to a budget for one act or question.

    Beyond it what was not followed counts as live: nobody buys silence by re-issuing often.
    """

    def __init__(self, view: View) -> None:
        self._view = view
        self._left = FOLLOWED_MAX

    def of(self, identifier: str) -> list[tuple[str, state.Title]]:
        """A title, or those that took its place, as far as they are not over."""
        living, waiting, followed = [], [identifier], set[str]()
        while waiting:
            one = waiting.pop()
            title = state.find(self._view, one)
            if title is None or one in followed:
                continue
            followed.add(one)
            self._left -= 1
            if title.replaced_by and self._left > 0:
                waiting.extend(title.replaced_by)
            elif title.status not in (state.VOID, state.DELIVERED, state.SURRENDERED):
                living.append((one, title))
        return living


def match(view: View, identifier: str) -> Match:
    """What the cargo of a title has alike with that of others, its own kin aside.

    Kin are the titles it took the place of and those that took theirs; and, of another issuer, its
    master bill and the house bills under it.

    Args:
        view: the state.
        identifier: the title's id, which is one.
    """
    asking = _Asking(view, identifier)
    found = [asking.alike(one) for one in asking.shown()]
    others = [title for exact, near in found for title in (*exact, *near)]
    return Match(
        items=sum(1 for exact, _ in found if exact),
        near=sum(1 for exact, near in found if near and not exact),
        of=len(found),
        is_pledged=any(title.pledge is not None for title in others),
    )


class _Asking:
    """A question about one title, and what was looked at for it."""

    def __init__(self, view: View, identifier: str) -> None:
        self._view = view
        self._living = _Living(view)
        self._own = state.load_any(view, identifier)
        self._ancestors = self._before(identifier)
        master = self._own.house_of
        self._masters = {name for name, _ in self._living.of(master)} if master else set[str]()

    def _before(self, identifier: str) -> dict[str, state.Title]:
        """The title and those whose place it took, however long ago."""
        found, waiting = dict[str, state.Title](), [identifier]
        while waiting and len(found) < FOLLOWED_MAX:
            one = waiting.pop()
            title = state.find(self._view, one)
            if title is not None and one not in found:
                found[one] = title
                waiting.extend(title.replaces)
        return found

    def shown(self) -> list[state.Fingerprint]:
        """Fingerprints of its cargo, wherever in its story they were shown."""
        stories = [one.fingerprints for one in self._ancestors.values()]
        return [item for shown in stories if shown is not None for item in shown.items]

    def alike(self, shown: state.Fingerprint) -> tuple[list[state.Title], list[state.Title]]:
        """Live titles that have the item, and those that have parts of it."""
        exact = self._strangers("item", shown.item)
        return exact, [one for part in shown.near for one in self._strangers("near", part)]

    def _strangers(self, kind: str, fingerprint: str) -> list[state.Title]:
        return [
            title
            for first in titles_under(self._view, kind, fingerprint)
            if first not in self._ancestors
            for name, title in self._living.of(first)
            if not self._is_kin(name, title)
        ]

    def _is_kin(self, name: str, title: state.Title) -> bool:
        if name in self._ancestors:
            return True
        related = name in self._masters or title.house_of in self._ancestors
        return related and title.issuer != self._own.issuer
