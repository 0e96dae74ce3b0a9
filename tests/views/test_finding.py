# SPDX-License-Identifier: Apache-2.0
"""Pages hold all events that fulfil the filters, each once, in order; told a second time here."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from ropewalk.views import (
    EVERYTHING,
    CursorError,
    Filters,
    Views,
    datas,
    find,
    read_cursor,
    write_cursor,
)
from ropewalk.views import finding as finding_module
from ropewalk.views.schema import LOOKED_UP
from views.fleet import (
    BOXES,
    CODES,
    PLACES,
    SHIPS,
    Ledger,
    batch22,
    batch30,
    event22,
    event30,
    grown,
)

COUNT = 1_500
EVENTS = [event22(n) for n in range(COUNT)]


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Views]:
    ledger = Ledger()
    batches = [
        batch22(*EVENTS[start : start + 300], salt=f"{start:064x}")
        for start in range(0, COUNT, 300)
    ]
    batches.append(batch30(*(event30(n) for n in range(40))))
    for batch in batches:
        ledger.claim(batch)
    views = grown(tmp_path_factory.mktemp("fleet"), ledger, batches)
    yield views
    views.close()


@pytest.fixture(scope="module")
def connection(fleet: Views) -> Iterator[Connection]:
    with fleet.database.reading() as connection:
        yield connection


def listed(connection: Connection, filters: Filters, limit: int = 70) -> list[dict[str, Any]]:
    """All pages, read one after another."""
    found: list[int] = []
    after = None
    while True:
        page = find(connection, filters, after, limit, reader=EVERYTHING)
        assert len(page.ids) <= limit
        found += page.ids
        if page.next is None:
            break
        after = read_cursor(write_cursor(page.next, filters.scope), filters.scope)
    assert len(set(found)) == len(found)
    return [json.loads(one) for start in range(0, len(found), 500)
            for one in datas(connection, found[start : start + 500])]  # fmt: skip


def holds(event: dict[str, Any], filters: Filters) -> bool:
    """Whether an event fulfils filters, told from its own words."""
    call = event.get("transportCall", {})
    kind = event["eventType"]
    said = {
        "equipment": event.get("equipmentReference"),
        "transport_call": call.get("transportCallID"),
        "vessel_imo": call.get("vessel", {}).get("vesselIMONumber"),
        "export_voyage": call.get("exportVoyageNumber"),
        "carrier_service": call.get("carrierServiceCode"),
        "location": call.get("UNLocationCode"),
    }
    named = {
        (one["documentReferenceType"], one["documentReferenceValue"])
        for one in event.get("documentReferences", ())
    } | {(event.get("documentTypeCode"), event.get("documentID"))}
    if filters.kinds and kind not in filters.kinds:
        return False
    for asked, codes in filters.codes.items():
        if kind != asked or event[f"{kind.lower()}EventTypeCode"] not in codes:
            return False
    if filters.document_types and event.get("documentTypeCode") not in filters.document_types:
        return False
    if not named.issuperset(filters.documents):
        return False
    return all(said[column] == value for column, value in filters.equal.items())


chosen = st.builds(
    Filters,
    major=st.just(2),
    kinds=st.lists(st.sampled_from(sorted(CODES)), unique=True, max_size=2).map(tuple),
    codes=st.dictionaries(
        st.sampled_from(sorted(CODES)),
        st.lists(
            st.sampled_from(sorted({code for codes in CODES.values() for code in codes})),
            unique=True,
            min_size=1,
            max_size=3,
        ).map(tuple),
        max_size=2,
    ),
    document_types=st.sampled_from([(), ("BKG",), ("TRD", "BKG")]),
    documents=st.lists(
        st.integers(0, 9).flatmap(
            lambda n: st.sampled_from([("BKG", f"BOOK{n:04}"), ("TRD", f"BILL{n:04}")])
        ),
        unique=True,
        max_size=2,
    ).map(tuple),
    equal=st.fixed_dictionaries(
        {},
        optional={
            "equipment": st.sampled_from(BOXES),
            "location": st.sampled_from(PLACES),
            "vessel_imo": st.sampled_from(SHIPS),
            "carrier_service": st.sampled_from(["FE0", "FE1", "FE2"]),
            "transport_call": st.sampled_from([f"call-{n}" for n in range(30)]),
            "export_voyage": st.sampled_from([f"21{n:02}S" for n in range(7)]),
        },
    ),
    is_descending=st.booleans(),
)


@example(
    filters=Filters(major=2, documents=(("TRD", "BILL0003"), ("BKG", "BOOK0003"))),
    limit=1,
    scanned=5,
)
@given(filters=chosen, limit=st.sampled_from([1, 7, 100, 1000]), scanned=st.sampled_from([5, 2000]))
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_pages_hold_what_fulfils_the_filters_each_once_in_order(
    connection: Connection, filters: Filters, limit: int, scanned: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(finding_module, "SCANNED", scanned)
        patch.setattr(finding_module, "PAGE_MAX", 1000)
        found = listed(connection, filters, max(limit, 7 if scanned == 2000 else 1))
    expected = [one for one in EVENTS if holds(one, filters)]
    assert sorted(one["eventID"] for one in found) == sorted(one["eventID"] for one in expected)
    created = [one["eventCreatedDateTime"] for one in found]
    assert created == sorted(created, reverse=filters.is_descending)


def test_a_range_of_times_holds_both_its_ends(connection: Connection) -> None:
    minute = 60_000
    start = 1_772_323_200_000  # 2026-03-01T00:00:00Z
    narrow = Filters(major=2, since_ms=start + minute, until_ms=start + 3 * minute)
    found = {one["eventCreatedDateTime"] for one in listed(connection, narrow)}
    assert found == {f"2026-03-01T00:0{n}:00Z" for n in (1, 2, 3)}


def test_versions_are_kept_apart(connection: Connection) -> None:
    assert len(listed(connection, Filters(major=3))) == 40
    assert len(listed(connection, Filters(major=2))) == COUNT


def test_a_page_ends_early_rather_than_look_at_everything(connection: Connection) -> None:
    nowhere = Filters(major=2, equal={"location": "NLRTM", "carrier_service": "none"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(finding_module, "SCANNED", 10)
        rare = Filters(major=2, equal={"location": "NLRTM", "vessel_imo": "9321483"})
        short = find(connection, rare, None, 100, reader=EVERYTHING)
        assert len(short.ids) < 100
        assert short.next is not None
    assert listed(connection, nowhere) == []


@pytest.mark.parametrize("branches", [1, 3, 6])
def test_all_branches_of_a_filter_share_one_budget(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, branches: int
) -> None:
    asked = [0]
    fit = Filters.fit

    def counting(self: Filters, row: Any) -> bool:
        asked[0] += 1
        return fit(self, row)

    monkeypatch.setattr(finding_module, "SCANNED", 60)
    monkeypatch.setattr(Filters, "fit", counting)
    codes = {"EQUIPMENT": ("LOAD", "DISC", "GTIN", "GTOT", "PICK", "DROP")[:branches]}
    rare = Filters(major=2, codes=codes, equal={"export_voyage": "none"})
    monkeypatch.setattr(finding_module, "LOOKED_UP", ())
    page = find(connection, rare, None, 1000, reader=EVERYTHING)
    assert page.ids == []
    assert page.next is not None
    assert 0 < asked[0] <= 60


@pytest.mark.parametrize("text", ["", "x", "AAAA", "W10", "WzEsMl0", "WzEsMiwieCJd", "é", "=" * 40])
def test_a_cursor_of_others_is_refused(text: str) -> None:
    with pytest.raises(CursorError):
        read_cursor(text, "scope")


def test_a_cursor_for_other_filters_is_refused() -> None:
    cursor = write_cursor((1, 2), Filters(major=2).scope)
    with pytest.raises(CursorError):
        read_cursor(cursor, Filters(major=3).scope)


def test_every_query_goes_by_an_index_and_sorts_nothing(
    connection: Connection,
) -> None:
    asked = [
        (Filters(major=2), "events_created "),
        (Filters(major=2, kinds=("EQUIPMENT",)), "events_kind "),
        (Filters(major=2, codes={"EQUIPMENT": ("LOAD",)}), "events_code "),
        (Filters(major=2, document_types=("BKG",)), "events_document_type "),
        (Filters(major=2, documents=(("BKG", "BOOK0001"),)), "PRIMARY KEY "),
        *((Filters(major=2, equal={column: "x"}), f"events_{column} ") for column in LOOKED_UP),
    ]
    for filters, index in asked:
        for statement in finding_module._branches(filters, (5, 5), None):
            text = str(statement.compile(connection.engine, compile_kwargs={"literal_binds": True}))
            plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")]
            assert index in plan[0], (filters, plan)
            assert all(step.startswith("SEARCH") for step in plan), (filters, plan)
