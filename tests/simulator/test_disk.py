# SPDX-License-Identifier: Apache-2.0
"""The simulated disk is as forgetful as a real one, and no more."""

import errno
import random

import pytest

from simulator.disk import CrashError, Disk, Life, Plan

OLD = bytes(8_192)
NEW = b"\xff" * 8_192


def disk(seed: int = 1) -> Disk:
    """One file, durable."""
    made = Disk(random.Random(seed), lambda _text: None)
    made.load({"file": OLD})
    return made


def after_a_power_cut(seed: int, *, synced: bool) -> bytes:
    """The file after it was written over, and the power cut."""
    made, life = disk(seed), Life(1)
    made.write(life, "file", NEW, 0)
    if synced:
        made.sync(life, "file")
    made.cut_power()
    return made.image()["file"]


def test_what_was_synced_survives_a_power_cut() -> None:
    assert {after_a_power_cut(seed, synced=True) for seed in range(50)} == {NEW}


def test_what_was_not_synced_is_kept_lost_or_torn_between_sectors() -> None:
    found = {after_a_power_cut(seed, synced=False) for seed in range(50)}
    assert {OLD, NEW} < found
    for content in found:
        sectors = {content[at : at + 512] for at in range(0, len(content), 512)}
        assert sectors <= {bytes(512), b"\xff" * 512}


def test_without_a_power_cut_nothing_is_lost() -> None:
    made, life = disk(), Life(1)
    made.write(life, "file", NEW, 0)
    life.dead = True
    assert made.image()["file"] == NEW


def test_after_a_sync_that_failed_the_next_one_says_done_and_the_data_is_gone() -> None:
    lost = 0
    for seed in range(20):
        made, life = disk(seed), Life(1)
        made.write(life, "file", NEW, 0)
        made.plans.append(Plan("eio", ("sync",), 1))
        with pytest.raises(OSError, match="Input/output error"):
            made.sync(life, "file")
        assert life.write_failed
        made.sync(life, "file")
        assert made.read(life, "file", 8_192, 0) == NEW
        made.cut_power()
        lost += made.image()["file"] == OLD
    assert lost


def test_a_new_name_may_vanish_until_the_file_is_synced() -> None:
    found = set()
    for seed in range(20):
        made, life = disk(seed), Life(1)
        made.create(life, "new")
        made.write(life, "new", b"1", 0)
        made.cut_power()
        found.add("new" in made.image())
    assert found == {True, False}


def test_the_dead_do_not_write() -> None:
    made, life = disk(), Life(1)
    made.plans.append(Plan("crash-before", ("write",), 1))
    with pytest.raises(CrashError):
        made.write(life, "file", NEW, 0)
    with pytest.raises(OSError, match="Input/output error"):
        made.write(life, "file", NEW, 0)
    assert made.image()["file"] == OLD


def test_a_full_disk_takes_no_more_but_can_be_written_over() -> None:
    made, life = disk(), Life(1)
    made.capacity = made.used()
    assert made.write(life, "file", NEW, 0) == len(NEW)
    with pytest.raises(OSError, match="No space") as raised:
        made.write(life, "file", b"1", len(NEW))
    assert raised.value.errno == errno.ENOSPC


def test_a_rotten_bit_is_mended_unless_it_was_written_over() -> None:
    made, life = disk(), Life(1)
    made.plans.append(Plan("rot", ("read",), 1))
    assert made.read(life, "file", 100, 0) != OLD[:100]
    assert made.read(life, "file", 100, 0) != OLD[:100]
    assert made.mend() == 1
    assert made.read(life, "file", 100, 0) == OLD[:100]


def test_one_life_holds_the_directory_until_it_is_dead() -> None:
    made, one, other = disk(), Life(1), Life(2)
    made.lock(one)
    with pytest.raises(BlockingIOError):
        made.lock(other)
    one.dead = True
    made.lock(other)
