# SPDX-License-Identifier: Apache-2.0
"""Boxes as the portal shows them: lights, reasons, offers, the board."""

import html
import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from portal.pier import GATE, Pier
from ropewalk.api.capital import Records as View
from ropewalk.cargo import require_green
from ropewalk.cargo.bills import unreleased
from ropewalk.crypto import sha256_hex
from ropewalk.ledger import LedgerError
from ropewalk.portal import quay as quays
from ropewalk.portal.catalogue import Catalogue
from ropewalk.portal.quay import Quay, read_quay, reasons
from ropewalk.title import standing

CHALLENGE = sha256_hex(b"a question of this gate")
OFFER = re.compile(r'data-act="([^"]+)" data-body="([^"]*)"( data-proposes)?')
LIGHT = re.compile(r'<li class="light (\w+)">')
PARTIES = ("carrier", "customs", "terminal", "shipper", "haulier", "bank")


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
    pier.make_ready()
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
    pier.make_ready()
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
    pier.make_ready()
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
    pier.make_ready()
    assert f"/boxes/{pier.box}" in board(pier, "shipper", "clear")
    pier.leave()
    assert f"/boxes/{pier.box}" in board(pier, "shipper", "left")
    assert f"/boxes/{pier.box}" not in board(pier, "shipper", "clear")


# What strangers write


@pytest.mark.parametrize("script", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>'])
def test_a_strangers_text_is_never_markup(clear: Pier, script: str) -> None:
    for name in PARTIES:
        clear.portal.rename(clear.id(name), script)
    paths = (f"/boxes/{clear.box}", "/release", "/gate", f"/gate?box={clear.box}", "/issue")
    for path in (
        *paths,
        f"/gate/answer?box={clear.box}&gate={GATE}&challenge={CHALLENGE}",
        f"/gate?text={script}",
    ):
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


def test_every_reason_and_light_is_told_in_words() -> None:
    texts = Catalogue("en").texts
    source = (Path(quays.__file__)).read_text(encoding="utf-8")
    told = re.findall(r'"((?:why|light)\.[a-z_]+)"', source)
    assert len(told) > 10
    assert [key for key in told if key not in texts] == []
    for start in ("why.customs", "light.customs"):
        for status in ("NOTHING", "HOLD", "EXAMINATION"):
            assert f"{start}.{status}" in texts
