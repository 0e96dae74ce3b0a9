# SPDX-License-Identifier: Apache-2.0
"""A member whose disk is full turns writes away, then stops; the others go on; it comes back."""

import os
from pathlib import Path

import pytest

from comet import eventually
from consortium.company import SMALL, Company
from consortium.writing import RefusedError, post

BACK_S = 60.0
NOTICED_S = 60.0


def free(path: Path) -> int:
    found = os.statvfs(path)
    return found.f_bavail * found.f_frsize


def fill(ballast: Path, left: int) -> None:
    """Leave so many bytes free."""
    with ballast.open("ab") as file:
        while (room := free(ballast.parent) - left) > 0:
            file.write(bytes(min(room, 1 << 20)))
            file.flush()


@pytest.fixture
def ballast(company: Company) -> Path:
    if not company.has_small_disk:
        pytest.skip("a disk of its own for a member needs root")
    return company.data(SMALL) / "ballast"


def test_a_member_with_little_room_turns_writes_away_and_follows(
    company: Company, ballast: Path
) -> None:
    fill(ballast, 40 << 20)
    eventually(lambda: "the disk is full" in company.ready(SMALL)[1], NOTICED_S)
    with pytest.raises(RefusedError, match="takes no writes"):
        post(company.urls[SMALL], ["x"])
    company.await_writes(10, 60)
    company.require_agreement()
    ballast.unlink()
    eventually(lambda: company.ready(SMALL)[0], NOTICED_S)


def test_a_member_without_any_room_stops_and_comes_back_once_there_is_some(
    company: Company, ballast: Path
) -> None:
    others = [one for one in company.members if one != SMALL]
    fill(ballast, 0)
    company.await_writes(20, 90)
    company.await_blocks(10, 60, others)
    eventually(lambda: not company.ready(SMALL)[0], NOTICED_S)
    print(company.ready(SMALL)[1])
    ballast.unlink()
    company.stop(SMALL)
    company.start(SMALL)
    company.require_agreement(BACK_S)
    eventually(lambda: company.ready(SMALL)[0], NOTICED_S)
