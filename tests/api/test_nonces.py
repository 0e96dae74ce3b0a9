# SPDX-License-Identifier: Apache-2.0
"""A nonce is taken once, also across a restart, and memory for them is bounded."""

from pathlib import Path

import pytest

from ropewalk.api import nonces
from ropewalk.api.errors import BusyError, ReplayedError
from ropewalk.api.nonces import WINDOW_S, Nonces

KID, NOW = "K" * 43, 1_790_000_030


@pytest.fixture(params=["memory", "file"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path | None:
    return None if request.param == "memory" else tmp_path / "nonces"


@pytest.mark.parametrize("created", [NOW - WINDOW_S, NOW, NOW + WINDOW_S])
def test_a_nonce_is_taken_once_as_long_as_its_time_would_pass(
    path: Path | None, created: int
) -> None:
    taken = Nonces(path)
    taken.take(KID, "a nonce", created, NOW)
    for now in (NOW, created, created + WINDOW_S):
        with pytest.raises(ReplayedError):
            taken.take(KID, "a nonce", created, max(now, NOW))
    taken.take(KID, "another", created, NOW)
    taken.take("L" * 43, "a nonce", created, NOW)
    taken.close()


def test_a_restart_forgets_none(tmp_path: Path) -> None:
    path = tmp_path / "nonces"
    first = Nonces(path)
    for n in range(50):
        first.take(KID, f"nonce {n}", NOW + n, NOW)
    with path.open("ab") as file:
        file.write(b"1790000031 cut off by a pow")
    second = Nonces(path)
    for n in range(50):
        with pytest.raises(ReplayedError):
            second.take(KID, f"nonce {n}", NOW + n, NOW)
    second.take(KID, "new", NOW, NOW)
    third = Nonces(path)
    with pytest.raises(ReplayedError):
        third.take(KID, "new", NOW, NOW)
    for one in (first, second, third):
        one.close()


def test_what_can_not_pass_any_more_is_forgotten(path: Path | None) -> None:
    taken = Nonces(path)
    for minute in range(60):
        now = NOW + minute * 60
        taken.take(KID, "each minute", now, now)
        assert len(taken._taken) <= 1 + WINDOW_S // 60 + 1
    taken.close()


def test_a_key_takes_not_everybodys_place(
    path: Path | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nonces, "A_MINUTE_A_KEY", 10)
    monkeypatch.setattr(nonces, "ALTOGETHER", 15)
    taken = Nonces(path)
    for n in range(10):
        taken.take(KID, str(n), NOW, NOW)
    with pytest.raises(BusyError):
        taken.take(KID, "one more", NOW, NOW)
    for n in range(5):
        taken.take("L" * 43, str(n), NOW, NOW)
    with pytest.raises(BusyError):
        taken.take("M" * 43, "none left", NOW, NOW)
    later = NOW + 2 * WINDOW_S
    taken.take(KID, "later", later, later)
    taken.close()


def test_the_file_is_written_anew_when_it_is_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nonces, "LINES_MAX", 100)
    path = tmp_path / "nonces"
    taken = Nonces(path)
    for n in range(2_000):
        now = NOW + n * 60
        taken.take(KID, str(n), now, now)
        assert path.stat().st_size <= 101 * 44
    with pytest.raises(ReplayedError):
        taken.take(KID, "1999", NOW + 1999 * 60, NOW + 1999 * 60)
    taken.close()
