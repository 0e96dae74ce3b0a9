# SPDX-License-Identifier: Apache-2.0
"""Which CometBFT is taken, and how one is installed."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ropewalk.cli.cometbft import VERSION, engine_folder, find_cometbft
from ropewalk.cli.everything import app
from ropewalk.cli.exits import NoCometBftError

NUMBER = VERSION.removeprefix("v")
GO = """#!/bin/sh
[ "$1" = env ] && { echo go1.%(minor)s.3; exit; }
echo building >&2
printf '#!/bin/sh\\necho %(built)s\\n' > "$GOBIN/cometbft"
chmod +x "$GOBIN/cometbft"
exit %(code)s
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user who has nothing installed."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("ROPEWALK_COMETBFT", raising=False)
    (tmp_path / "bin").mkdir()
    return tmp_path


def script(path: Path, text: str) -> Path:
    """A program."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="ascii")
    path.chmod(0o755)
    return path


def cometbft(path: Path, says: str = NUMBER) -> Path:
    """A program that says it is CometBFT."""
    return script(path, f"#!/bin/sh\necho {says}\n")


def install(*words: str, code: int = 0) -> dict[str, Any]:
    """`ropewalk engine install --json`."""
    result = CliRunner().invoke(app, ["engine", "install", *words, "--json"])
    assert result.exit_code == code, result.output
    told: dict[str, Any] = json.loads(result.stdout)
    return told


def go(folder: Path, *, built: str = NUMBER, minor: int = 22, code: int = 0) -> None:
    """A Go that makes what it is told to, in the place of one that takes minutes."""
    script(folder / "bin/go", GO % {"built": built, "minor": minor, "code": code})
    for name in ("chmod",):
        (folder / "bin" / name).symlink_to(f"/bin/{name}")


def test_without_one_it_says_what_to_do() -> None:
    with pytest.raises(NoCometBftError, match="ropewalk engine install"):
        find_cometbft()


def test_the_one_asked_for_comes_before_the_installed_and_that_before_path(folder: Path) -> None:
    on_path = cometbft(folder / "bin/cometbft")
    assert find_cometbft() == on_path
    installed = cometbft(engine_folder() / "cometbft")
    assert find_cometbft() == installed
    asked = cometbft(folder / "asked", "0.38.1")
    assert find_cometbft(asked) == asked


@pytest.mark.parametrize("says", ["0.37.4", "1.0.0", "0.380.1", "0.41.0", "'not a version'", ""])
def test_another_line_is_refused_wherever_it_lies(says: str, folder: Path) -> None:
    asked = cometbft(folder / "asked", says)
    with pytest.raises(NoCometBftError):
        find_cometbft(asked)
    cometbft(folder / "bin/cometbft", says)
    with pytest.raises(NoCometBftError):
        find_cometbft()


def test_the_next_line_is_taken_only_where_it_is_asked_for(folder: Path) -> None:
    asked = cometbft(folder / "bin/cometbft", "0.40.1")
    assert find_cometbft(asked) == asked
    with pytest.raises(NoCometBftError, match=r"0\.38\.x"):
        find_cometbft()


def test_what_can_t_be_run_is_refused(folder: Path) -> None:
    for text in ("", f"#!/bin/sh\necho {NUMBER}\nexit 3\n"):
        with pytest.raises(NoCometBftError):
            find_cometbft(script(folder / "asked", text))
    with pytest.raises(NoCometBftError):
        find_cometbft(folder / "absent")


def test_it_is_built_by_go_and_found_from_then_on(folder: Path) -> None:
    go(folder)
    told = install()
    assert told == {
        "program": str(engine_folder() / "cometbft"),
        "version": VERSION,
        "reused": False,
    }
    assert find_cometbft() == Path(told["program"])
    (folder / "bin/go").unlink()
    assert install()["reused"]
    assert [path.name for path in engine_folder().iterdir()] == ["cometbft"]


def test_another_version_and_folder_can_be_asked_for(folder: Path) -> None:
    go(folder, built="0.40.2")
    told = install("--version", "v0.40.2", "--to", str(folder / "there"))
    assert told["program"] == str(folder / "there/cometbft")


@pytest.mark.parametrize("version", ["v1.0.0", "0.38.26", "latest", "v0.38.26;x", "v0.37.1"])
def test_what_is_no_version_that_fits_is_not_built(version: str) -> None:
    assert install("--version", version, code=2)["code"] == "cli.usage"


def test_without_go_it_says_what_to_install() -> None:
    told = install(code=5)
    assert told["code"] == "cli.no_cometbft"
    assert "golang-go" in told["detail"]


def test_an_old_go_is_told_to_be_old(folder: Path) -> None:
    go(folder, minor=19)
    assert "go1.19.3 is too old" in install(code=5)["detail"]


def test_a_build_that_fails_leaves_nothing(folder: Path) -> None:
    go(folder, code=1)
    assert "building" in install(code=5)["detail"]
    (folder / "bin/go").unlink()
    (folder / "bin/chmod").unlink()
    go(folder, built="0.38.1")
    assert "says it is 0.38.1" in install(code=5)["detail"]
    assert list(engine_folder().iterdir()) == []
