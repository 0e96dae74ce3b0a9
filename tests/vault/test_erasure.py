# SPDX-License-Identifier: Apache-2.0
"""What was erased is nowhere: in no byte of the data directory, nor to be guessed from the log.

And what the ledger proves, it still proves. Source: reliability G45, TH39.
"""

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ropewalk.audit import audit_directory
from ropewalk.client import Node, make_bundle, read_trust, verify_bundle
from ropewalk.crypto import document_commitment, random_bytes, sha256, sha256_hex
from vaults import World, sealed, world

WINDOW = 16
"""Bytes of a payload or key in a row that would count as found."""
CANDIDATES = 100_000
RIGHT = 73_211
KEY = sha256(b"the payload's key")


def document_of(amount: int) -> bytes:
    """A document with little to guess: all that differs is an amount."""
    return json.dumps({"goods": "steel coils", "amount": amount, "buyer": "B" * 4_000}).encode()


def everything_in(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every byte of every file: databases with their free pages and write-ahead logs too."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path.read_bytes()


def traces(folder: Path, secrets: dict[str, bytes]) -> set[str]:
    """Which secrets have left a trace, as bytes, hex or base64 of any alignment."""
    found = set()
    wanted = {name: windows_of(secret) for name, secret in secrets.items()}
    for _, data in everything_in(folder):
        for name, windows in wanted.items():
            if any(window in data for window in windows):
                found.add(name)
    return found


def windows_of(secret: bytes) -> list[bytes]:
    starts = range(0, len(secret) - WINDOW + 1, max(1, len(secret) // 40))
    cuts = [secret[at : at + WINDOW] for at in starts]
    texts = [secret[at : at + 3 * WINDOW // 2] for at in range(3)]
    return [
        *cuts,
        *(cut.hex().encode() for cut in cuts),
        *(base64.b64encode(text)[:-4] for text in texts),
        *(base64.urlsafe_b64encode(text)[:-4] for text in texts),
    ]


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as found:
        yield found


def test_erased_payloads_leave_no_trace_and_no_guess_while_proofs_hold(here: World) -> None:
    document, salt = document_of(RIGHT), random_bytes(32)
    checksum = sha256(b"as DCSA has it" + document)
    commitment = document_commitment(salt, document, checksum)
    title, _ = here.network.issue("ERASE1", commitment=commitment)
    payload = sealed(document, KEY)
    erased = here.put("carrier", document, "bank", "shipper", key=KEY)
    others = [here.put("carrier", document_of(n), "bank", key=sha256(b"%d" % n)) for n in range(30)]
    for one in (*others, erased):
        here.ask("bank", "GET", f"/v1/vault/{one}/key")
    here.ask("carrier", "DELETE", f"/v1/vault/{erased}/grants/{here.party('shipper').controller}")
    wrapped = here.ask("bank", "GET", f"/v1/vault/{erased}/key").json()["keys"]
    secrets = {
        "ciphertext": payload[8:],
        "wrapped key": base64.b64decode(next(iter(wrapped.values()))),
        "key": KEY,
        "plaintext": document,
        "salt": salt,
    }
    folder = here.network.folder
    assert traces(folder, secrets) == {"ciphertext", "wrapped key"}, "it finds what is there"

    for one in (erased, *others[::2]):
        assert here.ask("carrier", "DELETE", f"/v1/vault/{one}").status_code == 200
    assert traces(folder, secrets) == set(), "while the node is at work"

    genesis = here.network.genesis
    with Node(here.url) as node:
        bundle = make_bundle(node, title, None)
    verdict = verify_bundle(bundle, read_trust(genesis), None)
    assert verdict.ok, verdict
    assert guesses(folder, title) == 0
    for one in others[1::2]:
        assert here.ask("bank", "GET", f"/v1/vault/{one}").status_code == 200

    here.network.engine.close()
    here.vault.close()
    assert traces(folder, secrets) == set(), "and when it has stopped"
    assert audit_directory(folder, None, lambda _done, _total: None).ok
    assert document_commitment(salt, document, checksum) == commitment, "whoever kept both proves"


def guesses(folder: Path, title: str) -> int:
    """How many of 100,000 candidates a thief of the data directory confirms.

    The right one is among them. He knows how a commitment is made, has no salt, and tries each
    candidate with none, with zeros and with the title's id; and some, the right one too, with every
    32 bytes that stand anywhere in hex.
    """
    held = b"".join(data for _, data in everything_in(folder))
    shown = {bytes.fromhex(one.decode()) for one in re.findall(b"(?=([0-9a-f]{64}))", held)}
    assert bytes.fromhex(title) in shown
    hits = 0
    for amount in range(CANDIDATES):
        document = document_of(amount)
        content = sha256(document) + sha256(b"as DCSA has it" + document)
        salts = shown if amount % 5_000 == RIGHT % 5_000 else (bytes(32), bytes.fromhex(title))
        tried = {content[:32], content[32:], *(sha256(salt + content) for salt in (b"", *salts))}
        hits += bool(tried & shown)
    return hits


def test_the_guessing_finds_what_is_not_salted(here: World) -> None:
    """The same thief, where somebody committed without a salt."""
    document = document_of(RIGHT)
    unsalted = sha256_hex(sha256(document) + sha256(b"as DCSA has it" + document))
    title, _ = here.network.issue("ERASE2", commitment=unsalted)
    here.network.engine.close()
    assert guesses(here.network.folder, title) == 1
