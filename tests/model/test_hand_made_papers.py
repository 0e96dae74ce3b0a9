# SPDX-License-Identifier: Apache-2.0
"""Papers by hand: every act in every state that a booking or instructions can be in, twice judged.

The states are found by walking the model's table; each walk is done by machine and model at once.
"""

from collections.abc import Mapping
from typing import Any

import pytest

from ledger.world import IDS, salt
from model.moves_of_papers import ACTS
from model.papers_model import BY_CARRIER, Deed, Paper, fitting, paper_id
from model.scripted import Scripted
from model.shapes import OF_PAPERS
from model.title_model import title_id

STATES = ("amended", "cancellation", "draft", "proposed", "status", "updated")


def members(act: str, word: str) -> dict[str, Any]:
    """What an act tells, besides paper and last act."""
    shape = OF_PAPERS.get(f"cargo.{act}", {})
    named = ("comment", "content", "document", "reason")
    return {name: salt(f"{word} {name}") for name in named if name in shape}


def key_of(states: Mapping[str, str]) -> tuple[str, ...]:
    """What of the states the table asks for, and whether something is proposed."""
    told = {**states, "proposed": "yes" if states.get("proposed") else ""}
    return tuple(told.get(name, "") for name in STATES)


def after(kind: str, path: tuple[str, ...]) -> dict[str, str]:
    """The states after these acts."""
    deeds = [Deed("", "customer", {"bookings": [], "content": "first"}, "")]
    for number, act in enumerate(path):
        told = {"title": "title"} if act == "ISSUE" else members(act, str(number))
        deeds.append(Deed(act, "", told, ""))
    return Paper(kind, "carrier", "customer", deeds).states


def reachable(kind: str) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Every state, and the shortest way there."""
    found: dict[tuple[str, ...], tuple[str, ...]] = {key_of(after(kind, ())): ()}
    waiting: list[tuple[str, ...]] = [()]
    while waiting:
        path = waiting.pop(0)
        for act in ACTS[kind]:
            longer = (*path, act)
            if fitting(act, after(kind, path)) and key_of(after(kind, longer)) not in found:
                found[key_of(after(kind, longer))] = longer
                waiting.append(longer)
    return found


class AtTheDesk(Scripted):
    """Customer and carrier, and one paper after the other."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind, self.looks = kind, False
        self.booking = self.begun("booking")
        assert self.does("booking", self.booking, "CONFIRM_BOOKING") == ""

    def begun(self, kind: str) -> str:
        """A new paper."""
        self.told += 1
        body: dict[str, Any] = {"content": salt(f"content {self.told}")}
        if kind == "booking":
            act, body = "cargo.REQUEST_BOOKING", {**body, "carrier": IDS["carrier"]}
        else:
            act, body = "cargo.SUBMIT_INSTRUCTIONS", {**body, "bookings": [self.booking]}
        assert self.tries("shipper", act, **body) == ""
        return paper_id(kind, self.world.network, IDS["shipper"], body)

    def walked(self, path: tuple[str, ...]) -> str:
        """A paper that came this way."""
        name = self.begun(self.kind)
        for act in path:
            if act == "COMPLETE_INSTRUCTIONS":
                self.surrendered(self.ledger.desk.papers[name].states["title"])
            assert self.does(self.kind, name, act) == ""
        return name

    def does(self, kind: str, name: str, act: str, *, who: str = "", stale: bool = False) -> str:
        """An act by the side whose it is, unless somebody else is named."""
        paper = self.ledger.desk.papers[name]
        who = who or ("carrier" if act in BY_CARRIER else "shipper")
        if act == "ISSUE":
            commitment = paper.states.get("document", salt("no draft"))
            body = self.document("carrier", commitment=commitment, draft=name)
            return self.tries("carrier", "title.ISSUE", **body)
        last = salt("long ago") if stale else paper.deeds[-1].transaction
        told = members(act, f"{self.told}")
        return self.tries(who, f"cargo.{act}", **{kind: name, "last_act": last}, **told)


@pytest.mark.parametrize(("kind", "number"), [("booking", 50), ("instructions", 50)])
def test_every_act_in_every_state(kind: str, number: int) -> None:
    desk, states = AtTheDesk(kind), reachable(kind)
    assert len(states) > number
    for path in states.values():
        name = desk.walked(path)
        for act in ACTS[kind]:
            fits = fitting(act, desk.ledger.desk.papers[name].states)
            if not fits:
                assert desk.does(kind, name, act) == "cargo.document_state"
            elif act != "COMPLETE_INSTRUCTIONS":
                assert desk.does(kind, desk.walked(path), act) == ""
            if act != "ISSUE":
                other = "shipper" if act in BY_CARRIER else "carrier"
                assert desk.does(kind, name, act, who=other) == "cargo.not_side"
                assert desk.does(kind, name, act, stale=True) == "cargo.stale_document"


def test_what_is_issued_is_what_was_approved_and_is_closed_when_surrendered() -> None:
    desk = AtTheDesk("instructions")
    name = desk.walked(("PUBLISH_DRAFT", "APPROVE_DRAFT"))
    document = desk.ledger.desk.papers[name].states["document"]
    off = desk.document("carrier", draft=name)
    assert desk.tries("carrier", "title.ISSUE", **off) == "cargo.not_as_approved"
    other = desk.document("other_carrier", commitment=document, draft=name)
    assert desk.tries("other_carrier", "title.ISSUE", **other) == "cargo.not_side"
    unknown = desk.document("carrier", commitment=document, draft=desk.booking)
    assert desk.tries("carrier", "title.ISSUE", **unknown) == "cargo.unknown_document"
    body = desk.document("carrier", commitment=document, draft=name)
    title = desk.issued("carrier", body)
    assert title == title_id(desk.world.network, IDS["carrier"], body)
    complete = "COMPLETE_INSTRUCTIONS"
    assert desk.does("instructions", name, complete) == "cargo.not_surrendered"
    desk.surrendered(title)
    assert desk.does("instructions", name, complete) == ""


def test_content_follows_the_table() -> None:
    assert after("booking", ("CONFIRM_BOOKING", "AMEND_BOOKING"))["proposed"] == salt("1 content")
    adopted = after("booking", ("CONFIRM_BOOKING", "AMEND_BOOKING", "CONFIRM_BOOKING_AMENDMENT"))
    assert adopted["content"] == salt("1 content")
    assert "proposed" not in adopted
    dropped = after("instructions", ("UPDATE_INSTRUCTIONS", "DECLINE_INSTRUCTIONS_UPDATE"))
    assert (dropped["content"], "proposed" in dropped) == ("first", False)


def test_an_update_ends_an_approval() -> None:
    approved = ("PUBLISH_DRAFT", "APPROVE_DRAFT")
    assert after("instructions", approved)["draft"] == "APPROVED"
    assert after("instructions", (*approved, "UPDATE_INSTRUCTIONS"))["draft"] == "DRAFT"
