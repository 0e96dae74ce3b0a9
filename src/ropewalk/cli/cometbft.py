# SPDX-License-Identifier: Apache-2.0
"""The program CometBFT: `ropewalk engine install` gets it, `find_cometbft` finds it.

It is built from source by Go, whose module proxy and checksum database hold it to what everybody
else gets under this version.
"""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ropewalk.cli.exits import NoCometBftError, UsageError, ending, errors, plain, report
from ropewalk.cli.options import Json

VERSION = "v0.38.26"
MODULE = "github.com/cometbft/cometbft/cmd/cometbft"
PROGRAM = "cometbft"
LINES = ("0.38", "0.39", "0.40")
"""The first is ours and taken wherever it is found, the others where somebody asks for them."""
_TOLD = {"v0.40.0": "0.39.0"}
"""What a release says of itself, where that is not its tag."""

_VERSION = re.compile(r"v0\.(38|40)\.\d+(-[0-9A-Za-z.]+)?")
_ANSWER_S = 20
GO_MINOR_MIN = 21
"""From Go 1.21 on Go fetches the release that a module asks for, here 1.22."""

engine_app = typer.Typer(no_args_is_help=True, help="The program that a consortium votes with.")

CometBft = Annotated[
    Path | None,
    typer.Option(
        "--cometbft",
        envvar="ROPEWALK_COMETBFT",
        help="The program; by default the installed one, or one on PATH.",
    ),
]


def engine_folder(version: str = VERSION) -> Path:
    """Where a version is installed for this user."""
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "ropewalk" / "engine" / version


def find_cometbft(asked: Path | None = None) -> Path:
    """CometBFT's program: the one asked for, the installed one, or one on PATH.

    Raises:
        NoCometBftError: there is none, or it is of another line.
    """
    if asked is not None:
        _require_line(asked, LINES)
        return asked.absolute()
    installed = engine_folder() / PROGRAM
    if installed.is_file():
        _require_line(installed, LINES[:1])
        return installed
    on_path = shutil.which(PROGRAM)
    if on_path is None:
        raise NoCometBftError(
            "there is no cometbft: run `ropewalk engine install`, or name one by --cometbft or "
            "ROPEWALK_COMETBFT"
        )
    _require_line(Path(on_path), LINES[:1])
    return Path(on_path)


def version_of(program: Path) -> str:
    """What a program says its version is, without `v`.

    Raises:
        NoCometBftError: it can't be run, or is another program.
    """
    try:
        done = subprocess.run(  # noqa: S603  # the program we were told to use
            [program, "version"], capture_output=True, check=False, timeout=_ANSWER_S, text=True
        )
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError) as error:
        raise NoCometBftError(f"{program} can't be run: {error}") from error
    found = done.stdout.strip().removeprefix("v")
    if done.returncode or not re.fullmatch(r"\d+\.\d+\.\d+([-+].*)?", found):
        raise NoCometBftError(f"{program} does not say that it is CometBFT: {found[:80]!r}")
    return found


def _require_line(program: Path, lines: tuple[str, ...]) -> str:
    found = version_of(program)
    if not found.startswith(tuple(f"{line}." for line in lines)):
        wanted = " or ".join(f"{line}.x" for line in lines)
        raise NoCometBftError(f"{program} is CometBFT {found}; what fits is {wanted}")
    return found


@engine_app.command("install")
def install(
    version: Annotated[str, typer.Option("--version", help="Version to install.")] = VERSION,
    to: Annotated[
        Path | None, typer.Option("--to", help="Folder; by default one of this user's.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Build CometBFT from its source by Go, for this user; at once if it is there already."""
    with ending(as_json=as_json):
        if not _VERSION.fullmatch(version):
            raise UsageError(f"{version} is no version that fits: v0.38.N, or v0.40.N to try")
        program = (to.absolute() if to else engine_folder(version)) / PROGRAM
        is_there = program.is_file() and version_of(program) == _told(version)
        if not is_there:
            _build(version, program)
        told = {"program": str(program), "version": version, "reused": is_there}

        def tell(console: Console) -> None:
            word = "there already" if is_there else "[green]installed[/]"
            console.print(f"{word}: {plain(program)}, {version}", soft_wrap=True)

        report(told, as_json=as_json, tell=tell)


def _told(version: str) -> str:
    return _TOLD.get(version, version.removeprefix("v"))


def _go(version: str) -> str:
    """Go, of a release that builds it."""
    remedy = (
        "install Go 1.22 or later (apt-get install golang-go, on Debian 12 from backports; others: "
        f"https://go.dev/dl) and run this again, or copy a cometbft {version} from elsewhere and "
        "name it by ROPEWALK_COMETBFT"
    )
    go = shutil.which("go")
    if go is None:
        raise NoCometBftError(f"Go is missing, which builds CometBFT: {remedy}")
    done = subprocess.run(  # noqa: S603  # as found on PATH
        [go, "env", "GOVERSION"], capture_output=True, check=False, timeout=_ANSWER_S, text=True
    )
    found = re.match(r"go1\.(\d+)", done.stdout)
    if found is None or int(found[1]) < GO_MINOR_MIN:
        told = done.stdout.strip() or "this Go"
        raise NoCometBftError(f"{told} is too old to build CometBFT: {remedy}")
    return go


def _build(version: str, program: Path) -> None:
    go = _go(version)
    program.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=program.parent, prefix=".building-") as folder:
        _run_go(go, version, folder)
        built = Path(folder) / PROGRAM
        found = version_of(built)
        if found != _told(version):
            raise NoCometBftError(f"what Go built says it is {found}, not {version}")
        built.replace(program)


def _run_go(go: str, version: str, folder: str) -> None:
    command = [go, "install", "-trimpath", "-v", f"{MODULE}@{version}"]
    here = {"GOARCH": "", "GOFLAGS": "", "GOOS": "", "GOWORK": "off"}
    wanted = {**here, "CGO_ENABLED": "0", "GOBIN": folder}
    last: list[str] = []
    with (
        errors.status(f"building CometBFT {version}: a few minutes, the first time") as status,
        subprocess.Popen(  # noqa: S603  # Go, as found on PATH
            command,
            env={**os.environ, **wanted},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        ) as process,
    ):
        for count, line in enumerate(process.stderr or (), 1):
            last = [*last[-4:], line.strip()]
            status.update(f"building CometBFT {version}: {count}, {plain(line.strip())}")
            if not errors.is_terminal and count % 100 == 0:
                errors.print(f"building CometBFT {version}: {count} steps done")
    if process.returncode:
        raise NoCometBftError(f"Go could not build {MODULE}@{version}: " + " / ".join(last))
