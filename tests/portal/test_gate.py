# SPDX-License-Identifier: Apache-2.0
"""The gate: a question, its answer by who may give it, and the way between the two screens."""

import re
import time

import httpx2
import pytest

from portal.pier import GATE, Pier
from ropewalk.cargo.gate import GATE_OUT_REFUSALS
from ropewalk.crypto import sha256_hex
from ropewalk.portal import mailbox as mailboxes
from ropewalk.portal.catalogue import Catalogue
from ropewalk.portal.mailbox import GateAnswer, Mailbox

CHALLENGE = sha256_hex(b"a question of this gate")


def asked(pier: Pier, challenge: str = CHALLENGE) -> str:
    return f"box={pier.box}&gate={GATE}&challenge={challenge}"


def answer(pier: Pier, name: str, presentation: str) -> httpx2.Response:
    headers = {**pier.cookie(name), **pier.here()}
    return pier.http.post("/gate/answers", headers=headers, json={"presentation": presentation})


def waiting(pier: Pier, name: str = "terminal", challenge: str = CHALLENGE) -> httpx2.Response:
    return pier.http.get(f"/gate/answers/{challenge}", headers=pier.cookie(name))


def test_the_gate_finds_its_boxes(pier: Pier) -> None:
    pier.make_ready()
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
    pier.make_ready()
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
        ("shipper", good[:-20] + "A" * 20),
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
    pier.make_ready()
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


def test_whoever_floods_a_mailbox_loses_own_answers_only() -> None:
    box = Mailbox()
    box.put("another's", GateAnswer("driver", "p"))
    names = [str(number) for number in range(mailboxes.EACH_MAX + 5)]
    for name in names:
        box.put(name, GateAnswer("flooder", "p"))
    kept = [name for name in names if box.get(name) is not None]
    assert kept == names[5:]
    assert box.get("another's") is not None


def test_every_refusal_of_the_gate_is_told_in_words() -> None:
    texts = Catalogue("en").texts
    for error in GATE_OUT_REFUSALS:
        assert f"script.gate.refused.{error.code}" in texts, error.code
