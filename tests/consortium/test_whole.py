# SPDX-License-Identifier: Apache-2.0
"""G18: both engines come to the same roots, block by block, whatever the adversary does.

`ROPEWALK_NETWORK_ACTS` says how many acts. `ROPEWALK_OTHER_PYTHON` names an interpreter, for one of
the members; what it needs is installed in an environment made for the test. The adversary changes
keys, so it has a company of its own.
"""

import os
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import apsw
import pytest

from comet import WORD, program
from consortium.company import ROOT, Company, Making, cheap_keys, environment_number
from consortium.playing import played
from consortium.writing import post
from ledger.world import inspected, key
from ropewalk.cli.watching import agreement
from ropewalk.engines.chain import Chain
from ropewalk.engines.opening import DataDirectory, initialise, open_chain
from ropewalk.ledger import Block, BlockEntry, Misbehaviour, TransactionEntry, decode_entry

ACTS = environment_number("ROPEWALK_NETWORK_ACTS", 1_500)
SEED = environment_number("ROPEWALK_SEED", 20_260_101)
GAME = 5_000
TOGETHER = 125


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """A company of its own, on loopback."""
    folder = tmp_path_factory.mktemp("whole")
    other = os.environ.get("ROPEWALK_OTHER_PYTHON", "")
    pythons = {2: another_python(folder / "venv", other)} if other else None
    plant = os.environ.get("ROPEWALK_PLANT", "")
    with (
        cheap_keys(),
        Company(folder / "net", Making(program(), plant=plant, pythons=pythons)) as one,
    ):
        yield one


def another_python(folder: Path, name: str) -> str:
    """An interpreter with everything that a node needs."""
    subprocess.run([name, "-m", "venv", str(folder)], check=True)
    python = str(folder / "bin" / "python")
    words = ["install", "--quiet", "--require-hashes", "-r", str(ROOT / "requirements.lock")]
    subprocess.run([python, "-m", "pip", *words], check=True)
    return python


def test_the_adversary_s_acts_leave_every_member_with_one_state(company: Company) -> None:
    company.rest()
    statuses: Counter[str] = Counter()
    for number in range(0, ACTS, GAME):
        texts = played(SEED + number, company.genesis, int(time.time()), min(GAME, ACTS - number))
        for start in range(0, len(texts), TOGETHER):
            url = company.urls[start // TOGETHER % len(company.urls)]
            outcomes = post(url, texts[start : start + TOGETHER])
            statuses.update(one.get("code") or one["status"] for one in outcomes)
    print(f"{statuses.total()} acts: {statuses.most_common(8)}")
    assert statuses["unknown"] == 0
    assert statuses["committed"] > ACTS // 8
    assert len(statuses) > 20, "the adversary met few refusals"
    company.require_agreement()


def test_good_and_garbage_at_once_at_all_nodes_leave_one_outcome(company: Company) -> None:
    texts = [company.signing.issue(f"FACES{number}", "bank")[1] for number in range(4)]
    garbage = [f"{text.rpartition('.')[0]}.{'A' * 86}" for text in texts]
    for number, (good, bad) in enumerate(zip(texts, garbage, strict=True)):
        urls = company.urls[number % 4 :] + company.urls[: number % 4]
        assert post(urls[0], [bad])[0]["status"] == "refused"
        first = post(urls[1], [good])[0]
        again = post(urls[2], [bad, good])
        assert first["status"] == again[1]["status"]
        assert first.get("position") == again[1].get("position")
        assert again[0]["status"] == "refused"
    company.require_agreement()


def blocks(data: Path) -> Iterator[tuple[int, int, bytes, bytes, list[Any]]]:
    """Height, time, roots and entries of each block of a member's log, the first left out."""
    with closing(apsw.Connection(str(data / "ledger.db"), vfs="unix")) as database:
        rows = list(
            database.execute(
                "SELECT height, time, first, last, state_root, log_root FROM block "
                "WHERE height > 0 ORDER BY height"
            )
        )
        entries = dict(database.execute("SELECT position, entry FROM entry"))
    for height, time_s, first, last, state_root, log_root in rows:
        found = [decode_entry(entries[position]) for position in range(first, last + 1)]
        yield height, time_s, state_root, log_root, found


def embedded(folder: Path, genesis: bytes) -> Chain:
    """A chain that no consensus leads."""
    directory = DataDirectory(folder)
    directory.log_key.parent.mkdir(parents=True)
    key("embedded").write(directory.log_key, WORD)
    initialise(directory, genesis, key("embedded"))
    return open_chain(directory, WORD, now_s=int(time.time()), checks_invariants=False)


def test_an_embedded_chain_comes_to_the_same_roots_block_by_block(
    company: Company, tmp_path: Path
) -> None:
    """All signatures are verified anew; what left no trace in the log is not needed."""
    company.rest()
    company.require_agreement()
    chain, count, acts = embedded(tmp_path / "embedded", company.genesis), 0, 0
    for height, time_s, state_root, log_root, entries in blocks(company.data(0)):
        texts = [one.transaction for one in entries if isinstance(one, TransactionEntry)]
        found = tuple(one for one in entries if isinstance(one, Misbehaviour))
        assert isinstance(entries[-1], BlockEntry)
        block = Block(height, time_s, tuple(map(inspected, texts)), found)
        executed = chain.execute(block)
        with chain.lock:
            prepared = chain.prepare(block, executed)
            assert (prepared.state_root, prepared.log_root) == (state_root, log_root), height
            chain.commit(prepared)
        count, acts = count + 1, acts + len(texts)
    chain.close()
    print(f"{acts} acts in {count} blocks: one root each, by both engines")
    assert acts > ACTS // 2


def test_members_checkpoints_are_of_one_log(company: Company) -> None:
    company.require_agreement()
    notes: dict[int, set[str]] = {}
    for url in company.urls:
        with urlopen(f"{url}/v1/log/checkpoint") as answer:  # noqa: S310  # a node's
            size, root = answer.read().decode().split("\n")[1:3]
        notes.setdefault(int(size), set()).add(root)
    assert all(len(roots) == 1 for roots in notes.values())
    assert agreement(company.network.places, company.network.sights()).holds


def test_each_copy_passes_an_audit_and_holds_what_was_acknowledged(company: Company) -> None:
    company.require_whole()
