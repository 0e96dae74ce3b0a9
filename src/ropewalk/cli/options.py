# SPDX-License-Identifier: Apache-2.0
"""Options that many commands share. Flags come before the environment, that before the file."""

import os
import tomllib
from pathlib import Path
from typing import Annotated, Any

import typer

from ropewalk.cli.exits import UsageError

DEFAULT_LISTEN = "127.0.0.1:8460"
DEFAULT_NODE = "http://localhost:8460"

Json = Annotated[
    bool, typer.Option("--json", help="Write one JSON document to stdout, all else to stderr.")
]
Data = Annotated[Path, typer.Option("--data", envvar="ROPEWALK_DATA", help="The data directory.")]
Listen = Annotated[
    str, typer.Option("--listen", envvar="ROPEWALK_LISTEN", help="Address to listen on.")
]
OpenEvents = Annotated[
    bool, typer.Option("--open-events", help="Let anybody read the goods' events, and send some.")
]
EventReaders = Annotated[
    list[str] | None,
    typer.Option(
        "--event-reader",
        help="Controller, such as staff, that may read all of them; others what concerns them.",
    ),
]
LocalCallbacks = Annotated[
    bool,
    typer.Option(
        "--local-callbacks", help="For development: send events by http to this machine too."
    ),
]
KeepVault = Annotated[
    bool, typer.Option("--vault/--no-vault", help="Whether to keep private payloads.")
]
KeepPortal = Annotated[
    bool, typer.Option("--portal/--no-portal", help="Whether to show pages to people.")
]
DemoDesks = Annotated[
    Path | None,
    typer.Option(
        "--demo-desks",
        dir_okay=False,
        help="File of ready-made desks, whose keys are given to whoever asks. For demos only.",
    ),
]
VaultStore = Annotated[
    str,
    typer.Option(
        "--vault-store",
        envvar="ROPEWALK_VAULT_STORE",
        help="Object store of private payloads, s3://…; by default DATA/vault.",
    ),
]
ViewsUrl = Annotated[
    str,
    typer.Option(
        "--views",
        envvar="ROPEWALK_VIEWS",
        help="Database of the views, a URL of SQLAlchemy's; by default SQLite in DATA.",
    ),
]
PassphraseFile = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file",
        help="File with the passphrase of the key files; or set ROPEWALK_PASSPHRASE.",
    ),
]
NodeUrl = Annotated[
    str, typer.Option("--node", envvar="ROPEWALK_NODE", help="URL of the node to talk to.")
]
Keys = Annotated[
    Path | None,
    typer.Option(
        "--key-folder",
        envvar="ROPEWALK_KEY_FOLDER",
        help="Folder of key files; by default DATA/keys.",
    ),
]

DATA = Path("ropewalk-data")


def passphrase(file: Path | None) -> str:
    """The passphrase of key files: from the file, the environment, or asked for.

    Raises:
        UsageError: there is none, and nobody to ask.
    """
    if file is not None:
        return file.read_text(encoding="utf-8").rstrip("\n")
    found = os.environ.get("ROPEWALK_PASSPHRASE")
    if found:
        return found
    if os.isatty(0):
        asked: str = typer.prompt("Passphrase of the key files", hide_input=True, err=True)
        return asked
    raise UsageError("no passphrase: give --passphrase-file or set ROPEWALK_PASSPHRASE")


def passphrase_for(data: Path, file: Path | None) -> str:
    """The passphrase of a ledger's log key; "" where it was rebuilt and has none.

    Raises:
        UsageError: there is none, and nobody to ask.
    """
    if (data / "archive.json").exists() and not (data / "keys" / "log.pem").exists():
        return ""
    return passphrase(file)


def listen_address(text: str) -> tuple[str, int]:
    """Host and port of `HOST:PORT`.

    Raises:
        UsageError: it is none.
    """
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65_535:
        raise UsageError(f"{text} is no HOST:PORT")
    return host.strip("[]"), int(port)


def file_defaults(path: Path) -> dict[str, Any]:
    """Settings of a TOML file, by option name.

    Raises:
        UsageError: it can't be read, or names an unknown setting.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {error}") from error
    known = {"data", "listen", "passphrase-file", "node", "key-folder", "log-level"}
    unknown = sorted(set(values) - known)
    if unknown:
        raise UsageError(f"{path}: {', '.join(unknown)}: known are {', '.join(sorted(known))}")
    return {name.replace("-", "_"): str(value) for name, value in values.items()}
