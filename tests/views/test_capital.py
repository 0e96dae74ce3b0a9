# SPDX-License-Identifier: Apache-2.0
"""Views of capital are the records, told as rows, however late and often they are read (I33)."""

from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.dialects import postgresql

from ropewalk.views import RecordLateError, Views, forget
from ropewalk.views.capital import _added, upsert
from ropewalk.views.schema import (
    CAPITAL,
    SPLIT,
    balances,
    exposures,
    maturities,
    payables,
    postings,
    receivables,
    tills,
)
from views.bourse import Bourse
from views.test_projector import dump, kill_amid

CREDITOR, DEBTOR, CURRENCY, DAY = range(4)


def bourse(seed: int = 7, acts: int = 150) -> Bourse:
    return Bourse(buyer=10**17, shipper=10**6, consignee=10**6).play(seed, acts)


def require_told_alike(views: Views, market: Bourse) -> None:
    """Every table says what the records say."""
    with views.database.reading() as connection:
        rows = {
            table.name: [dict(row) for row in connection.execute(select(table)).mappings()]
            for table in (payables, receivables, exposures, maturities, balances, tills)
        }
    exposed = market.told_sums(CREDITOR, DEBTOR, CURRENCY, DAY)
    names = ("creditor", "debtor", "currency", "payable_on")
    assert exposed == {
        tuple(row[name] for name in names): (row["count"], row["high"] * SPLIT + row["low"])
        for row in rows["exposures"]
    }
    for side, place in (("creditor", CREDITOR), ("debtor", DEBTOR)):
        assert market.told_sums(place, CURRENCY, DAY) == {
            (row["party"], row["currency"], row["payable_on"]): (
                row["count"],
                row["high"] * SPLIT + row["low"],
            )
            for row in rows["maturities"]
            if row["side"] == side
        }
    told = market.told_balances()
    assert told == {
        (row["bank"], row["currency"], row["customer"]): (row["amount"], row["held"])
        for row in rows["balances"]
    }
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for (bank, currency, _), (amount, held) in told.items():
        sums[bank, currency] = [
            was + more for was, more in zip(sums[bank, currency], (1, amount, held), strict=True)
        ]
    assert sums == {
        (row["bank"], row["currency"]): [
            row["accounts"],
            row["amount_high"] * SPLIT + row["amount_low"],
            row["held_high"] * SPLIT + row["held_low"],
        ]
        for row in rows["tills"]
    }
    for row in rows["receivables"]:
        record = market.receivable(row["id"])
        assert (row["amount"], row["status"], row["version"]) == (
            int(record.amount),
            record.status,
            record.version,
        )
        assert row["pledgee"] == (record.pledge.pledgee if record.pledge else None)
        assert row["recourse"].split() == list(record.recourse)
    for row in rows["payables"]:
        found = market.payable(row["id"])
        assert (row["status"], row["shares"], row["settled"], row["is_disputed"]) == (
            found.status,
            found.shares,
            int(found.settled),
            bool(found.dispute),
        )


def test_a_played_market_is_told_as_its_records_are(tmp_path: Path) -> None:
    market = bourse()
    views = Views(tmp_path, market)
    views.projector.catch_up()
    require_told_alike(views, market)
    lived = dump(views)
    assert len(lived["receivables"]) > 15
    assert {row[7] for row in lived["receivables"]} >= {"OPEN", "SPLIT", "REDEEMED"}
    assert len(lived["postings"]) > 20
    views.rebuild()
    assert dump(views) == lived
    views.close()


@settings(max_examples=12, deadline=None, database=None, derandomize=True,
          suppress_health_check=list(HealthCheck))  # fmt: skip
@given(seed=st.integers(0, 2**32), lags=st.lists(st.integers(0, 40), min_size=1, max_size=6))
def test_however_late_records_are_read_rows_end_the_same(
    tmp_path_factory: pytest.TempPathFactory, seed: int, lags: list[int]
) -> None:
    market = Bourse(buyer=10**17, shipper=10**6)
    views = Views(tmp_path_factory.mktemp("late"), market)
    for number, lag in enumerate(lags):
        market.play(seed + number, 25)
        market.lag = lag
        views.projector.catch_up()
    market.lag = 0
    views.projector.catch_up()
    require_told_alike(views, market)
    lived = dump(views)
    views.rebuild()
    assert dump(views) == lived
    views.close()


def test_postings_are_what_each_act_changed(tmp_path: Path) -> None:
    market = bourse()
    views = Views(tmp_path, market)
    views.projector.catch_up()
    by_act = defaultdict(dict)
    with views.database.reading() as connection:
        for row in connection.execute(select(postings)).mappings():
            key = (row["bank"], row["currency"], row["customer"])
            by_act[row["position"]][key] = (row["amount"], row["escrow"])
    views.close()
    assert [by_act[position] for position in sorted(by_act)] == [one for one in market.moved if one]


def test_a_rebuild_cut_off_goes_on_and_is_the_same(tmp_path: Path) -> None:
    market = bourse()
    views = Views(tmp_path, market)
    views.projector.page = 50
    views.projector.catch_up()
    lived = dump(views)
    forget(views.database)
    views.projector.step()
    assert 0 < len(dump(views)["postings"]) < len(lived["postings"])
    views.close()
    views = Views(tmp_path, market)
    views.projector.catch_up()
    assert dump(views) == lived
    views.close()


def test_killed_at_any_moment_they_go_on_and_are_the_same(tmp_path: Path) -> None:
    (tmp_path / "whole").mkdir()
    (tmp_path / "killed").mkdir()
    whole = Views(tmp_path / "whole", bourse())
    whole.projector.catch_up()
    expected = dump(whole)
    whole.close()
    kills = 0
    for pause_s in (0.0, 0.01, 0.03, 0.06, 0.1):
        kills += kill_amid(tmp_path / "killed", pause_s, "capital")
    assert kills >= 2
    views = Views(tmp_path / "killed", bourse())
    views.projector.catch_up()
    assert dump(views) == expected
    views.close()


def test_sums_above_what_64_bits_hold_are_exact(tmp_path: Path) -> None:
    market = Bourse()
    for _ in range(12):
        market.owed(10**18 - 1)
    views = Views(tmp_path, market)
    views.projector.catch_up()
    require_told_alike(views, market)
    views.close()
    ((count, total),) = market.told_sums(CREDITOR).values()
    assert (count, total) == (12, 12 * (10**18 - 1))
    assert total > 2**63


def test_of_what_is_no_more_no_row_of_sums_stays(tmp_path: Path) -> None:
    market = Bourse(buyer=1_000)
    payable, _ = market.owed(1_000)
    views = Views(tmp_path, market)
    views.projector.catch_up()
    market.redeemed(payable, 1_000)
    views.projector.catch_up()
    found = dump(views)
    assert (found["exposures"], found["maturities"]) == ([], [])
    assert len(found["tills"]) == 1
    views.close()


def test_a_record_that_is_late_is_waited_for_and_nothing_is_half_written(tmp_path: Path) -> None:
    market = Bourse()
    _, share = market.owed(1_000)
    record = market.world.state.pop(f"receivable/{share}")
    views = Views(tmp_path, market)
    with pytest.raises(RecordLateError):
        views.projector.catch_up()
    assert dump(views)["payables"] == []
    market.world.state[f"receivable/{share}"] = record
    views.projector.catch_up()
    require_told_alike(views, market)
    views.close()


def test_views_of_the_fourth_form_are_derived_anew_and_have_portfolios(tmp_path: Path) -> None:
    market = bourse()
    views = Views(tmp_path, market)
    views.projector.catch_up()
    lived = dump(views)
    with views.database.writing() as connection:
        for table in CAPITAL:
            table.drop(connection)
        connection.execute(text("UPDATE alembic_version SET version_num = '0004'"))
    views.close()
    views = Views(tmp_path, market)
    assert views.standing().position == 0
    views.projector.catch_up()
    assert dump(views) == lived
    views.close()


def test_rows_are_put_by_sql_that_postgresql_knows() -> None:
    said = str(upsert("postgresql", exposures, _added).compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]
    assert "ON CONFLICT (creditor, debtor, currency, payable_on) DO UPDATE" in said
