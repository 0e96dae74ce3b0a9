# SPDX-License-Identifier: Apache-2.0
"""A sheet's bundle is taken out of the PDF alike by both verifiers, or refused alike."""

import json
import resource
import shutil
import subprocess
import time
import zlib
from pathlib import Path

import pytest
import typst

from ropewalk.client import VerificationError
from ropewalk.client.sheets import attached, is_sheet

ROOT = Path(__file__).parents[2]
HEAD = b"%PDF-1.7\n1 0 obj\n"
TAIL = b"\nendstream\nendobj\n"
STARTING_S = 1.0
"""Of node itself, on a busy machine."""


def embedded(data: bytes, *, length: int | None = None) -> bytes:
    packed = zlib.compress(data)
    size = len(packed) if length is None else length
    head = b"<</Length %d/Type/EmbeddedFile/Filter/FlateDecode>>\nstream\n" % size
    return head + packed + TAIL


def sheet_of(folder: Path, bundle: bytes) -> bytes:
    """A real PDF/A-3 with an attachment, as the portal makes it."""
    (folder / "bundle.json").write_bytes(bundle)
    source = folder / "sheet.typ"
    source.write_text(
        '#set document(title: "a sheet")\n'
        '#pdf.attach("bundle.ropewalk.json", read("bundle.json", encoding: none), '
        'relationship: "source", mime-type: "application/json", description: "a bundle")\nA sheet',
        encoding="utf-8",
    )
    return bytes(typst.compile(str(source), root=str(folder), pdf_standards="a-3b"))


def by_node(file: Path, trust: Path) -> dict[str, object]:
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs node: apt-get install nodejs")
    command = [node, str(ROOT / "verifier" / "cli.mjs"), str(file), "--trust", str(trust), "--json"]
    found = subprocess.run(command, capture_output=True, check=False)
    told: dict[str, object] = json.loads(found.stdout)
    return told


def test_what_goes_into_a_sheet_comes_out_of_it(tmp_path: Path) -> None:
    bundle = b'{"format":"ropewalk-title-bundle/1"}' * 900
    made = sheet_of(tmp_path, bundle)
    assert is_sheet(made)
    assert attached(made) == bundle


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (HEAD, "0 files"),
        (HEAD + embedded(b"{}") + embedded(b"{}"), "2 files"),
        (HEAD + embedded(b"x" * 5000, length=12), "cut"),
        (HEAD + embedded(b"x").replace(b"x\x9c", b"\x00\x00"), "unpacked"),
        (HEAD + embedded(b"\x00" * (33 << 20)), "large"),
    ],
)
def test_what_is_no_sheet_is_refused(tmp_path: Path, data: bytes, why: str) -> None:
    with pytest.raises(VerificationError, match=why) as refused:
        attached(data)
    assert refused.value.item == "sheet"
    genesis = tmp_path / "genesis.json"
    genesis.write_bytes(_some_genesis())
    file = tmp_path / "sheet.pdf"
    file.write_bytes(data)
    assert by_node(file, genesis)["failed_item"] == "sheet"


@pytest.mark.parametrize(
    "piece",
    [b"<<", b"/EmbeddedFile", b"<</EmbeddedFile", b"<</Type/EmbeddedFile/Filter/FlateDecode "],
)
def test_a_hostile_file_takes_no_time(tmp_path: Path, piece: bytes) -> None:
    data = HEAD + piece * ((8 << 20) // len(piece))
    began = time.process_time()
    with pytest.raises(VerificationError):
        attached(data)
    assert time.process_time() - began < 1
    genesis, file = tmp_path / "genesis.json", tmp_path / "sheet.pdf"
    genesis.write_bytes(_some_genesis())
    file.write_bytes(data)
    began = _of_children()
    assert by_node(file, genesis)["failed_item"] == "sheet"
    assert _of_children() - began < STARTING_S + 1


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _some_genesis() -> bytes:
    found = sorted((ROOT / "vectors" / "bundle").glob("**/genesis.json"))
    return found[0].read_bytes()
