# SPDX-License-Identifier: Apache-2.0
"""Desks over HTTP, by a real node: what waits, what concerns, what is called so."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings

from api.test_openapi import CHECKS
from ropewalk.crypto import Value, sha256_hex
from views.desk import USD, Desk

ROUTES = ("todos", "subjects", "search")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with Desk(tmp_path_factory.mktemp("desk")) as made:
        yield made.furnish()


def asked(desk: Desk, name: str, path: str, **parameters: object) -> Any:
    """The answer of a party's desk, which must be one."""
    told = {one: str(value) for one, value in parameters.items()}
    found = desk.http.get(f"/v1/desks/{desk.id(name)}/{path}", params=told)
    assert found.status_code == 200, found.text
    return found.json()


def drawn(desk: Desk, number: int, amount: str = "700") -> str:
    """An invoice that its debtor has not answered."""
    tag = sha256_hex(f"drawn {number}".encode())
    body: dict[str, Value] = {"amount": amount, "content": tag, "currency": USD, "invoice": tag}
    debtor = {"debtor": desk.id("consignee"), "due": "2030-06-28"}
    outcome = desk.done("shipper", "capital.INVOICE", **body, **debtor)
    desk.settle()
    return desk.told(outcome)[0].attributes["payable"]


def test_an_invoice_waits_for_its_debtor_until_it_is_confirmed(desk: Desk) -> None:
    payable = drawn(desk, 1)
    told = asked(desk, "consignee", "todos")
    (one,) = [one for one in told["todos"] if one["subject"] == payable]
    assert (one["act"], one["kind"], one["status"]) == (
        "capital.CONFIRM_INVOICE",
        "payable",
        "INVOICED",
    )
    assert (one["currency"], one["amount"]) == (USD, "700")
    assert "by_s" not in one
    assert abs(told["now_s"] - time.time()) < 60
    assert abs(one["since_s"] - time.time()) < 600
    record = desk.record(f"/v1/payables/{payable}")
    desk.done(
        "consignee",
        "capital.CONFIRM_INVOICE",
        last_act=record["last_act"],
        payable=payable,
    )
    desk.settle()
    told = asked(desk, "consignee", "todos")
    assert payable not in {one["subject"] for one in told["todos"]}


def test_pages_of_one_are_the_whole_list_in_its_order(desk: Desk) -> None:
    for number in (2, 3):
        drawn(desk, number)
    for path, name in (("todos", "consignee"), ("subjects", "shipper")):
        whole, found, cursor = asked(desk, name, path)[path], [], ""
        while True:
            page = asked(desk, name, path, limit=1, cursor=cursor)
            found += page[path]
            cursor = page["next"]
            if not cursor:
                break
        assert found == whole
        assert len(whole) > 1


def test_subjects_are_of_a_kind_and_open_or_ended_as_asked(desk: Desk) -> None:
    whole = asked(desk, "shipper", "subjects", kind="receivable")["subjects"]
    assert {one["kind"] for one in whole} == {"receivable"}
    assert {one["is_open"] for one in whole} == {True, False}
    ended = asked(desk, "shipper", "subjects", kind="receivable", is_open="false")["subjects"]
    assert ended == [one for one in whole if not one["is_open"]]
    (share,) = [one for one in whole if one["subject"] == desk.shares[0]]
    assert (share["parts"], share["amount"]) == (["creditor"], "4000")


def test_what_is_looked_for_is_found_on_its_partys_desk_alone(desk: Desk) -> None:
    found = asked(desk, "shipper", "search", text=desk.shares[0][:10])["subjects"]
    assert [one["subject"] for one in found] == [desk.shares[0]]
    assert asked(desk, "bank", "search", text=desk.shares[0])["subjects"] == []


def test_a_cursor_is_of_its_list_and_its_desk_alone(desk: Desk) -> None:
    cursor = asked(desk, "shipper", "subjects", limit=1)["next"]
    for path in (
        f"{desk.id('shipper')}/todos",
        f"{desk.id('bank')}/subjects",
        f"{desk.id('shipper')}/subjects?kind=title",
    ):
        whole = f"/v1/desks/{path}{'&' if '?' in path else '?'}cursor={cursor}"
        assert desk.http.get(whole).json()["code"] == "views.cursor"


def test_a_desk_of_nobody_is_empty(desk: Desk) -> None:
    for path, name in (("todos", "todos"), ("subjects", "subjects")):
        told = desk.http.get(f"/v1/desks/{'0' * 32}/{path}").json()
        assert (told[name], told["next"]) == ([], "")


@pytest.mark.parametrize(
    "path",
    [
        "xyz/todos",
        f"{'0' * 32}/todos?limit=0",
        f"{'0' * 32}/subjects?kind=ship",
        f"{'0' * 32}/subjects?is_open=yes",
        f"{'0' * 32}/search",
        f"{'0' * 32}/search?text={'x' * 101}",
        f"{'0' * 32}/todos?controller=x",
    ],
)
def test_what_is_no_question_is_refused(desk: Desk, path: str) -> None:
    found = desk.http.get(f"/v1/desks/{path}")
    assert found.status_code == 400, found.text
    assert found.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
@pytest.mark.parametrize("route", ROUTES)
def test_no_request_gets_an_answer_that_is_not_described(
    desk: Desk, route: str, mode: schemathesis.GenerationMode
) -> None:
    schema = schemathesis.openapi.from_url(f"{desk.url}/openapi.json")
    operation = schema[f"/v1/desks/{{controller}}/{route}"]["GET"]

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(max_examples=15, deadline=None, database=None, derandomize=True,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    def probe(case: Any) -> None:
        case.validate_response(case.call(timeout=10), checks=CHECKS)

    probe()
