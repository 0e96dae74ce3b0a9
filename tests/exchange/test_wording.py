# SPDX-License-Identifier: Apache-2.0
"""An exchange in plain words: each leg, what it waits for, its condition line by line."""

from exchange.hall import DEADLINE, PRICE, Hall, both
from ledger.world import IDS, salt
from ropewalk.exchange import in_words


def told(hall: Hall) -> list[str]:
    return in_words(hall.world.state, hall.exchange, hall.record, hall.world.time_s)


def test_it_says_what_moves_and_whose_consent_is_missing() -> None:
    hall = Hall().opened().gives_title()
    shipper, consignee, bank = (IDS[name][:8] for name in ("shipper", "consignee", "bank"))
    lines = told(hall)
    assert lines[0].startswith("open until 2026-01-")
    assert lines[0].endswith("; then everything goes back")
    title = f"leg 0: title {hall.bill.title[:8]} goes from {shipper} to {consignee}, in escrow"
    assert lines[1] == title
    assert lines[2] == f"leg 1: USD 412000.00 at {bank} from {consignee} to {shipper}"
    assert lines[3:] == [f"waits for the consent of {IDS['consignee']}"]


def test_it_says_how_a_title_moves() -> None:
    for how, words in (
        ("ENDORSE_TO_ORDER", "goes, endorsed, from"),
        ("SURRENDER", "is surrendered by"),
        ("TRANSFER", "goes from"),
    ):
        hall = Hall()
        hall.opened(hall.title_leg(how))
        assert words in told(hall)[1]


def test_money_outside_is_conditional_until_it_is_confirmed() -> None:
    hall = Hall()
    hall.opened(hall.payment_leg(PRICE), opener="consignee")
    lines = told(hall)
    assert "outside, confirmed by" in lines[1]
    assert lines[1].endswith(", conditional")
    assert lines[-1] == "conditional: money outside counts once its bank confirms it"
    hall.does("bank", "CONFIRM_PAYMENT", hall.body(entry=salt("camt"), leg=0))
    lines = told(hall)
    assert lines[1].endswith(", confirmed")
    assert not any(line.startswith("conditional") for line in lines)


def test_receivables_and_releases_are_told() -> None:
    hall = Hall()
    receivable = hall.receivable(1_000)
    hall.opened(hall.receivable_leg(receivable), hall.release_leg())
    lines = told(hall)
    assert f"receivable {receivable[:8]} of 1000 goes from" in lines[1]
    assert lines[2].endswith("the pick-up right in one box")


def test_what_is_no_longer_what_it_was_is_marked() -> None:
    hall = Hall().full()
    hall.bill.frozen()
    assert told(hall)[1].endswith(", in escrow, but no longer what it was")


def test_its_condition_is_told_part_by_part() -> None:
    hall = Hall()
    hall.opened(condition=both(hall.event(), {"asks": "not_before", "time": 0}))
    at = told(hall).index("condition:")
    lines = told(hall)[at + 1 :]
    assert lines[0] == "  [waits] all of these:"
    assert lines[1].startswith("    [waits] ")
    assert lines[2].startswith("    [met] it is 1970-01-01T00:00:00Z or later")


def test_once_it_is_over_it_says_so_and_no_more() -> None:
    hall = Hall().full().later(DEADLINE + 1)
    assert told(hall)[0].endswith("has passed: anybody returns what is in escrow")
    hall.returns()
    assert told(hall)[0] == "it is RETURNED"
    assert len(told(hall)) == 3
    done = Hall().full().settles()
    assert told(done)[0] == "it is SETTLED"
    assert not any("escrow" in line for line in told(done))
