# SPDX-License-Identifier: Apache-2.0
"""Vectors of bookings, shipping instructions, gross masses and customs references."""

from collections.abc import Iterator

from cargo.desk import BY, FIRST, Desk, States, after, begun, reachable
from cargo.quay import BOX, NOWHERE
from ledger.vectors import Case, surplus
from ledger.world import IDS, UNKNOWN, salt
from ropewalk.cargo import LINES, Line, errors
from ropewalk.cargo.course import STATES
from ropewalk.crypto import Value
from ropewalk.identity import UnknownControllerError
from ropewalk.ledger import LedgerError, MalformedBodyError

Refusal = type[LedgerError] | None


def steps() -> Iterator[Case]:
    """Every line of the table: each of its moves, and each of its refusals."""
    for kind in ("booking", "instructions"):
        ways = reachable("booking" if kind == "booking" else "instructions")
        for line in LINES:
            if line.kind == kind:
                yield from _moves(line, ways)
                yield from _refusals(line, ways)


def _at(line: Line, way: tuple[str, ...]) -> Desk:
    desk = begun(line.kind).walked(way)
    if line.act == "COMPLETE_INSTRUCTIONS" and desk.bill is not None:
        desk.surrendered()
    return desk


def _one(line: Line, desk: Desk, name: str, refusal: Refusal = None, **more: Value) -> Case:
    actor = str(more.pop("actor", BY[line.by]))
    body = desk.body(line.act, **more)
    return Case(f"cargo.{line.act}", name, desk.world, actor, body, refusal)


def _moves(line: Line, ways: dict[States, tuple[str, ...]]) -> Iterator[Case]:
    """A case for each move, on the shortest way to where it is the one that is made."""
    made: set[int] = set()
    for states, way in ways.items():
        now = dict(zip(STATES[line.kind], states, strict=True))
        number = next(
            (
                place
                for place, move in enumerate(line.moves)
                if all(now[name] in values for name, values in move.when.items())
            ),
            None,
        )
        if number is not None and number not in made:
            made.add(number)
            yield _one(line, _at(line, way), _named("from", states))
    assert len(made) == len(line.moves), f"a move of {line.act} is never made"


def _named(first: str, states: States) -> str:
    return "_".join([first, *(one.lower() for one in states if one)])


def _refusals(line: Line, ways: dict[States, tuple[str, ...]]) -> Iterator[Case]:
    names = STATES[line.kind]
    desk = begun(line.kind)
    elsewhere = {line.kind: NOWHERE, "last_act": NOWHERE, "actor": "bank"}
    yield _one(line, desk, "unknown_document", errors.UnknownDocumentError, **elsewhere)
    stale: dict[str, Value] = {"last_act": NOWHERE, "actor": "bank"}
    yield _one(line, desk, "stale_document", errors.StaleDocumentError, **stale)
    other = "carrier" if line.by == "customer" else "shipper"
    closed, way = next(
        (states, way)
        for states, way in ways.items()
        if states != FIRST and after(line, dict(zip(names, states, strict=True))) is None
    )
    at = begun(line.kind).walked(way)
    for who in (other, "bank"):
        yield _one(line, at, f"not_the_{line.by}_but_{who}", errors.NotSideError, actor=who)
    yield _one(line, at, _named("not_from", closed), errors.DocumentStateError)
    if errors.ReferenceChangedError in line.refusals:
        again = begun(line.kind).does(line.act, reference=salt("reference"))
        yield _one(line, again, "same_reference", reference=salt("reference"))
        told: dict[str, Value] = {"reference": salt("other reference")}
        yield _one(line, again, "other_reference", errors.ReferenceChangedError, **told)
    yield surplus(_one(line, desk, ""))
    upper = {line.kind: salt("x").upper()}
    yield _one(line, desk, "upper_case_id", MalformedBodyError, **upper)


def requests() -> Iterator[Case]:
    """REQUEST_BOOKING."""
    desk = Desk().requested()
    body: dict[str, Value] = {"carrier": IDS["carrier"], "content": salt("request")}

    def one(name: str, refusal: Refusal = None, **changes: Value) -> Case:
        told = {**body, **changes}
        return Case("cargo.REQUEST_BOOKING", name, desk.world, "shipper", told, refusal)

    yield one("of_a_carrier", content=salt("another"))
    yield one("of_no_carrier", errors.NotRegisteredAsError, carrier=IDS["bank"])
    yield one("known", errors.DocumentKnownError)
    yield one("no_content", MalformedBodyError, content="")
    yield surplus(one(""))


def submissions() -> Iterator[Case]:
    """SUBMIT_INSTRUCTIONS."""
    act = "cargo.SUBMIT_INSTRUCTIONS"
    desk = Desk().submitted()
    first, other = desk.booking, Desk(desk.world).requested("two").does("CONFIRM_BOOKING").booking
    open_, foreign = (
        Desk(desk.world).requested("three").booking,
        Desk(desk.world).requested("four", "other_carrier").booking,
    )
    body: dict[str, Value] = {"bookings": [first], "content": salt("instructions")}

    def one(name: str, refusal: Refusal = None, actor: str = "shipper", **changes: Value) -> Case:
        return Case(act, name, desk.world, actor, {**body, **changes}, refusal)

    new: Value = salt("more instructions")
    yield one("under_one_booking", content=new)
    yield one("under_two_bookings", bookings=[*sorted([first, other])], content=new)
    yield one("for_another_shipper", content=new, shipper=IDS["buyer"])
    twice: list[Value] = [NOWHERE, NOWHERE]
    yield one("unsorted", errors.UnsortedError, bookings=twice)
    yield one("unknown_booking", errors.UnknownDocumentError, bookings=[NOWHERE])
    yield one("strangers_booking", errors.OtherPartiesError, actor="buyer", shipper=UNKNOWN)
    of_other = Desk(desk.world)
    of_other.booking = foreign
    confirmation = of_other.body("CONFIRM_BOOKING")
    desk.world.done("other_carrier", "cargo.CONFIRM_BOOKING", confirmation)
    mixed: list[Value] = [*sorted([first, foreign])]
    yield one("of_two_carriers", errors.OtherPartiesError, bookings=mixed)
    yield one("not_confirmed", errors.BookingNotConfirmedError, bookings=[open_], shipper=UNKNOWN)
    yield one("unknown_shipper", UnknownControllerError, shipper=UNKNOWN)
    yield one("known", errors.DocumentKnownError)
    yield one("no_bookings", MalformedBodyError, bookings=[])
    yield surplus(one(""))


def closings() -> Iterator[Case]:
    """COMPLETE_INSTRUCTIONS: what the table does not say."""
    act = "COMPLETE_INSTRUCTIONS"
    desk = Desk().approved().issued()
    yield Case(
        f"cargo.{act}",
        "not_surrendered",
        desk.world,
        "carrier",
        desk.body(act),
        errors.NotSurrenderedError,
    )


def masses() -> Iterator[Case]:
    """DECLARE_VGM."""
    desk = Desk().confirmed()
    body: dict[str, Value] = {"booking": desk.booking, "box": BOX, "content": salt("mass")}

    def one(
        name: str,
        actor: str,
        refusal: Refusal = None,
        at: Desk = desk,
        **changes: Value,
    ) -> Case:
        return Case("cargo.DECLARE_VGM", name, at.world, actor, {**body, **changes}, refusal)

    for name in ("shipper", "forwarder", "terminal"):
        yield one(f"by_{name}", name)
    declared = Desk().confirmed()
    declared.world.done("terminal", "cargo.DECLARE_VGM", body)
    yield one("weighed_again", "terminal", at=declared, content=salt("other mass"))
    yield one("retracted", "terminal", at=declared, is_retracted=True)
    unknown = errors.UnknownDocumentError
    yield one("unknown_booking", "haulier", unknown, booking=NOWHERE)
    open_ = Desk().requested()
    yield one("not_confirmed", "haulier", errors.BookingNotConfirmedError, at=open_)
    yield one("by_a_haulier", "haulier", errors.NotSideError)
    yield one("upper_case_box", "shipper", MalformedBodyError, box=BOX.upper())
    yield surplus(one("", "shipper"))


def citations() -> Iterator[Case]:
    """CITE_CUSTOMS."""
    desk = Desk().submitted()
    body: dict[str, Value] = {
        "document": desk.instructions,
        "kind": "instructions",
        "reference": salt("movement reference number"),
    }

    def one(
        name: str, actor: str, refusal: Refusal = None, at: Desk = desk, **changes: Value
    ) -> Case:
        return Case("cargo.CITE_CUSTOMS", name, at.world, actor, {**body, **changes}, refusal)

    for name in ("shipper", "carrier", "customs"):
        yield one(f"by_{name}", name)
    yield one("under_a_booking", "shipper", document=desk.booking, kind="booking")
    yield one("unknown_document", "haulier", errors.UnknownDocumentError, kind="booking")
    cited = Desk().submitted()
    for number in range(16):
        reference = salt("movement reference number" if not number else f"number {number}")
        cited.world.done("shipper", "cargo.CITE_CUSTOMS", {**body, "reference": reference})
    yield one("by_a_haulier", "haulier", errors.NotSideError, at=cited)
    yield one("cited_already", "carrier", errors.CitedAlreadyError, at=cited)
    more = salt("one more")
    yield one("too_many", "carrier", errors.TooManyCitedError, at=cited, reference=more)
    yield one("no_such_kind", "carrier", MalformedBodyError, kind="title")
    yield surplus(one("", "shipper"))


def cases() -> Iterator[Case]:
    """Every case of the documents."""
    yield from requests()
    yield from submissions()
    yield from steps()
    yield from closings()
    yield from masses()
    yield from citations()
