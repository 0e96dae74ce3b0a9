# SPDX-License-Identifier: Apache-2.0
"""Who tells where a title's document lies, and who may issue."""

from portal.pier import Pier
from ropewalk.portal.store import Store


def tell(pier: Pier, name: str, title: str, payload: str) -> int:
    headers = {**pier.cookie(name), **pier.here()}
    told = {"payload": payload, "title": title}
    return pier.http.post("/papers", headers=headers, json=told).status_code


def test_a_party_tells_where_the_document_lies(pier: Pier) -> None:
    pier.load()
    title = pier.issue()
    assert tell(pier, "shipper", title, "bb" * 32) == 204
    assert f'data-sheet="{"bb" * 32}"' in pier.get(f"/titles/{title}", "shipper").text
    assert tell(pier, "carrier", title, "aa" * 32) == 204
    assert tell(pier, "shipper", title, "cc" * 32) == 204
    assert f'data-sheet="{"aa" * 32}"' in pier.get(f"/titles/{title}", "shipper").text


def test_nobody_else_tells_where_a_document_lies(clear: Pier) -> None:
    title = clear.title
    assert tell(clear, "bank", title, "aa" * 32) == 403
    assert tell(clear, "carrier", "00" * 32, "aa" * 32) == 403
    assert tell(clear, "carrier", title, '"><script>') == 403
    told = {"payload": "aa" * 32, "title": title}
    assert clear.http.post("/papers", headers=clear.here(), json=told).status_code == 401
    abroad = {**clear.cookie("carrier"), "origin": "https://evil.example"}
    assert clear.http.post("/papers", headers=abroad, json=told).status_code == 403
    assert 'data-sheet=""' in clear.get(f"/titles/{title}", "carrier").text


def test_papers_are_kept() -> None:
    store = Store(None)
    store.keep_paper("t", "p", "z")
    store.keep_paper("t", "q", "y")
    assert store.paper("t", "z") == "p"
    assert store.paper("t", "x") == "q"
    store.keep_paper("t", "r", "z")
    assert store.paper("t", "z") == "r"
    assert store.paper("u", "z") == ""
    store.close()


def test_issuing_is_for_carriers(clear: Pier) -> None:
    assert "data-own-document" in clear.get("/issue", "carrier").text
    assert "data-own-document" not in clear.get("/issue", "bank").text
    assert "data-own-document" not in clear.get("/issue").text
