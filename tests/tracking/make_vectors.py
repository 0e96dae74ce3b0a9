# SPDX-License-Identifier: Apache-2.0
"""What vectors/tracking holds: claims, answers and clocks that any language can run.

Roots and paths come from the plain implementation in `naive`. What an answer or a clock must be
is written here by hand, as a person reads the rules, and never by the code it judges. Written by
`python -m tracking.make_vectors` with `tests` and `src` on the path.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from tracking.events import BOX, EQUIPMENT, REEFER, TRANSPORT, VECTORS, changed, written
from tracking.naive import leaf_of, path_of, told

Case = dict[str, Any]
SALT = hashlib.sha256(b"a salt for vectors").digest()
BY = hashlib.sha256(b"a claimant for vectors").hexdigest()[:32]
SHIPMENTS = sorted(hashlib.sha256(b"shipment %d" % n).hexdigest() for n in range(2))
T0_S = 1_772_445_600
"""2026-03-02T10:00:00Z."""
DAY_S = 86_400
GATE = {"eventLocation__UNLocationCode": "NLRTM", "eventID": None, "seals": None}


def files() -> dict[str, list[Case]]:
    return {
        "claims.json": list(claim_cases()),
        "answers.json": answer_cases(),
        "clocks.json": clock_cases(),
    }


def text_of(cases: list[Case]) -> str:
    return json.dumps({"cases": cases}, indent=1, ensure_ascii=True) + "\n"


def claim_cases() -> list[Case]:
    """Claims of several sizes, each with one event shown."""
    pool = [written(EQUIPMENT), written(TRANSPORT), written(REEFER), b'{"eventID":"caf\xc3\xa9"}']
    cases: list[Case] = []
    sizes = ((1, 0), (2, 1), (3, 2), (4, 0), (7, 6), (8, 5), (500, 499))
    named = [(size, index, False) for size, index in sizes]
    for size, index, concerns in [*named, (1, 0, True), (3, 1, True), (5, 4, True)]:
        events = [pool[number % len(pool)] for number in range(size)]
        version = "2.2" if size % 2 else "3.0"
        lists = [SHIPMENTS[: number % 3] for number in range(1, size + 1)] if concerns else []
        leaves = [
            leaf_of(event, SALT, number, BY, version, lists) for number, event in enumerate(events)
        ]
        hashes = [hashlib.sha256(b"\x00" + leaf).digest() for leaf in leaves]
        cases.append(
            {
                "events": [event.decode() for event in pool[:size]],
                "size": size,
                "by": BY,
                "version": version,
                "salt": SALT.hex(),
                "index": index,
                "leaf": leaves[index].decode(),
                "path": [step.hex() for step in path_of(hashes, index)],
                "root": told(events, SALT, BY, version, lists),
                **({"concerns": lists} if lists else {}),
            }
        )
    return cases


def sent(event: bytes, version: str, who: str, position: int, time_s: int) -> Case:
    """One claim; `who` is the actor and the one role it has."""
    roles = [] if who == "nobody" else [who]
    return {
        "event": event.decode(),
        "version": version,
        "actor": f"{who} of Rotterdam",
        "roles": roles,
        "position": position,
        "index": 0,
        "height": position,
        "time_s": time_s,
    }


def box(code: str, at: str, **members: object) -> bytes:
    times = {"eventDateTime": at, "eventCreatedDateTime": at}
    return changed(EQUIPMENT, equipmentEventTypeCode=code, **{**times, **GATE, **members})


def ship(at: str, classifier: str, created: str) -> bytes:
    times = {"eventDateTime": at, "eventCreatedDateTime": created}
    return changed(TRANSPORT, eventID=None, eventClassifierCode=classifier, **times)


def answer(name: str, claims: list[Case], ask: Mapping[str, Any], expected: Case) -> Case:
    return {"name": name, "claims": claims, "ask": ask, "expected": expected}


def lost(position: int, reason: str) -> Case:
    return {"position": position, "reason": reason}


def answer_cases() -> list[Case]:
    return [*eta_cases(), *arrival_cases(), *withdrawal_cases()]


ARRIVAL = ["TRANSPORT", "ARRI", "9321483", "NLRTM"]
MONDAY, TUESDAY = "2026-03-09T06:00:00+01:00", "2026-03-10T06:00:00+01:00"
WEDNESDAY = "2026-03-11T06:00:00+01:00"


def estimates() -> list[Case]:
    return [
        sent(ship(MONDAY, "PLN", "2026-03-01T00:00:00Z"), "2.2", "carrier", 1, T0_S),
        sent(ship(TUESDAY, "EST", "2026-03-02T08:00:00Z"), "2.2", "terminal", 2, T0_S + 60),
        sent(ship(WEDNESDAY, "EST", "2026-03-02T07:00:00Z"), "2.2", "carrier", 3, T0_S + 120),
    ]


def eta_cases() -> list[Case]:
    """Several sources' estimates of one arrival."""
    before = {"milestone": ARRIVAL, "valid_ms": T0_S * 1_000, "known_s": T0_S + 120}
    nearer = "of ARRI the terminal knows less than the carrier"
    return [
        answer(
            "several estimates: the carrier knows its ship",
            estimates(),
            before,
            {
                "state": "expected",
                "winner": lost(
                    3, "before 2 other: of ARRI the carrier knows better than the terminal"
                ),
                "losers": [lost(2, nearer), lost(1, "PLN comes after EST")],
            },
        ),
        answer(
            "known a minute earlier: the carrier had not spoken",
            estimates(),
            {**before, "known_s": T0_S + 60},
            {
                "state": "expected",
                "winner": lost(2, "before 1 other: EST goes before PLN"),
                "losers": [lost(1, "PLN comes after EST")],
            },
        ),
    ]


def arrival_cases() -> list[Case]:
    """What becomes of estimates."""
    ask = {"milestone": ARRIVAL, "valid_ms": (T0_S + 30 * DAY_S) * 1_000}
    done = ship(WEDNESDAY, "ACT", "2026-03-11T06:10:00Z")
    arrived = sent(done, "2.2", "nobody", 4, T0_S + 9 * DAY_S)
    return [
        answer(
            "an actual of whomever goes before every estimate",
            [*estimates(), arrived],
            {**ask, "known_s": T0_S + 10 * DAY_S},
            {
                "state": "happened",
                "winner": lost(4, "before 3 other: ACT goes before EST"),
                "losers": [
                    lost(3, "EST comes after ACT"),
                    lost(2, "EST comes after ACT"),
                    lost(1, "PLN comes after ACT"),
                ],
            },
        ),
        answer(
            "nobody reported it done",
            estimates()[:1],
            {**ask, "known_s": T0_S},
            {
                "state": "overdue",
                "winner": lost(1, "the only claim that stands"),
                "losers": [],
            },
        ),
    ]


def withdrawal_cases() -> list[Case]:
    """A reading of 3.0, sent, corrected, withdrawn."""
    first = written(REEFER)
    second = changed(REEFER, eventUpdatedDateTime="2026-03-04T13:00:00Z")
    gone = written({"eventID": "reading-1", "isRetracted": True})
    late_s = T0_S + 5 * DAY_S
    claims = [
        sent(first, "3.0", "carrier", 1, late_s),
        sent(second, "3.0", "carrier", 2, late_s + 1),
        sent(gone, "3.0", "terminal", 3, late_s + 2),
        sent(gone, "3.0", "carrier", 4, late_s + 3),
    ]
    milestone = ["REEFER", "MEAS", BOX, "", "1772625600250"]
    ask = {"milestone": milestone, "valid_ms": late_s * 1_000}
    replaced = "replaced by its claimant under the same id at position 2"
    withdrawn = "withdrawn by its claimant at position 4"
    return [
        answer(
            "nobody withdraws what another claimed",
            claims,
            {**ask, "known_s": late_s + 2},
            {
                "state": "happened",
                "winner": lost(2, "the only claim that stands"),
                "losers": [lost(1, replaced)],
            },
        ),
        answer(
            "its claimant does",
            claims,
            {**ask, "known_s": late_s + 3},
            {
                "state": "unknown",
                "winner": None,
                "losers": [lost(2, withdrawn), lost(1, withdrawn)],
            },
        ),
    ]


def clock_cases() -> list[Case]:
    inward = sent(box("DISC", "2026-03-02T10:00:00+01:00"), "2.2", "terminal", 1, T0_S)
    out = sent(box("GTOT", "2026-03-12T10:00:00+01:00"), "2.2", "terminal", 2, T0_S + 10 * DAY_S)
    empty = box("GTIN", "2026-03-20T10:00:00+01:00", emptyIndicatorCode="EMPTY")
    back = sent(empty, "2.2", "terminal", 3, T0_S + 18 * DAY_S)
    claims = [inward, out, back]
    tariff = [{"from_day": 1, "amount_minor": 5_000}, {"from_day": 4, "amount_minor": 10_000}]
    base = {"kind": "DEM", "duration": 5, "unit": "CD", "currency": "EUR", "steps": tariff}
    late = {"as_of": "2026-03-30T10:00:00+01:00", "known_s": T0_S + 28 * DAY_S}
    ninth = {"as_of": "2026-03-09T10:00:00+01:00", "known_s": T0_S + 7 * DAY_S}
    working = {**base, "unit": "WD", "holidays": ["2026-03-05"]}
    hours = {**base, "unit": "HR", "duration": 48}
    return [
        clock("demurrage, calendar days", base, claims, late, "stopped 10 5 5 35000 2026-03-07"),
        clock("demurrage, still running", base, claims, ninth, "running 7 5 2 10000 2026-03-07"),
        clock("working days", working, claims, late, "stopped 10 8 2 10000 2026-03-10"),
        clock("hours", hours, claims, late, "stopped 10 2 8 65000 2026-03-04T09:00:00Z"),
        clock(
            "detention, to the empty return",
            {**base, "kind": "DET"},
            claims,
            late,
            "stopped 8 5 3 15000 2026-03-17",
        ),
        clock(
            "the gate-out was not known yet",
            base,
            claims,
            {**late, "known_s": T0_S + 10 * DAY_S - 1},
            "running 28 5 23 215000 2026-03-07",
        ),
        clock("nothing is known", base, claims, {**late, "known_s": 0}, "not-started 0 0 0 0"),
    ]


def clock(
    name: str, terms: Case, claims: list[Case], ask: Mapping[str, Any], expected: str
) -> Case:
    """`expected`: state, days used, free and chargeable, amount, last day free of charge."""
    state, used, free, chargeable, amount, *last = expected.split()
    return {
        "name": name,
        "terms": terms,
        "claims": claims,
        "ask": {"equipment": BOX, **ask},
        "expected": {
            "state": state.replace("-", " "),
            "days_used": int(used),
            "days_free": int(free),
            "days_chargeable": int(chargeable),
            "amount_minor": int(amount),
            "last_free": "".join(last),
        },
    }


def main() -> None:
    """Write the files."""
    VECTORS.mkdir(parents=True, exist_ok=True)
    for name, cases in files().items():
        (VECTORS / name).write_text(text_of(cases), encoding="utf-8")


if __name__ == "__main__":
    main()
