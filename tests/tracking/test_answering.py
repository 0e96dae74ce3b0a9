# SPDX-License-Identifier: Apache-2.0
"""One answer of many claims: each rule, its order, and two promises about order and time."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ropewalk.tracking import (
    Answer,
    Claimed,
    Event,
    answers,
    eta,
    etas,
    milestone_key,
    read_event,
    resolve,
)
from tracking.events import BOX, EQUIPMENT, REEFER, SHIPMENT, TRANSPORT, changed, claimed, moved

AT = "2026-03-20T12:00:00+01:00"
LATER = "2026-03-20T14:00:00+01:00"
FOREVER = 4_000_000_000
NOON_MS = 1_774_004_400_000


def asked(
    claims: list[Claimed], *, valid_ms: int = FOREVER * 1_000, known_s: int = FOREVER
) -> Answer:
    milestone = milestone_key(claims[0].event)
    return resolve(claims, milestone=milestone, valid_ms=valid_ms, known_s=known_s)


def won(answer: Answer) -> tuple[int, str]:
    assert answer.winner is not None
    return answer.winner.position, answer.winner.reason


def arrival(at: str, **members: object) -> Event:
    given: dict[str, object] = {"eventID": None, "eventDateTime": at, **members}
    return read_event(changed(TRANSPORT, **given), "2.2")


def discharged(name: str, at: str = AT, **members: Any) -> Event:
    """A discharge of 3.0 under an id."""
    classification = {
        "eventTypeCode": "EQUIPMENT",
        "eventClassifierCode": "ACT",
        "equipmentEventTypeCode": "DISC",
    }
    value = {
        "eventClassification": classification,
        "eventID": name,
        "eventDateTime": at,
        "eventUpdatedDateTime": at,
        "eventLocation": {"UNLocationCode": "NLRTM"},
        "reeferDetails": None,
        **members,
    }
    return read_event(changed(REEFER, **value), "3.0")


def test_one_claim_is_the_answer() -> None:
    answer = asked([claimed(moved("DISC", AT), 1)])
    assert won(answer) == (1, "the only claim that stands")
    assert answer.losers == ()
    assert answer.state == "happened"


def test_nothing_is_known_of_what_nobody_claimed() -> None:
    answer = resolve([], milestone=("EQUIPMENT", "DISC"), valid_ms=0, known_s=0)
    assert (answer.winner, answer.state) == (None, "unknown")


def test_an_actual_goes_before_an_estimate_before_a_plan() -> None:
    by_class = [
        claimed(arrival(LATER, eventClassifierCode=code), position, roles=("carrier",))
        for position, code in ((9, "PLN"), (8, "EST"), (1, "ACT"))
    ]
    answer = asked(by_class)
    assert won(answer) == (1, "before 2 other: ACT goes before EST")
    assert [loser.reason for loser in answer.losers] == [
        "EST comes after ACT",
        "PLN comes after ACT",
    ]
    assert won(asked(by_class[:2]))[0] == 8


def test_the_source_closest_to_the_fact_goes_before_the_others() -> None:
    event = moved("GTOT", AT)
    claims = [
        claimed(event, 1, actor="t", roles=("bank", "terminal")),
        claimed(event, 2, actor="h", roles=("haulier",)),
        claimed(event, 3, actor="c", roles=("carrier",)),
        claimed(event, 4, actor="b", roles=("bank",)),
    ]
    answer = asked(claims)
    assert won(answer) == (1, "before 3 other: of GTOT the terminal knows better than the haulier")
    assert [(loser.position, loser.role) for loser in answer.losers] == [
        (2, "haulier"),
        (3, "carrier"),
        (4, ""),
    ]
    assert "farther" in answer.losers[-1].reason
    eta_of_ship = arrival(AT)
    ship = [
        claimed(eta_of_ship, 1, actor="c", roles=("carrier",)),
        claimed(eta_of_ship, 2, actor="t", roles=("terminal",)),
    ]
    assert won(asked(ship))[0] == 1


def test_customs_knows_best_what_customs_decided() -> None:
    event = read_event(changed(SHIPMENT, documentTypeCode="CUS"), "2.2")
    rivals = [claimed(event, 2, actor="c", roles=("carrier",)), claimed(event, 1, roles=())]
    assert won(asked(rivals))[0] == 2
    customs = claimed(event, 1, actor="z", roles=("customs",))
    assert won(asked([rivals[0], customs]))[0] == 1


def test_the_newer_by_the_senders_update_goes_first() -> None:
    old = moved("DISC", AT, eventCreatedDateTime="2026-03-20T12:05:00+01:00")
    new = moved("DISC", LATER, eventCreatedDateTime="2026-03-20T12:06:00+01:00")
    seen = NOON_MS // 1_000 + 3_600
    answer = asked([claimed(new, 1, time_s=seen), claimed(old, 2, time_s=seen)])
    assert won(answer) == (1, "before 1 other: updated later")
    assert answer.losers[0].reason == "updated earlier than the claim at position 1"


def test_no_update_counts_for_later_than_the_ledger_saw_it() -> None:
    boasting = moved("DISC", AT, eventCreatedDateTime="2089-01-01T00:00:00Z")
    honest = moved("DISC", LATER, eventCreatedDateTime="2026-03-20T12:06:00+01:00")
    seen = NOON_MS // 1_000
    answer = asked([claimed(boasting, 1, time_s=seen), claimed(honest, 2, time_s=seen + 900)])
    assert won(answer)[0] == 2


def test_the_later_in_the_log_goes_first_at_last() -> None:
    event = moved("DISC", AT)
    answer = asked([claimed(event, 1, time_s=FOREVER), claimed(event, 1, index=1, time_s=FOREVER)])
    assert won(answer) == (1, "before 1 other: later in the log")
    assert answer.winner is not None
    assert answer.winner.index == 1


def test_what_its_claimant_withdrew_does_not_count() -> None:
    retraction = read_event(b'{"eventID":"d1","isRetracted":true}', "3.0")
    first, again = claimed(discharged("d1"), 1), claimed(discharged("d1", LATER), 3)
    withdrawal = claimed(retraction, 2, time_s=first.time_s + 60)
    answer = asked([first, withdrawal])
    assert (answer.winner, answer.state) == (None, "unknown")
    assert [loser.reason for loser in answer.losers] == ["withdrawn by its claimant at position 2"]
    assert won(asked([first, withdrawal], known_s=first.time_s))[0] == 1
    assert won(asked([first, withdrawal, again]))[0] == 3


def test_nobody_withdraws_what_another_claimed() -> None:
    retraction = read_event(b'{"eventID":"d1","isRetracted":true}', "3.0")
    first = claimed(discharged("d1"), 1)
    stranger = claimed(retraction, 2, actor="stranger", time_s=first.time_s)
    assert won(asked([first, stranger]))[0] == 1
    assert asked([first, stranger]).losers == ()


def test_a_withdrawal_that_names_a_party_withdraws_its_events_alone() -> None:
    routing = {"originatingParty": {"partyCode": "CMA", "codeListProvider": "SMDG"}}
    of_cma = discharged("d1", LATER, eventRouting=routing)
    gone = discharged("d1", LATER, eventRouting=routing, isRetracted=True)
    claims = [claimed(discharged("d1"), 1), claimed(of_cma, 2), claimed(gone, 3)]
    answer = asked(claims)
    assert won(answer)[0] == 1
    assert [loser.position for loser in answer.losers] == [2]


def test_an_event_takes_the_place_of_the_same_id_before_it() -> None:
    elsewhere = discharged("d1", LATER, eventLocation={"UNLocationCode": "DEHAM"})
    first, second = claimed(discharged("d1"), 1), claimed(elsewhere, 2)
    answer = asked([first, second])
    assert answer.winner is None
    assert answer.losers[0].reason == ("replaced by its claimant under the same id at position 2")
    assert won(asked([second, first]))[0] == 2
    stale = claimed(discharged("d1", AT), 3, time_s=FOREVER)
    assert won(asked([second, stale]))[0] == 2


def test_what_came_later_is_unseen() -> None:
    event = moved("DISC", AT)
    early = claimed(event, 1)
    late = claimed(moved("DISC", LATER), 2, time_s=early.time_s + 1)
    assert asked([early, late], known_s=early.time_s) == asked([early], known_s=early.time_s)
    assert won(asked([early, late]))[0] == 2


@pytest.mark.parametrize(
    ("classifier", "valid_ms", "state"),
    [
        ("ACT", NOON_MS, "happened"),
        ("ACT", NOON_MS - 1, "expected"),
        ("EST", NOON_MS - 1, "expected"),
        ("EST", NOON_MS, "overdue"),
        ("PLN", NOON_MS + 1, "overdue"),
    ],
)
def test_the_state_is_that_of_the_moment_asked_about(
    classifier: str, valid_ms: int, state: str
) -> None:
    event = arrival(AT, eventClassifierCode=classifier)
    assert asked([claimed(event, 1)], valid_ms=valid_ms).state == state


def test_an_estimate_among_several_is_explained_even_after_the_fact() -> None:
    claims = [
        claimed(arrival(AT), 1, actor="t", roles=("terminal",)),
        claimed(arrival(LATER), 2, actor="c", roles=("carrier",)),
        claimed(arrival(LATER, eventClassifierCode="ACT"), 3, actor="c", roles=("carrier",)),
    ]
    key = milestone_key(claims[0].event)
    answer = eta(claims, milestone=key, valid_ms=NOON_MS, known_s=FOREVER)
    assert won(answer) == (
        2,
        "before 1 other: of ARRI the carrier knows better than the terminal",
    )
    assert [loser.position for loser in answer.losers] == [1]
    assert answer.state == "expected"


def test_milestones_tell_apart_what_happens_apart() -> None:
    assert milestone_key(moved("DISC", AT)) == ("EQUIPMENT", "DISC", BOX, "NLRTM", "")
    empty = moved("GTIN", AT, emptyIndicatorCode="EMPTY")
    assert milestone_key(empty) == ("EQUIPMENT", "GTIN", BOX, "NLRTM", "EMPTY")
    assert milestone_key(arrival(AT)) == ("TRANSPORT", "ARRI", "9321483", "NLRTM")
    unnamed = arrival(AT, transportCall__vessel=None)
    assert milestone_key(unnamed) == ("TRANSPORT", "ARRI", "call-1", "NLRTM")
    paper = read_event(changed(SHIPMENT), "2.2")
    assert milestone_key(paper) == ("SHIPMENT", "ISSU", "TRD", "HLCU1234567")
    reading = read_event(changed(REEFER), "3.0")
    assert milestone_key(reading) == ("REEFER", "MEAS", BOX, "", "1772625600250")
    nameless = read_event(changed(EQUIPMENT, eventLocation=None), "2.2")
    assert milestone_key(nameless) == ("EQUIPMENT", "LOAD", BOX, "", "")


def test_an_answer_goes_into_builtins() -> None:
    answer = asked([claimed(moved("DISC", AT), 1), claimed(moved("DISC", LATER), 2)])
    assert msgspec.convert(msgspec.to_builtins(answer), Answer) == answer


KINDS = [
    moved("DISC", AT),
    moved("DISC", LATER),
    moved("DISC", AT, eventClassifierCode="EST"),
    moved("GTOT", LATER),
    discharged("d1"),
    discharged("d1", LATER),
    discharged("d1", isRetracted=True),
    discharged("d2", LATER),
    read_event(b'{"eventID":"d1","isRetracted":true}', "3.0"),
]
histories = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
        st.sampled_from(["a", "b"]),
        st.sampled_from([(), ("terminal",), ("carrier",), ("carrier", "terminal")]),
        st.integers(0, 3),
    ),
    max_size=9,
)


def laid(history: list[Any]) -> list[Claimed]:
    """Claims in the order of the log: times never fall."""
    time_s, claims = NOON_MS // 1_000, []
    for position, (event, actor, roles, pause_s) in enumerate(history):
        time_s += pause_s * 3_600
        claims.append(
            claimed(event, position, index=position % 2, actor=actor, roles=roles, time_s=time_s)
        )
    return claims


@given(histories, st.randoms(use_true_random=False))
def test_the_order_of_input_changes_nothing(history: list[Any], random: Any) -> None:
    claims = laid(history)
    shuffled = [*claims, *claims[:2]]
    random.shuffle(shuffled)
    moment = {"valid_ms": FOREVER * 1_000, "known_s": FOREVER}
    assert answers(claims, **moment) == answers(shuffled, **moment)


@given(histories, histories, st.integers(0, 20))
def test_a_later_claim_never_changes_what_was_known_before(
    history: list[Any], further: list[Any], pause_s: int
) -> None:
    claims = laid([*history, *further])
    known = [claim for claim in claims if claim.position < len(history)]
    known_s = known[-1].time_s + pause_s if known else NOON_MS // 1_000 - 1
    seen = [claim for claim in claims if claim.time_s <= known_s]
    moment = {"valid_ms": NOON_MS, "known_s": known_s}
    assert answers(claims, **moment) == answers(seen, **moment)


@given(histories)
def test_every_seen_event_is_told_of_exactly_once(history: list[Any]) -> None:
    claims = laid(history)
    told = [
        (weighed.position, weighed.index)
        for answer in answers(claims, valid_ms=0, known_s=FOREVER)
        for weighed in ((answer.winner,) if answer.winner else ()) + answer.losers
    ]
    sent = [(c.position, c.index) for c in claims if not c.event.is_retracted]
    assert sorted(told) == sorted(sent)


@given(histories)
def test_no_claim_beats_an_actual_but_an_actual(history: list[Any]) -> None:
    for answer in answers(laid(history), valid_ms=0, known_s=FOREVER):
        standing = [w for w in answer.losers if "its claimant" not in w.reason]
        if answer.winner and answer.winner.classifier != "ACT":
            assert all(loser.classifier != "ACT" for loser in standing)


@given(histories, st.integers(0, 20))
def test_all_estimates_in_one_pass_are_each_milestones_own(history: list[Any], hours: int) -> None:
    claims = laid(history)
    known_s = NOON_MS // 1_000 + hours * 3_600
    alone = [
        eta(claims, milestone=one.milestone, valid_ms=NOON_MS, known_s=known_s)
        for one in answers(claims, valid_ms=NOON_MS, known_s=known_s)
    ]
    found = etas(claims, valid_ms=NOON_MS, known_s=known_s)
    assert list(found) == [one for one in alone if one.winner is not None]
