# SPDX-License-Identifier: Apache-2.0
"""What a controller is in control of, and which proposals wait for whom, page by page."""

import httpx2
import pytest

from api.conftest import ACT_HASH, PARTY, TITLE

NOBODY = "0" * 32


def test_titles_are_listed_by_who_is_in_control(http: httpx2.Client) -> None:
    found = http.get("/v1/titles", params={"in_control": PARTY}).json()
    assert [one["id"] for one in found["records"]] == [TITLE]
    assert found["records"][0]["record"]["status"] == "ISSUED"
    assert found["next"] == ""
    assert http.get("/v1/titles", params={"in_control": NOBODY}).json()["records"] == []


def test_a_full_page_says_where_the_next_begins(http: httpx2.Client) -> None:
    query: dict[str, str | int] = {"in_control": PARTY, "limit": 1}
    first = http.get("/v1/titles", params=query).json()
    assert first["next"] == TITLE
    second = http.get("/v1/titles", params={**query, "after": first["next"]}).json()
    assert second == {"next": "", "records": []}


def test_proposals_are_listed_by_whom_they_wait_for(http: httpx2.Client) -> None:
    waiting = http.get("/v1/proposals", params={"waits_for": PARTY}).json()["records"]
    assert [one["id"] for one in waiting] == [ACT_HASH]
    assert http.get("/v1/proposals").json()["records"] == waiting
    assert http.get("/v1/proposals", params={"waits_for": NOBODY}).json()["records"] == []
    shown = http.get(f"/v1/proposals/{ACT_HASH}", params={"proof": "true"}).json()
    assert shown["record"]["act"] == "title.VOID"
    assert set(shown["proof"]) == {f"proposal/{ACT_HASH}"}
    assert http.get(f"/v1/proposals/{'0' * 64}").status_code == 404


@pytest.mark.parametrize(
    "query", ["in_control=nobody", f"in_control={PARTY}&after=x", f"in_control={PARTY}&limit=501"]
)
def test_a_query_that_is_none_is_refused(http: httpx2.Client, query: str) -> None:
    assert http.get(f"/v1/titles?{query}").status_code == 400
