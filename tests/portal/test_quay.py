# SPDX-License-Identifier: Apache-2.0
"""Boxes as the portal shows them: lights, reasons, offers, the board, and the gate."""

import html
import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from portal.pier import GATE, Pier
from ropewalk.api.capital import Records as View
from ropewalk.cargo import require_green
from ropewalk.cargo.bills import unreleased
from ropewalk.crypto import sha256_hex
from ropewalk.ledger import LedgerError
from ropewalk.portal import mailbox as mailboxes
from ropewalk.portal.mailbox import GateAnswer, Mailbox
from ropewalk.portal.quay import Quay, read_quay, reasons
from ropewalk.portal.store import Store
from ropewalk.title import standing

CHALLENGE = sha256_hex(b"a question of this gate")
OFFER = re.compile(r'data-act="([^"]+)" data-body="([^"]*)"( data-proposes)?')
LIGHT = re.compile(r'<li class="light (\w+)">')
PARTIES = ("carrier", "customs", "terminal", "shipper", "haulier", "bank")


@pytest.fixture
def pier(tmp_path: Path) -> Iterator[Pier]:
    with Pier(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def clear(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pier]:
    """With a box that may leave, for tests that leave it there."""
    with Pier(tmp_path_factory.mktemp("pier")) as made:
        ready_to_leave(made)
        yield made


def quay_of(pier: Pier) -> Quay:
    return read_quay(pier.here_node, pier.box)


def page(pier: Pier, name: str = "") -> str:
    answer = pier.get(f"/boxes/{pier.box}", name)
    assert answer.status_code == 200, answer.text
    check_release(pier)
    return answer.text


def offered(text: str) -> dict[str, list[dict[str, Any]]]:
    """What a page offers: bodies by act; `?` before an act that proposes."""
    found: dict[str, list[dict[str, Any]]] = {}
    for act, body, proposes in OFFER.findall(text):
        name = ("?" if proposes else "") + act.removeprefix("cargo.")
        found.setdefault(name, []).append(json.loads(html.unescape(body)))
    return found


def lights(text: str) -> list[str]:
    return LIGHT.findall(text)


def check_release(pier: Pier) -> None:
    """The carrier's light is green exactly where the rule of the gate has no title that waits."""
    quay, view = quay_of(pier), View(pier.network.engine)
    if quay.movement is not None and quay.movement.exit is None:
        is_green = quay.lights[0].state == "green"
        assert is_green == (unreleased(view, standing, quay.movement) == "")


def keys(pier: Pier, now_s: int = 0) -> list[str]:
    return [one.key for one in reasons(quay_of(pier), now_s or int(time.time()))]


def test_nobody_spoke_of_it(pier: Pier) -> None:
    assert pier.get(f"/boxes/{pier.box}").status_code == 404
    assert pier.get("/boxes/xyz").status_code in (400, 404)


def test_the_carrier_announces_orders_delivery_and_grants_the_right(pier: Pier) -> None:
    pier.load()
    assert keys(pier) == ["why.unannounced"]
    assert "?ANNOUNCE_ARRIVAL" in offered(page(pier, "carrier"))  # no bill names it yet
    pier.issue()
    [announced] = offered(page(pier, "carrier"))["ANNOUNCE_ARRIVAL"]
    assert announced == {"box": pier.box, "titles": [pier.title]}
    assert offered(page(pier, "shipper")) == offered(page(pier)) == {}

    pier.announce()
    assert lights(page(pier)) == ["amber", "amber", "amber"]
    assert keys(pier) == ["why.no_right", "why.no_basis", "why.customs.NOTHING", "why.unready"]

    pier.surrender()
    assert "why.no_order" in keys(pier)
    [order] = offered(page(pier, "carrier"))["ORDER_DELIVERY"]
    assert order == {
        "boxes": [pier.box],
        "release_to": pier.id("shipper"),
        "title": pier.title,
    }
    pier.does("carrier", "cargo.ORDER_DELIVERY", **order)
    assert lights(page(pier)) == ["green", "amber", "amber"]
    [grant] = offered(page(pier, "carrier"))["GRANT_PICK_UP"]
    assert grant["to"] == pier.id("shipper")
    pier.does("carrier", "cargo.GRANT_PICK_UP", **grant)
    assert keys(pier)[0] == "why.offered"


def test_from_the_right_to_the_depot(pier: Pier) -> None:
    pier.load()
    pier.issue()
    pier.announce()
    pier.surrender()
    pier.release()
    text = page(pier, "shipper")
    assert {"ACCEPT_PICK_UP", "DECLINE_PICK_UP"} <= set(offered(text))
    pier.does("shipper", "cargo.ACCEPT_PICK_UP", **offered(text)["ACCEPT_PICK_UP"][0])
    words = offered(page(pier, "customs"))["SET_CUSTOMS_STATUS"]
    assert [one["status"] for one in words] == ["CLEARED", "TRANSIT", "HOLD", "EXAMINATION"]
    pier.does("customs", "cargo.SET_CUSTOMS_STATUS", box=pier.box, status=words[0]["status"])
    [ready] = offered(page(pier, "terminal"))["SET_READINESS"]
    pier.does("terminal", "cargo.SET_READINESS", **ready)
    assert lights(page(pier)) == ["green", "green", "green"]
    assert keys(pier) == []

    pier.leave()
    assert keys(pier) == ["why.left"]
    assert quay_of(pier).state == "left"
    [back] = offered(page(pier, "terminal"))["RETURN_EMPTY"]
    assert back == {"box": pier.box}
    assert offered(page(pier, "shipper")) == {}


def ready_to_leave(pier: Pier) -> None:
    """Loaded, billed, announced, released, cleared, and the right accepted."""
    pier.load()
    pier.issue()
    pier.announce()
    pier.surrender()
    pier.release()
    pier.accept()
    pier.clear()


def hold(pier: Pier) -> None:
    reason = sha256_hex(b"smells of fish")
    pier.does("customs", "cargo.SET_CUSTOMS_STATUS", box=pier.box, status="HOLD", reason=reason)


def block(pier: Pier) -> None:
    pier.does("terminal", "cargo.BLOCK", box=pier.box, reason=sha256_hex(b"not paid"))


def unready(pier: Pier) -> None:
    pier.does("terminal", "cargo.SET_READINESS", box=pier.box, ready=False)


def offer_on(pier: Pier) -> None:
    pier.on_right("shipper", "TRANSFER_PICK_UP", to=pier.id("haulier"))


def revoke(pier: Pier) -> None:
    pier.on_right("carrier", "REVOKE_PICK_UP")


def later(_pier: Pier) -> None:
    return


@pytest.mark.parametrize(
    ("happens", "after_s", "key", "colours", "refusal"),
    [
        (hold, 0, "why.customs.HOLD", ["green", "red", "green"], "cargo.customs"),
        (block, 0, "why.blocked", ["green", "green", "red"], "cargo.blocked"),
        (unready, 0, "why.unready", ["green", "green", "amber"], "cargo.not_ready"),
        (offer_on, 0, "why.offered", ["green", "green", "green"], "cargo.offered"),
        (later, 10 * 86_400, "why.window", ["green", "green", "green"], "cargo.outside_window"),
        (revoke, 0, "why.no_right", ["green", "green", "green"], ""),
    ],
)
def test_what_keeps_it_is_what_the_ledger_refuses(
    pier: Pier,
    happens: Callable[[Pier], None],
    after_s: int,
    key: str,
    colours: list[str],
    refusal: str,
) -> None:
    ready_to_leave(pier)
    happens(pier)
    now = int(time.time()) + after_s
    quay = quay_of(pier)
    assert key in [one.key for one in reasons(quay, now)]
    assert lights(page(pier)) == colours
    assert quay.movement is not None
    assert quay.right is not None
    if not refusal:
        return
    with pytest.raises(LedgerError) as raised:
        require_green(quay.movement, quay.right, now)
    assert raised.value.code == refusal


def test_everything_that_is_offered_is_taken(pier: Pier) -> None:
    """An offer that is ready is no suggestion that the ledger refuses."""
    ready_to_leave(pier)
    pier.on_right("shipper", "TRANSFER_PICK_UP", to=pier.id("haulier"))
    block(pier)
    for name, act in (
        ("terminal", "UNBLOCK"),
        ("haulier", "DECLINE_PICK_UP"),
        ("terminal", "SET_READINESS"),
        ("carrier", "REVOKE_PICK_UP"),
        ("carrier", "GRANT_PICK_UP"),
        ("carrier", "REVOKE_PICK_UP"),
    ):
        body = offered(page(pier, name))[act][0]
        pier.does(name, f"cargo.{act}", **body)


def test_the_holder_passes_it_on_or_names_a_driver(pier: Pier) -> None:
    ready_to_leave(pier)
    found = offered(page(pier, "shipper"))
    assert {"TRANSFER_PICK_UP", "NAME_DRIVER"} <= set(found)
    driver = pier.id("haulier")
    until = int(time.time()) + 3_600
    pier.does("shipper", "cargo.NAME_DRIVER", **found["NAME_DRIVER"][0], driver=driver, until=until)
    assert "TRANSFER_PICK_UP" not in offered(page(pier, "haulier"))
    assert "You may collect it" in page(pier, "haulier")
    assert "You may collect it" not in page(pier, "bank")


# The board


def board(pier: Pier, name: str, state: str = "") -> str:
    answer = pier.get(f"/release?state={state}", name)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_the_board_tells_whom_a_box_waits_for(pier: Pier) -> None:
    assert "It takes four words" in board(pier, "terminal")
    pier.load()
    pier.issue()
    pier.announce()
    text = board(pier, "terminal", "waiting")
    assert f"/boxes/{pier.box}" in text
    assert pier.id("customs")[:8] in text
    for state in ("held", "clear", "left"):
        assert f"/boxes/{pier.box}" not in board(pier, "terminal", state)
    block(pier)
    assert f"/boxes/{pier.box}" in board(pier, "terminal", "held")
    assert f"/boxes/{pier.box}" not in board(pier, "bank")


def test_the_board_is_for_who_is_logged_in(clear: Pier) -> None:
    for path in ("/release", "/gate"):
        answer = clear.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert clear.get("/release?state=sunk", "terminal").status_code >= 400


def test_a_box_that_left_is_shown_so(pier: Pier) -> None:
    ready_to_leave(pier)
    assert f"/boxes/{pier.box}" in board(pier, "shipper", "clear")
    pier.leave()
    assert f"/boxes/{pier.box}" in board(pier, "shipper", "left")
    assert f"/boxes/{pier.box}" not in board(pier, "shipper", "clear")


# The gate


def asked(pier: Pier, challenge: str = CHALLENGE) -> str:
    return f"box={pier.box}&gate={GATE}&challenge={challenge}"


def answer(pier: Pier, name: str, presentation: str) -> httpx2.Response:
    headers = {**pier.cookie(name), **pier.here()}
    return pier.http.post("/gate/answers", headers=headers, json={"presentation": presentation})


def waiting(pier: Pier, name: str = "terminal", challenge: str = CHALLENGE) -> httpx2.Response:
    return pier.http.get(f"/gate/answers/{challenge}", headers=pier.cookie(name))


def test_the_gate_finds_its_boxes(pier: Pier) -> None:
    ready_to_leave(pier)
    reference = pier.document.reference.reference
    for text in ("", pier.box[:6], reference.lower(), reference[3:9]):
        assert f"/gate?box={pier.box}" in pier.get(f"/gate?text={text}", "terminal").text
    assert f"/gate?box={pier.box}" not in pier.get("/gate?text=zzz", "terminal").text
    assert f"/gate?box={pier.box}" not in pier.get("/gate", "port").text
    assert "data-ask" in pier.get(f"/gate?box={pier.box}", "terminal").text
    assert "data-ask" not in pier.get(f"/gate?box={pier.box}", "port").text
    pier.leave()
    assert f"/gate?box={pier.box}" not in pier.get("/gate", "terminal").text
    assert "data-ask" not in pier.get(f"/gate?box={pier.box}", "terminal").text


def test_the_driver_reads_what_he_signs(clear: Pier) -> None:
    text = clear.get(f"/gate/answer?{asked(clear)}", "shipper").text
    assert f"I am at {GATE}, now, to collect this box, and I hold the right to it." in text
    assert f'data-right="{clear.last_act("right", clear.box)}"' in text
    assert CHALLENGE in text
    assert "data-answer-to" not in clear.get(f"/gate/answer?{asked(clear)}", "bank").text
    nobody = clear.get(f"/gate/answer?{asked(clear)}").text
    assert "data-answer-to" not in nobody
    assert f"/gate/answer/{clear.box}/{GATE}/{CHALLENGE}" in nobody  # back here from a desk


def test_the_way_back_from_a_desk_leads_to_the_question(clear: Pier) -> None:
    found = clear.get(f"/gate/answer/{clear.box}/{GATE}/{CHALLENGE}")
    assert found.status_code == 303
    there = httpx2.URL(found.headers["location"])
    assert there.path == "/gate/answer"
    assert dict(there.params) == {"box": clear.box, "gate": GATE, "challenge": CHALLENGE}
    for path in (f"{clear.box}/gate 1/{CHALLENGE}", f"x/{GATE}/{CHALLENGE}", f"{clear.box}/A/y"):
        assert clear.get(f"/gate/answer/{path}").status_code >= 400


def test_an_answer_reaches_the_gate_and_opens_it(pier: Pier) -> None:
    ready_to_leave(pier)
    assert waiting(pier).status_code == 204
    presentation = pier.presented("shipper", CHALLENGE)
    assert answer(pier, "shipper", presentation).status_code == 204
    told = waiting(pier).json()
    assert told == {
        "answer": f"{pier.id('shipper')}~{presentation}",
        "collector": pier.id("shipper"),
    }
    code = pier.http.get(f"/gate/answers/{CHALLENGE}/qr", headers=pier.cookie("shipper"))
    assert code.headers["content-type"] == "image/svg+xml"
    pier.does(
        "terminal",
        "cargo.GATE_OUT",
        box=pier.box,
        challenge=CHALLENGE,
        collector=told["collector"],
        gate=GATE,
        presentation=presentation,
    )


def test_only_who_may_collect_answers(clear: Pier) -> None:
    good = clear.presented("shipper", CHALLENGE)
    for name, presentation in (
        ("bank", clear.presented("bank", CHALLENGE)),  # not the holder
        ("bank", good),  # another's signature
        ("shipper", clear.presented("bank", CHALLENGE)),  # another's key
        ("shipper", good[:-2] + "AA"),
        ("shipper", "nothing"),
    ):
        assert answer(clear, name, presentation).status_code == 400, (name, presentation)
    assert waiting(clear).status_code == 204
    assert clear.http.post("/gate/answers", headers=clear.here(), json={}).status_code == 401
    headers = {**clear.cookie("shipper"), **clear.here()}
    big = clear.http.post("/gate/answers", headers=headers, json={"presentation": "x" * 5_000})
    assert big.status_code == 413
    assert clear.http.get(f"/gate/answers/{CHALLENGE}").status_code == 401


def test_a_named_driver_answers_too(pier: Pier) -> None:
    ready_to_leave(pier)
    until = int(time.time()) + 600
    pier.on_right("shipper", "NAME_DRIVER", driver=pier.id("haulier"), until=until)
    assert answer(pier, "haulier", pier.presented("haulier", CHALLENGE)).status_code == 204
    assert waiting(pier).json()["collector"] == pier.id("haulier")


def test_an_older_answer_opens_nothing(clear: Pier) -> None:
    body = {
        "box": clear.box,
        "challenge": sha256_hex(b"another question"),
        "collector": clear.id("shipper"),
        "gate": GATE,
        "presentation": clear.presented("shipper", CHALLENGE),
    }
    assert clear.refused("terminal", "cargo.GATE_OUT", **body) == "cargo.bad_presentation"


def test_a_question_is_drawn_as_a_code_without_style_or_script(clear: Pier) -> None:
    found = clear.http.get(f"/gate/qr?{asked(clear)}")
    assert found.headers["content-type"] == "image/svg+xml"
    assert "<svg" in found.text
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=", found.text)
    for text in (asked(clear).replace(GATE, "gate"), asked(clear).replace(CHALLENGE, "x")):
        assert clear.http.get(f"/gate/qr?{text}").status_code >= 400


# The mailbox


def test_a_mailbox_forgets(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1_000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(mailboxes, "OPEN_MAX", 3)
    box = Mailbox()
    first = GateAnswer("c", "p")
    box.put("one", first)
    now[0] += mailboxes.OPEN_S - 1
    assert box.get("one") == first
    now[0] += 1
    assert box.get("one") is None
    for name in ("a", "b", "c", "d"):
        box.put(name, GateAnswer(name, "p"))
    assert [box.get(name) is not None for name in ("a", "b", "c", "d")] == [False, True, True, True]
    box.put("b", first)
    assert box.get("b") == first


# Papers, and the page that issues


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


# What strangers write


@pytest.mark.parametrize("script", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>'])
def test_a_strangers_text_is_never_markup(clear: Pier, script: str) -> None:
    for name in PARTIES:
        clear.portal.rename(clear.id(name), script)
    paths = (f"/boxes/{clear.box}", "/release", "/gate", f"/gate?box={clear.box}", "/issue")
    for path in (*paths, f"/gate/answer?{asked(clear)}", f"/gate?text={script}"):
        text = clear.get(path, "terminal").text
        assert script not in text, path
        assert "<img src=x" not in text
        assert "<script>alert" not in text


def test_ids_of_fields_are_each_ones_own(clear: Pier) -> None:
    """Each label is of one field, however many forms a page has."""
    for name in PARTIES:
        text = page(clear, name)
        ids = re.findall(r'\sid="([^"]+)"', text)
        assert len(ids) == len(set(ids)), name
        assert set(re.findall(r'<label for="([^"]+)"', text)) <= {*ids, "q"}
