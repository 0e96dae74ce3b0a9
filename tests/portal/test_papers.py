# SPDX-License-Identifier: Apache-2.0
"""Who tells where a title's document lies, and who may issue."""

import re

import msgspec
import pytest

from portal.pier import Pier
from ropewalk.crypto import ENVELOPE_MAGIC, SEALED_MIN, sha256, to_base64
from ropewalk.portal import title as title_page
from ropewalk.portal.store import Store
from ropewalk.vault import Box


def tell(pier: Pier, name: str, title: str, payload: str) -> int:
    headers = {**pier.cookie(name), **pier.here()}
    told = {"payload": payload, "title": title}
    return pier.http.post("/papers", headers=headers, json=told).status_code


def put(pier: Pier, name: str, content: bytes) -> str:
    """A payload of a party's in the vault."""
    sealed = ENVELOPE_MAGIC + content * SEALED_MIN
    arrival = pier.vault.arrive(pier.id(name), len(sealed))
    arrival.write(sealed)
    try:
        party = pier.network.parties[name]
        box = Box(controller=party.controller, kid=party.key.kid, wrapped=to_base64(bytes(80)))
        return pier.vault.keep(arrival, sha256(sealed), party.controller, [box]).hash
    finally:
        arrival.abandon()


def test_a_party_tells_where_the_document_lies(pier: Pier) -> None:
    pier.load()
    title = pier.issue()

    def shown(payload: str) -> bool:
        return f'data-sheet="{payload}"' in pier.get(f"/titles/{title}", "shipper").text

    first, second, own = put(pier, "shipper", b"1"), put(pier, "shipper", b"2"), ""
    assert tell(pier, "shipper", title, first) == 204
    assert shown(first)
    demos = msgspec.json.decode(pier.desks.read_bytes())
    demos["papers"] = {title: "dd" * 32}
    pier.desks.write_bytes(msgspec.json.encode(demos))
    assert shown("dd" * 32)
    own = put(pier, "carrier", b"3")
    assert tell(pier, "carrier", title, own) == 204
    assert tell(pier, "shipper", title, second) == 204
    assert shown(own)


def test_a_payload_that_is_not_there_or_another_s_is_not_told(pier: Pier) -> None:
    pier.load()
    title = pier.issue()
    assert tell(pier, "carrier", title, "aa" * 32) == 403
    assert tell(pier, "carrier", title, put(pier, "shipper", b"1")) == 403
    assert 'data-sheet=""' in pier.get(f"/titles/{title}", "carrier").text


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
    assert store.papers("t") == {"y": "q", "z": "p"}
    store.keep_paper("t", "r", "z")
    assert store.papers("t") == {"y": "q", "z": "r"}
    assert store.papers("u") == {}
    store.close()


def test_issuing_is_for_carriers(clear: Pier) -> None:
    assert "data-own-document" in clear.get("/issue", "carrier").text
    assert "data-own-document" not in clear.get("/issue", "bank").text
    assert "data-own-document" not in clear.get("/issue").text


def test_a_long_chain_is_shown_in_pieces(clear: Pier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(title_page, "ACTS", 2)
    address, seen = f"/titles/{clear.title}", list[str]()
    while address:
        page = clear.get(address, "carrier").text
        found = re.findall(r"/v1/log/entries\?from=(\d+)&amp;limit=1", page)
        assert 0 < len(found) <= 2
        seen = found + seen
        older = re.search(r'href="(/titles/[0-9a-f]+\?before=\d+)#chain"', page)
        address = older[1] if older else ""
    assert len(seen) > 2
    assert sorted(set(seen), key=int) == seen
    assert clear.get(f"/titles/{clear.title}?before=0", "carrier").status_code == 200
