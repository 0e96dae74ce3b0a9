# SPDX-License-Identifier: Apache-2.0
"""What is meant for another host, or comes from another port's page, is not taken."""

from pathlib import Path

import httpx2

from portal.lodge import Lodge
from ropewalk.cli.reached import names_of
from ropewalk.client import Actor
from ropewalk.client.signing import signed_headers


def enter(lodge: Lodge, url: str) -> httpx2.Response:
    """Log in by a request that is signed for some address, and sent as if to it."""
    party = lodge.network.parties["shipper"]
    actor = Actor(lodge.node, lodge.network.network, party.controller, party.key)
    signed = signed_headers(actor, ("POST", url, "/session"), actor.now_s())
    host = url.partition("://")[2]
    return lodge.http.post("/session", headers={"origin": url, "host": host, **signed})


def test_a_request_signed_for_another_host_is_not_taken(tmp_path: Path) -> None:
    with Lodge(tmp_path, hosts=names_of("127.0.0.1", (), ())) as lodge:
        assert enter(lodge, "https://evil.example").status_code == 421
        assert enter(lodge, lodge.url).status_code == 204
        assert enter(lodge, lodge.url.replace("127.0.0.1", "localhost")).status_code == 204


def test_a_page_of_another_port_is_no_page_of_this_node(tmp_path: Path) -> None:
    with Lodge(tmp_path) as lodge:
        for other in ("http://localhost:8999", "http://localhost", "https://localhost:8999"):
            assert enter(lodge, other).json()["code"] == "portal.foreign_request"
            host = other.partition("://")[2]
            headers = {"origin": other, "host": host}
            assert lodge.http.post("/passkeys/login", headers=headers).status_code == 403
        foreign = {"origin": "http://localhost:8999"}
        assert lodge.http.post("/passkeys/login", headers=foreign).status_code == 403


def test_a_page_behind_a_proxy_is_what_the_node_was_told(tmp_path: Path) -> None:
    with Lodge(tmp_path, origins=("https://portal.example",)) as lodge:
        assert enter(lodge, "https://portal.example").status_code == 204
        assert enter(lodge, "http://portal.example").status_code == 403
        assert enter(lodge, lodge.url).status_code == 403
