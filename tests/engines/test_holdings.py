# SPDX-License-Identifier: Apache-2.0
"""Who is in control of what, listed: held to a plain dict through merges, restarts and kills."""

import random
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from network import Network
from ropewalk.audit import audit_directory
from ropewalk.client import transaction_id
from ropewalk.crypto import sha256
from ropewalk.engines import holdings, store
from ropewalk.engines.errors import DamageError, UnsupportedFormatError
from ropewalk.engines.holdings import MOVE_SIZE, NOBODY, Holdings, Step, moves_of, write_step
from ropewalk.engines.store import Store, create
from ropewalk.ledger import encode_record
from ropewalk.title import ISSUED, Title
from ropewalk.title import key as title_key
from ropewalk.tlog import hashed_key, map_leaf

CONTROLLERS = [sha256(b"controller %d" % number)[:16].hex() for number in range(5)]
Held = dict[str, str]
"""Title, and who is in control of it."""


def record_of(title: str, possessor: str, shipper: str, version: int = 1) -> bytes:
    """A record, of a waybill where nobody possesses it."""
    return encode_record(
        Title(
            commitment=title,
            consignee="",
            document_type="BOL" if possessor else "SWB",
            endorsee="",
            endorsee_may_endorse=True,
            governing_law="GB",
            is_to_order=bool(possessor),
            issued_at=1,
            issuer=CONTROLLERS[0],
            last_act=title,
            possessor=possessor,
            prior_endorsee="",
            prior_may_endorse=True,
            reference='"possessor":"not-this"',
            refusable_from="",
            shipper=shipper,
            status=ISSUED,
            surrendered_by="",
            version=version,
        )
    )


class Blocks:
    """Blocks of random changes on a store, and the same in a dict."""

    def __init__(self, path: Path, seed: int) -> None:
        self.chance = random.Random(seed)
        self.held: Held = {}
        self.records: dict[str, bytes] = {}
        self.height = 0
        self.merges = 0
        self.path = path
        create(path, b"{}")
        self.store = Store(path)
        self._write(Step(0), {})
        self.holdings = Holdings(self.store, 0)

    def extend(self, *, is_followed: bool = True) -> None:
        """One block more."""
        changes: dict[str, bytes | None] = {"party/none": b"[1,{}]"}
        for _ in range(self.chance.choice((0, 1, 3, 40))):
            self._change(changes)
        step = self.holdings.step(self.height + 1, self.records, changes, len(self.records))
        self.merges += step.merged >= 0
        self.height += 1
        self._write(step, changes)
        for key, record in changes.items():
            if record is None:
                self.records.pop(key, None)
            else:
                self.records[key] = record
        if is_followed:
            self.holdings.follow(step)

    def _change(self, changes: dict[str, bytes | None]) -> None:
        known = self.held and self.chance.random() < 0.8
        title = self.chance.choice(list(self.held)) if known else self.chance.randbytes(32).hex()
        if known and self.chance.random() < 0.02:
            changes[title_key(title)] = None
            del self.held[title]
            return
        who = self.held[title] = self.chance.choice(CONTROLLERS)
        possessor = who if self.chance.random() < 0.8 else ""
        shipper = self.chance.choice(CONTROLLERS) if possessor else who
        changes[title_key(title)] = record_of(title, possessor, shipper, self.height)

    def _write(self, step: Step, changes: dict[str, bytes | None]) -> None:
        with self.store.transaction() as writer:
            for key, record in changes.items():
                hashed = hashed_key(key.encode())
                writer.execute("DELETE FROM state WHERE hashed = ?", (hashed,))
                if record is not None:
                    row = (hashed, key, map_leaf(hashed, record), record)
                    writer.execute("INSERT INTO state VALUES (?, ?, ?, ?)", row)
            row_of_block = (step.height, 1, 1, step.height, step.height, b"", b"", b"", b"")
            writer.execute(
                "INSERT INTO block VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*row_of_block, step.moves),
            )
            write_step(writer, step)

    def reopen(self) -> None:
        """As after a kill: nothing of what is in memory is kept."""
        self.store.abandon()
        self.store = Store(self.path)
        self.holdings = Holdings(self.store, self.height)

    def check(self) -> None:
        """Every list, page by page, is what the dict says."""
        for controller in CONTROLLERS:
            limit = self.chance.choice((1, 7, 500))
            expected = sorted(title for title, who in self.held.items() if who == controller)
            assert listed(self.holdings, controller, limit) == expected


def listed(of: Holdings, controller: str, limit: int) -> list[str]:
    """A whole list, read in pages."""
    found: list[str] = []
    while page := of.page(controller, found[-1] if found else "", limit):
        assert len(page) <= limit
        found += [title for title, _ in page]
    return found


@pytest.fixture
def blocks(tmp_path: Path) -> Iterator[Callable[[int], Blocks]]:
    made: list[Blocks] = []

    def make(seed: int) -> Blocks:
        made.append(Blocks(tmp_path / f"{seed}.db", seed))
        return made[-1]

    yield make
    for one in made:
        one.store.abandon()


@pytest.mark.parametrize("seed", range(6))
def test_lists_are_what_a_dict_says_through_merges_and_restarts(
    blocks: Callable[[int], Blocks], seed: int
) -> None:
    made = blocks(seed)
    for number in range(250):
        made.extend()
        if made.chance.random() < 0.05:
            made.reopen()
        if number % 5 == 0:
            made.check()
    made.check()
    assert made.merges > 3


def test_a_page_read_between_a_blocks_commit_and_its_following_is_of_that_block(
    blocks: Callable[[int], Blocks],
) -> None:
    made = blocks(1)
    for _ in range(60):
        made.extend()
    for _ in range(60):
        made.extend(is_followed=False)
        made.check()
        made.reopen()


def test_a_restart_in_the_midst_of_merging_leaves_every_list_as_it_was(
    blocks: Callable[[int], Blocks],
) -> None:
    """Again and again, so that no merge is ever finished."""
    made = blocks(2)
    for _ in range(200):
        made.extend()
        if made.holdings._pass is not None and made.chance.random() < 0.5:
            made.reopen()
            made.check()
    made.check()


def test_what_waits_is_bounded_and_no_block_merges_much(
    blocks: Callable[[int], Blocks], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holdings, "WAITING_MAX", 100)
    made = blocks(3)
    for _ in range(300):
        before = made.holdings.waiting
        made.extend()
        assert made.holdings.waiting <= 100 + 2 * 40
        assert before - made.holdings.waiting <= max(holdings.SLICE_MIN, 40 * 3)


def test_moves_are_told_by_title_once_a_block_and_only_where_control_changes() -> None:
    one, other = CONTROLLERS[:2]
    titles = [f"{number:064x}" for number in (2, 1, 3)]
    before = {title_key(titles[0]): record_of(titles[0], one, one)}
    changes = {
        title_key(titles[0]): record_of(titles[0], one, other, 2),
        title_key(titles[2]): record_of(titles[2], "", one),
        title_key(titles[1]): record_of(titles[1], other, one),
        "reference/x": b"[1,{}]",
    }
    moves = moves_of(before, changes)
    assert moves == b"".join(
        bytes.fromhex(title) + NOBODY + bytes.fromhex(who)
        for title, who in ((titles[1], other), (titles[2], one))
    )
    assert len(moves) == 2 * MOVE_SIZE


def test_a_list_that_contradicts_a_record_is_damage(blocks: Callable[[int], Blocks]) -> None:
    made = blocks(4)
    while not made.held:
        made.extend()
    title, who = next(iter(made.held.items()))
    other = next(one for one in CONTROLLERS if one != who)
    row = (bytes.fromhex(other), bytes.fromhex(title))
    made.store.writer.execute("INSERT INTO holding VALUES (?, ?)", row)
    made.holdings._waiting.pop(row[0], None)
    with pytest.raises(DamageError, match="somebody else"):
        made.holdings.page(other, "", 500)


def test_a_ledger_of_another_format_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "FORMAT", 1)
    create(tmp_path / "old.db", b"{}")
    monkeypatch.undo()
    with pytest.raises(UnsupportedFormatError, match="format 1; this program reads 3"):
        Store(tmp_path / "old.db")


def engine_lists(network: Network) -> dict[str, list[str]]:
    """What the engine lists, by name of who is in control."""
    lists: dict[str, list[str]] = {}
    for name, party in network.parties.items():
        titles, after = [], ""
        while True:
            page = network.engine.titles_in_control(party.controller, after, 3)
            titles += [one.id for one in page.records]
            after = page.next
            if not after:
                break
        lists[name] = titles
    return lists


def test_an_engine_lists_titles_through_acts_restarts_and_kills(
    network: Network, tmp_path: Path
) -> None:
    chance = random.Random(5)
    held: dict[str, tuple[str, str]] = {}
    for number in range(30):
        title, issued = network.issue(f"H{number}")
        held[title] = ("shipper", issued)
    for turn in range(12):
        texts = []
        for title in chance.sample(sorted(held), 20):
            giver, last = held[title]
            taker = chance.choice([name for name in network.parties if name != giver])
            texts.append(network.transfer(title, last, giver, taker))
            held[title] = (taker, transaction_id(texts[-1]))
        outcomes = network.engine.submit(texts).result(30)
        assert {one.status for one in outcomes} == {"committed"}
        expected = {
            name: sorted(title for title, (who, _) in held.items() if who == name)
            for name in network.parties
        }
        assert engine_lists(network) == expected
        killed = shutil.copytree(network.folder, tmp_path / f"killed{turn}")
        report = audit_directory(killed, None, lambda _done, _all: None)
        assert report.ok, report.first_difference
        if turn % 3 == 2:
            network.reopen()
            assert engine_lists(network) == expected
    merged = network.engine._chain.store.meta("holdings")
    assert merged > 30


def test_pages_are_of_one_block_while_titles_change_hands(network: Network) -> None:
    """Two titles that always move together are never seen apart."""
    pair = [network.issue(f"P{number}") for number in range(2)]
    others = [network.issue(f"O{number}") for number in range(20)]
    texts = []
    for turn in range(60):
        giver, taker = ("shipper", "bank") if turn % 2 == 0 else ("bank", "shipper")
        moving = [network.transfer(title, last, giver, taker) for title, last in pair]
        pair = [
            (title, transaction_id(text)) for (title, _), text in zip(pair, moving, strict=True)
        ]
        texts.append(moving)
    names = {title for title, _ in pair}
    ended = threading.Event()
    seen: list[int] = []

    def read() -> None:
        controller = network.parties["shipper"].controller
        while not ended.is_set():
            page = network.engine.titles_in_control(controller, "", 500)
            found = {one.id for one in page.records}
            seen.append(len(names & found))
            assert len(found - names) == len(others)

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for moving in texts:
        assert {one.status for one in network.engine.submit(moving).result(30)} == {"committed"}
    ended.set()
    for thread in threads:
        thread.join()
    assert {*seen} == {0, 2}
