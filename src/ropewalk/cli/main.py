# SPDX-License-Identifier: Apache-2.0
"""`ropewalk`: all commands, and what holds for every one of them."""

from pathlib import Path
from typing import Annotated

import typer

from ropewalk import __version__
from ropewalk.cli import (
    archives,
    benches,
    capital,
    care,
    cargo,
    cometbft,
    demo,
    disclosures,
    events,
    evidence,
    network,
    proofs,
    proposals,
    setup,
    successions,
    trade,
    vaults,
    views,
)
from ropewalk.cli.exits import ending
from ropewalk.cli.options import file_defaults

app = typer.Typer(
    name="ropewalk",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="A shared ledger that lays cargo, capital and information into one rope.",
)
app.command()(setup.init)
app.command()(setup.node)
app.add_typer(setup.key_app, name="key")
app.add_typer(network.network_app, name="network")
app.add_typer(cometbft.engine_app, name="engine")
app.add_typer(trade.party_app, name="party")
app.add_typer(trade.title_app, name="title")
app.add_typer(cargo.cargo_app, name="cargo")
app.add_typer(cargo.gate_app, name="gate")
app.add_typer(capital.capital_app, name="capital")
app.add_typer(capital.exchange_app, name="exchange")
app.add_typer(trade.identity_app, name="identity")
app.add_typer(disclosures.app, name="private")
app.add_typer(vaults.app, name="vault")
app.add_typer(proposals.app, name="proposal")
app.add_typer(trade.tx_app, name="tx")
app.add_typer(events.events_app, name="events")
app.add_typer(views.views_app, name="views")
app.command()(proofs.bundle)
app.command()(proofs.verify)
app.command()(proofs.audit)
app.command()(care.backup)
app.command()(care.restore)
app.command("export")(archives.export_archive)
app.command()(archives.rebuild)
app.add_typer(successions.succession_app, name="succession")
app.command()(evidence.evidence)
app.command()(benches.bench)
app.command()(demo.demo)


def _show_version(*, value: bool) -> None:
    if value:
        typer.echo(f"ropewalk {__version__}")
        raise typer.Exit


@app.callback()
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
    app()
