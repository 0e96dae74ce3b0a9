# SPDX-License-Identifier: Apache-2.0
"""Who may knock where, and what every answer carries (G39, TH29, TH30)."""

import re
import time
from collections.abc import Iterator
from typing import Final

import pytest

from network import PASSPHRASE
from portal.lodge import COOKIE, Lodge
from ropewalk.api.policy import ENTRANCE, EVENTS, PUBLIC, SIGNED
from ropewalk.crypto import PrivateKey, sha256
from ropewalk.portal.sessions import LASTS_S, now_s
from ropewalk.portal.store import Session, Store

OPEN: Final = ENTRANCE
CHANGING: Final = ("DELETE", "POST", "PUT")
SCRIPTS: Final = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "{{7*7}}",
    "</title><svg onload=alert(1)>",
    "javascript:alert(1)",
    "\u202emoc.live",
)


@pytest.fixture(scope="module")
def lodge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lodge]:
    with Lodge(tmp_path_factory.mktemp("lodge")) as made:
        yield made


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lodge]:
    """A node that answers nobody who has not logged in."""
    with Lodge(tmp_path_factory.mktemp("closed"), require_login=True) as made:
        yield made


def action_of(lodge: Lodge, operation: str) -> str:
    """What the policy is asked for before an operation."""
    method, _, path = operation.partition(" ")
    (route,) = [one for one in lodge.routes if one.path == path and method in one.methods]
    found = [getattr(one.dependency, "action", "") for one in route.dependencies if one.dependency]
    return "".join(found)


def test_every_route_asks_the_policy(lodge: Lodge) -> None:
    actions = {one: action_of(lodge, one) for one in lodge.operations}
    assert {one for one, action in actions.items() if not action} == set()
    assert set(actions.values()) <= OPEN | PUBLIC | SIGNED | EVENTS


def test_a_closed_node_shows_nobody_more_than_the_way_in(closed: Lodge) -> None:
    for operation in closed.operations:
        status = closed.ask(operation, **closed.here()).status_code
        if action_of(closed, operation) in OPEN:
            assert status not in (401, 403), operation
        else:
            assert status == 401, operation


def test_a_closed_node_shows_its_pages_to_who_logged_in(closed: Lodge) -> None:
    cookie = closed.cookie("shipper")
    for operation in closed.operations:
        if operation.startswith("GET") and action_of(closed, operation) not in SIGNED:
            assert closed.ask(operation, **cookie).status_code not in (401, 403), operation


def test_what_changes_something_comes_from_a_page_of_this_node(lodge: Lodge) -> None:
    changing = [one for one in lodge.operations if one.split()[0] in CHANGING]
    assert len(changing) > 5
    cookie = lodge.cookie("shipper")
    abroad: list[dict[str, str]] = [
        {"origin": "https://evil.example", "sec-fetch-site": "cross-site"},
        {"origin": lodge.url, "sec-fetch-site": "same-site"},
        {"origin": "null"},
        {},
    ]
    for operation in changing:
        for fields in abroad:
            status = lodge.ask(operation, **cookie, **fields).status_code
            assert status in (401, 403), (operation, fields, status)


def test_every_answer_is_hardened(lodge: Lodge) -> None:
    cookie = lodge.cookie("shipper")
    for operation in lodge.operations:
        headers = lodge.ask(operation, **cookie, **lodge.here()).headers
        policy = headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "http" not in policy
        assert "*" not in policy
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        if "/static/" not in operation:
            assert headers["cache-control"] == "no-store", operation


def test_no_page_has_a_script_or_a_style_inside(lodge: Lodge) -> None:
    cookie = lodge.cookie("shipper")
    pages = 0
    for operation in lodge.operations:
        answer = lodge.ask(operation, **cookie, **lodge.here())
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        if "verifier" in operation:  # a file to be saved, not a page of this node
            assert "attachment" in answer.headers["content-disposition"]
            continue
        pages += 1
        assert not re.search(r"<script(?![^>]*\bsrc=)", answer.text), operation
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", answer.text), operation
        assert not re.search(r"(src|href|action)=\"(https?:)?//", answer.text), operation
    assert pages > 8


def test_the_cookie_is_bound_hidden_and_strict(lodge: Lodge) -> None:
    field = lodge.log_in("shipper").headers["set-cookie"]
    lodge.http.cookies.clear()
    assert field.startswith(f"{COOKIE}=")
    assert {"Path=/", "Secure", "HttpOnly", "SameSite=Strict"} <= set(field.split("; "))
    value = field.partition(";")[0].partition("=")[2]
    assert len(value) >= 43
    stored = (lodge.network.folder / "portal.sqlite").read_bytes()
    assert value.encode() not in stored


def test_logging_in_takes_a_signature_that_holds(lodge: Lodge) -> None:
    assert lodge.http.post("/session", headers=lodge.here()).status_code == 401
    signed = lodge.log_in("shipper")
    assert signed.status_code == 204
    lodge.http.cookies.clear()


def test_leaving_ends_the_session(lodge: Lodge) -> None:
    cookie = lodge.cookie("shipper")
    assert lodge.ask("GET /finance", **cookie).status_code == 200
    assert lodge.ask("DELETE /session", **cookie, **lodge.here()).status_code == 204
    assert lodge.ask("GET /finance", **cookie).status_code == 401


def test_a_session_ends_with_its_key(lodge: Lodge) -> None:
    cookie = lodge.cookie("consignee")
    other = PrivateKey(sha256(b"another key of the consignee"))
    network = lodge.network
    for act, key in (("ADD_KEY", other), ("REVOKE_KEY", network.parties["consignee"].key)):
        outcome = network.send(network.by("consignee", f"identity.{act}", {"key": key.kid}))
        assert outcome.status == "committed"
    assert lodge.ask("GET /finance", **cookie).status_code == 401


def test_a_session_ends_with_its_time() -> None:
    store = Store(None)
    now = now_s()
    store.open_session("one", Session("c" * 32, ""), now, now + LASTS_S)
    assert store.session("one", now + LASTS_S) is not None
    assert store.session("one", now + LASTS_S + 1) is None
    assert store.session("other", now) is None
    store.close()


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_name_is_never_markup(lodge: Lodge, script: str) -> None:
    """Whatever a party can write reaches a page as text (TH29, TH30)."""
    carrier = lodge.network.parties["carrier"].controller
    lodge.portal.store.give_name("ab" * 16, script)
    lodge.portal.rename("ab" * 16, script)
    page = lodge.get("/desks", "shipper").text
    if "<" in script or '"' in script:
        assert script not in page
    assert "<script>alert" not in page
    assert "onerror=alert(1)>" not in page
    assert lodge.http.get(f"/search?text={'x'}{'%3Cscript%3E'}").text.count("<script>") == 0
    assert carrier


def test_a_key_that_asks_is_shown_as_text(lodge: Lodge) -> None:
    cookie = lodge.cookie("shipper")
    label = "Tom & Jerry's"
    kid = PrivateKey(sha256(b"asks")).kid
    answer = lodge.http.post(
        "/passkeys/asking", headers={**cookie, **lodge.here()}, json={"kid": kid, "label": label}
    )
    assert answer.status_code == 204
    page = lodge.http.get("/keys", headers=cookie).text
    assert label not in page
    assert "Tom &amp; Jerry&#39;s" in page
    for told in ("<img src=x>", "moc\u202elive", "", "x" * 81):
        body = {"kid": kid, "label": told}
        refused = lodge.http.post("/passkeys/asking", headers={**cookie, **lodge.here()}, json=body)
        assert refused.status_code in (400, 403), told


def test_static_files_have_one_address_and_are_kept_for_good(lodge: Lodge) -> None:
    address = lodge.portal.assets.url("portal.css")
    answer = lodge.http.get(address)
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    assert lodge.http.get(address.replace("portal.css", "..%2Fpages.py")).status_code == 404
    assert lodge.http.get("/static/0000000000000000/portal.css").status_code == 404


def test_a_ready_made_key_is_given_by_a_demo_alone(lodge: Lodge) -> None:
    carrier = lodge.network.parties["carrier"].controller
    answer = lodge.http.post(f"/demo/desks/{carrier}", headers=lodge.here())
    assert answer.json()["controller"] == carrier
    assert lodge.http.post(f"/demo/desks/{'0' * 32}", headers=lodge.here()).status_code == 404
    assert PASSPHRASE not in answer.text
    lodge.desks.rename(lodge.desks.with_suffix(".away"))
    time.sleep(0.01)
    assert lodge.http.post(f"/demo/desks/{carrier}", headers=lodge.here()).status_code == 404
    lodge.desks.with_suffix(".away").rename(lodge.desks)
