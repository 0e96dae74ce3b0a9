# SPDX-License-Identifier: Apache-2.0
"""`ropewalk`: all commands, and what holds for every one of them."""

import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Annotated, Final

import typer

from ropewalk import __version__
from ropewalk.cli.exits import ending
from ropewalk.cli.options import file_defaults

COMMANDS: Final[Mapping[str, tuple[str, str]]] = {
    "init": ("setup", "init"),
    "node": ("setup", "node"),
    "key": ("setup", "key_app"),
    "network": ("network", "network_app"),
    "engine": ("cometbft", "engine_app"),
    "party": ("trade", "party_app"),
    "title": ("trade", "title_app"),
    "cargo": ("cargo", "cargo_app"),
    "gate": ("cargo", "gate_app"),
    "capital": ("capital", "capital_app"),
    "exchange": ("capital", "exchange_app"),
    "identity": ("trade", "identity_app"),
    "private": ("disclosures", "app"),
    "vault": ("vaults", "app"),
    "proposal": ("proposals", "app"),
    "desk": ("desk", "desk_app"),
    "tx": ("trade", "tx_app"),
    "events": ("events", "events_app"),
    "views": ("views", "views_app"),
    "bundle": ("proofs", "bundle"),
    "verify": ("proofs", "verify"),
    "audit": ("proofs", "audit"),
    "backup": ("care", "backup"),
    "restore": ("care", "restore"),
    "export": ("archives", "export_archive"),
    "rebuild": ("archives", "rebuild"),
    "succession": ("successions", "succession_app"),
    "evidence": ("evidence", "evidence"),
    "bench": ("benches", "bench"),
    "demo": ("demo", "demo"),
}
"""Each command, or group of commands, and where in this room it is; in the order of the help."""


def make_app(asked: str = "") -> typer.Typer:
    """The command line; with all its commands, or with the one alone that is asked for.

    Who asks for one command does not wait until the others are loaded.
    """
    app = typer.Typer(
        name="ropewalk",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        help="A shared ledger that lays cargo, capital and information into one rope.",
    )
    app.callback()(settings)
    for name in [asked] if asked in COMMANDS else COMMANDS:
        module, attribute = COMMANDS[name]
        found = getattr(import_module(f"ropewalk.cli.{module}"), attribute)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name)
        else:
            app.command(name)(found)
    return app


def _show_version(*, value: bool) -> None:
    if value:
        typer.echo(f"ropewalk {__version__}")
        raise typer.Exit


def settings(
    context: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option("--config", envvar="ROPEWALK_CONFIG", help="TOML file with settings."),
    ] = None,
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Read the configuration file; flags and environment come before it."""
    if config is not None:
        with ending(as_json=False):
            defaults = file_defaults(config)
            context.default_map = _for_all(context.command, defaults)


def _for_all(command: object, defaults: dict[str, object]) -> dict[str, object]:
    """The same defaults for every command below."""
    below = getattr(command, "commands", None)
    if below is None:
        return defaults
    return {name: _for_all(one, defaults) for name, one in below.items()}


def main() -> None:
    """Run the command line."""
    asked = sys.argv[1] if len(sys.argv) > 1 else ""
    make_app(asked)()
