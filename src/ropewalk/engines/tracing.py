# SPDX-License-Identifier: Apache-2.0
"""Walk the log back along a title's chain, through the titles whose place it took.

Every act on a title names the act before, or its event does where it names none; an act that was
carried out by approvals is told by what was proposed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ropewalk.engines.port import ApprovedBy, LedgerEvent, Logged, LoggedAct
from ropewalk.ledger import Payload, TransactionEntry, decode_entry, unverified
from ropewalk.title import Title

PROPOSE, APPROVE = "identity.PROPOSE", "identity.APPROVE"
CARRIED_OUT = "identity.act_carried_out"
Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Log:
    """What the walk asks for."""

    logged: Callable[[str], Logged | None]
    """The entry of a transaction id."""
    events: Callable[[Logged], list[LedgerEvent]]
    """What an entry's act did."""
    title: Callable[[str], Title]
    """A title's record."""


def trace(log: Log, identifier: str, record: Title) -> list[LoggedAct]:
    """Every act on a title and on those it replaces, oldest first.

    Args:
        log: where to look.
        identifier: the title.
        record: its record; where the walk begins.

    Raises:
        LookupError: the log lacks an act that the chain names.
    """
    found: dict[str, LoggedAct] = {}
    waiting = [(identifier, record, record.last_act)]
    seen: set[str] = set()
    while waiting:
        title, standing, transaction = waiting.pop()
        if title in seen:  # split and combined again: many ways lead back to it
            continue
        seen.add(title)
        while transaction:
            logged = _require(log.logged(transaction), transaction)
            act = _Act(log, logged, transaction)
            found.setdefault(transaction, act.as_logged())
            before = act.before(title)
            if before is None:
                waiting += [
                    (parent, log.title(parent), act.before(parent) or "")
                    for parent in standing.replaces
                ]
            transaction = before or ""
    return sorted(found.values(), key=lambda one: one.position)


class _Act:
    """One entry, told by what it carried out."""

    def __init__(self, log: Log, logged: Logged, transaction: str) -> None:
        self._log, self._logged, self._transaction = log, logged, transaction
        self.approvals: list[Logged] = []
        payload = _payload(logged)
        self.body: Body = payload.body
        if payload.act in (PROPOSE, APPROVE):
            self._find_proposed()

    def _events(self) -> list[LedgerEvent]:
        return [
            one for one in self._log.events(self._logged) if one.transaction == self._transaction
        ]

    def _find_proposed(self) -> None:
        for event in self._events():
            if event.name != CARRIED_OUT:
                continue
            entries = [
                _require(self._log.logged(one), one)
                for one in event.attributes["transactions"].split(" ")
            ]
            for entry in sorted(entries, key=lambda one: one.position):
                payload = _payload(entry)
                if payload.act == PROPOSE:
                    self.body = _inner(payload.body)
                if entry.position != self._logged.position:
                    self.approvals.append(entry)
            return
        raise LookupError(f"nothing was carried out by {self._transaction}")

    def before(self, title: str) -> str | None:
        """The act before on a title; None where this act made it."""
        for parent in (*self.body.get("parents", ()), *self.body.get("titles", ())):
            if parent["title"] == title:
                return str(parent["last_act"])
        if self.body.get("title") != title:
            return None
        if "last_act" in self.body:
            return str(self.body["last_act"])
        for event in self._events():
            if event.attributes.get("title") == title and "prior_act" in event.attributes:
                return event.attributes["prior_act"]
        raise LookupError(f"{self._transaction} does not say what came before")

    def as_logged(self) -> LoggedAct:
        """The entry with those that proposed and approved it before."""
        logged = self._logged
        return LoggedAct(
            position=logged.position,
            height=logged.height,
            time=logged.time,
            entry=logged.entry,
            approvals=[
                ApprovedBy(entry=one.entry, position=one.position) for one in self.approvals
            ],
        )


def _inner(body: Body) -> Body:
    inner = body.get("body")
    return inner if isinstance(inner, dict) else {}


def _payload(logged: Logged) -> Payload:
    decoded = decode_entry(logged.entry.encode("ascii"))
    if isinstance(decoded, TransactionEntry):
        return unverified(decoded.transaction).payload
    raise LookupError("an act leads to an entry that is no transaction")


def _require(found: Logged | None, transaction: str) -> Logged:
    if found is None:
        raise LookupError(f"the log lacks act {transaction}")
    return found
