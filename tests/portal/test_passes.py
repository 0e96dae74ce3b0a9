# SPDX-License-Identifier: Apache-2.0
"""The answer to a gate, as a browser signs it, is the Python client's, byte for byte."""

import pytest

from portal.asking_quay import ask, one
from ropewalk.cargo import Presentation, present, read_presentation
from ropewalk.cli.wallet import controller_of
from ropewalk.crypto import PrivateKey, sha256, to_base64

NETWORK = "ab" * 32
KEY = PrivateKey(sha256(b"a driver"))
SEED = to_base64(KEY.seed_and_public()[:32])
ASKED = {
    "box": "cd" * 32,
    "challenge": "ef" * 32,
    "gate": "GATE-1",
    "nowS": 1_800_000_000,
    "right": "01" * 32,
}


def test_the_same_key_signs_the_same_bytes() -> None:
    found = one("presented", SEED, controller_of(KEY), NETWORK, ASKED)
    content = Presentation(
        box="cd" * 32,
        challenge="ef" * 32,
        gate="GATE-1",
        network=NETWORK,
        right="01" * 32,
        time=1_800_000_000,
    )
    assert found == present(content, KEY)
    read, signed = read_presentation(found)
    assert (read, signed.kid) == (content, KEY.kid)


@pytest.mark.parametrize(
    "changed",
    [
        {"box": "CD" * 32},
        {"challenge": "ef" * 31},
        {"right": ""},
        {"gate": "gate 1"},
        {"gate": ""},
        {"gate": "A" * 17},
        {"gate": "GATE-1\n"},
    ],
)
def test_nothing_is_signed_that_is_no_question(changed: dict[str, str]) -> None:
    found = one("presented", SEED, controller_of(KEY), NETWORK, {**ASKED, **changed})
    assert found["refused"] == "PassError"


def test_a_question_is_new_each_time() -> None:
    [first, second] = one("challenge")
    assert len(bytes.fromhex(first)) == len(bytes.fromhex(second)) == 32
    assert first != second


def test_an_answer_is_read_back_as_it_was_written() -> None:
    controller = controller_of(KEY)
    presentation = one("presented", SEED, controller, NETWORK, ASKED)
    text = one("written", {"collector": controller, "presentation": presentation})
    found = one("answered", f"  {text}\n")
    assert found == {
        "box": ASKED["box"],
        "challenge": ASKED["challenge"],
        "collector": controller,
        "gate": ASKED["gate"],
        "presentation": presentation,
    }


def test_what_is_no_answer_is_refused() -> None:
    controller = controller_of(KEY)
    texts = ["", "x", f"{controller}~", f"{controller}~a.b.c", f"{controller}~{'a' * 3000}"]
    texts += ["~a.b.c", f"{controller}~e30.!!.e30", f"{controller}~a.b.c~d"]
    answers = ask([["answered", text] for text in texts])
    assert {one["refused"] for one in answers} == {"PassError"}
