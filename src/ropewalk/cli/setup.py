# SPDX-License-Identifier: Apache-2.0
"""`ropewalk init`, `node`, `key`: make a ledger, serve it, look after keys."""

import socket
import time
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from ropewalk.cli.exits import UsageError, ending, report
from ropewalk.cli.options import (
    DATA,
    DEFAULT_LISTEN,
    Data,
    DemoDesks,
    EventReaders,
    Json,
    KeepPortal,
    KeepVault,
    Keys,
    Listen,
    LocalCallbacks,
    OpenEvents,
    PassphraseFile,
    VaultStore,
    ViewsUrl,
    listen_address,
    passphrase,
    passphrase_for,
)
from ropewalk.cli.pages import Pages
from ropewalk.cli.reached import Hosts, Origins, names_of, origins_of
from ropewalk.cli.table import act_table
from ropewalk.cli.wallet import GOVERNANCE, controller_of, key_file
from ropewalk.crypto import PrivateKey, Value, encode, generate, random_bytes, read
from ropewalk.engines.cometbft_home import CometBftHome
from ropewalk.engines.embedded import EmbeddedEngine, Settings
from ropewalk.engines.opening import DataDirectory, initialise
from ropewalk.engines.port import AlreadyInitialisedError, Engine, StoppedError
from ropewalk.ledger import QUOTA_ACTOR_DEFAULT, network_id
from ropewalk.rules import genesis_records
from ropewalk.tlog import VerifierKey
from ropewalk.vault import Vault

if TYPE_CHECKING:
    from ropewalk.api import ApiSettings

RECOGNISED_LAWS = ("BH", "DE", "FR", "GB", "SG")
"""Recognised at genesis unless told otherwise; `docs/concepts/law.md` says under which statutes."""

ORIGIN_MAX = 100

key_app = typer.Typer(no_args_is_help=True, help="Key files.")


def make_genesis(origin: str, log: PrivateKey, governance: list[str], laws: list[str]) -> bytes:
    """A new network's genesis, with a random salt and the system's time.

    Raises:
        UsageError: the origin can't be a log's name.
    """
    require_origin(origin)
    return encode(chosen_genesis(VerifierKey(origin, log.public_key).text, governance, laws))


def require_origin(origin: str) -> None:
    """Take an origin that can be a log's name.

    Raises:
        UsageError: it can't.
    """
    if (
        not 1 <= len(origin) <= ORIGIN_MAX
        or not all("!" <= one <= "~" for one in origin)
        or "+" in origin
    ):
        raise UsageError(
            f"an origin is 1 to {ORIGIN_MAX} printable ASCII characters, no space or +"
        )


def chosen_genesis(log: str, governance: list[str], laws: list[str]) -> dict[str, Value]:
    """What every new network's genesis holds, under a random salt and the system's time."""
    return {
        "format": "ropewalk-genesis/1",
        "governance": {"keys": governance, "threshold": 1},
        "laws": sorted(set(laws)),
        "log": log,
        "parameters": {"quota_actor_max": QUOTA_ACTOR_DEFAULT},
        "protocol": 1,
        "salt": random_bytes(32).hex(),
        "time": int(time.time()),
    }


def make_ledger(
    directory: DataDirectory, keys: Path, word: str, *, origin: str, laws: list[str]
) -> bytes:
    """Make a ledger governed by one new key; its genesis."""
    if directory.database.exists() or directory.genesis.exists():
        raise AlreadyInitialisedError(f"{directory.path} holds a ledger already")
    log, governance = generate(), generate()
    genesis = make_genesis(origin, log, [governance.kid], laws)
    genesis_records(genesis)  # refuses a law's code that is none, before anything is written
    keys.mkdir(parents=True, exist_ok=True, mode=0o700)
    directory.log_key.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    log.write(directory.log_key, word)
    governance.write(key_file(keys, GOVERNANCE), word)
    initialise(directory, genesis, log)
    return genesis


def init(
    data: Data = DATA,
    origin: Annotated[
        str, typer.Option(help="Name of the log in its checkpoints.")
    ] = "ropewalk.example/ledger",
    law: Annotated[
        list[str] | None, typer.Option("--law", help="Code of a governing law to recognise.")
    ] = None,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Make a new ledger: its genesis, its log's key and the key that governs it."""
    with ending(as_json=as_json):
        directory = DataDirectory(data)
        genesis = make_ledger(
            directory,
            key_folder or data / "keys",
            passphrase(passphrase_file),
            origin=origin,
            laws=law or list(RECOGNISED_LAWS),
        )
        told = {"network": network_id(genesis), "genesis": str(directory.genesis)}

        def tell(console: Console) -> None:
            console.print(f"network {told['network']}")
            console.print(f"genesis {told['genesis']}: give it to whoever is to verify")
            console.print(f"next: ropewalk node --data {data}")

        report(told, as_json=as_json, tell=tell)


class EngineName(StrEnum):
    """What leads the ledger."""

    EMBEDDED = "embedded"
    COMETBFT = "cometbft"


def node(
    data: Data = DATA,
    listen: Listen = DEFAULT_LISTEN,
    answers_as: Hosts = None,
    origin: Origins = None,
    engine: Annotated[
        EngineName,
        typer.Option(help="embedded: this process alone; cometbft: one member of a consortium."),
    ] = EngineName.EMBEDDED,
    verifiers: Annotated[
        int | None, typer.Option(min=0, help="Processes that verify signatures; one a core.")
    ] = None,
    passphrase_file: PassphraseFile = None,
    check_invariants: Annotated[
        bool, typer.Option("--check-invariants", help="Hold every act to every invariant.")
    ] = False,
    require_login: Annotated[
        bool, typer.Option("--require-login", help="Answer nobody who has not logged in.")
    ] = False,
    open_events: OpenEvents = False,
    event_reader: EventReaders = None,
    views: ViewsUrl = "",
    local_callbacks: LocalCallbacks = False,
    vault: KeepVault = True,
    vault_store: VaultStore = "",
    portal: KeepPortal = True,
    demo_desks: DemoDesks = None,
    log_level: Annotated[str, typer.Option(help="debug, info, warning or error.")] = "info",
) -> None:
    """Serve a ledger over HTTP, in the foreground, until SIGTERM."""
    from ropewalk.api import ApiSettings  # noqa: PLC0415  # heavy, and of use here only

    with ending(as_json=False):
        host, port = listen_address(listen)
        if log_level not in ("debug", "info", "warning", "error"):
            raise UsageError("--log-level is debug, info, warning or error")
        opened = open_engine(
            engine,
            data,
            passphrase_for(data, passphrase_file),
            verifiers,
            checks_invariants=check_invariants,
        )
        settings = ApiSettings(
            listen_host=host,
            listen_port=port,
            acts=act_table(),
            require_login=require_login,
            open_events=open_events,
            event_readers=frozenset(event_reader or ()),
            hosts=names_of(host, answers_as or (), origin or ()),
            origins=origins_of(origin or ()),
            log_level=log_level,  # type: ignore[arg-type]  # checked above
            nonces=vault_folder(data) / "nonces" if vault else None,
        )
        pages = Pages(demo_desks) if portal else None
        beside = Beside(data, views, vault_store if vault else None, local_callbacks, pages)
        run_node(opened, settings, beside)


def open_engine(
    name: EngineName, data: Path, word: str, verifiers: int | None, *, checks_invariants: bool
) -> Engine:
    """Open the ledger in a data directory.

    Raises:
        EngineError: why it does not open.
    """
    if name is EngineName.EMBEDDED:
        settings = Settings(word, verifiers=verifiers, checks_invariants=checks_invariants)
        return EmbeddedEngine(data, settings)
    from ropewalk.engines import consortium  # noqa: PLC0415  # heavy, and of use here only

    sockets = CometBftHome(data).sockets()
    sockets.prepare()
    return consortium.ConsortiumEngine(
        data,
        consortium.Settings(
            word,
            abci=f"unix://{sockets.abci}",
            rpc=sockets.rpc,
            verifiers=verifiers,
            checks_invariants=checks_invariants,
        ),
    )


@dataclass(frozen=True, slots=True)
class Beside:
    """What a node keeps beside its ledger: views, private payloads; where it may send events."""

    data: Path
    views: str
    """URL of the views' database; "" for SQLite in the data directory."""
    vault: str | None
    """URL of the private payloads' store, "" for a folder in the data directory, None for none."""
    sends_here: bool
    """Whether events may be sent to this machine, by http."""
    pages: Pages | None = None
    """The portal; None for a node without."""


def run_node(engine: Engine, settings: "ApiSettings", beside: Beside) -> None:
    """Serve an open ledger, its views and its vault until SIGTERM, then close them."""
    from ropewalk.api import reads_all, serve  # noqa: PLC0415  # heavy, and of use here only
    from ropewalk.views import Rules, Views  # noqa: PLC0415  # likewise

    opened = None
    try:
        _require_free(settings.listen_host, settings.listen_port)
        if beside.vault is not None:
            opened = open_vault(beside.data, beside.vault)
        rules = Rules(allows_loopback=beside.sends_here)
        views = Views(
            beside.data, engine, url=beside.views, rules=rules, reads_all=reads_all(settings)
        )
        try:
            extend = None if beside.pages is None else beside.pages.extend(beside.data)
            serve(engine, settings, views.start(), opened, extend)
        finally:
            views.close()
    finally:
        if opened is not None:
            opened.close()
        engine.close()


def vault_folder(data: Path) -> Path:
    """Where the vault of a data directory lies."""
    return data / "vault"


def open_vault(data: Path, store: str) -> Vault:
    """Open the vault of a data directory, made where there is none.

    Raises:
        VaultError: why it does not open.
    """
    return Vault(vault_folder(data), lambda: int(time.time()), url=store)


def _require_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except OSError as error:
            raise StoppedError(f"can't listen on {host}:{port}: {error.strerror}") from error


@key_app.command("new")
def key_new(
    name: Annotated[str, typer.Argument(help="Letters, digits, - and _.")],
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Make a key and write it, encrypted, to a file."""
    with ending(as_json=as_json):
        folder = key_folder or data / "keys"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        key = generate()
        path = key_file(folder, name)
        key.write(path, passphrase(passphrase_file))
        _report_key(key, path, as_json=as_json)


@key_app.command("show")
def key_show(
    name: Annotated[str, typer.Argument(help="Name of the key.")],
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Show a key's id, and the controller that consists of it alone."""
    with ending(as_json=as_json):
        path = key_file(key_folder or data / "keys", name)
        _report_key(read(path, passphrase(passphrase_file)), path, as_json=as_json)


def _report_key(key: PrivateKey, path: Path, *, as_json: bool) -> None:
    told = {"key": key.kid, "controller": controller_of(key), "file": str(path)}

    def tell(console: Console) -> None:
        for name, value in told.items():
            console.print(f"{name}: {value}")

    report(told, as_json=as_json, tell=tell)
