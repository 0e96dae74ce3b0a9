# SPDX-License-Identifier: Apache-2.0
"""`ropewalk capital` and `exchange`: every act of both rooms, how things stand, and the books.

Sums are minor units, or decimals where the currency is given: 412000.00 is 41200000 of USD.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from ropewalk.cli.acts import Actor, As, CoSigners, add_acts, do, finish
from ropewalk.cli.exits import UsageError, ending, plain, report
from ropewalk.cli.members import minor_units, time_of
from ropewalk.cli.options import (
    DATA,
    DEFAULT_NODE,
    Data,
    Json,
    Keys,
    NodeUrl,
    PassphraseFile,
    passphrase,
)
from ropewalk.cli.portfolio import COMMANDS
from ropewalk.cli.wallet import Wallet
from ropewalk.client import (
    CONTROLLERS,
    TIMES,
    Node,
    ask_before_funding,
    balance_of,
    deciding,
    exchange_of,
    payable_of,
    receivable_of,
)
from ropewalk.codes import Money
from ropewalk.crypto import is_hex
from ropewalk.exchange import exchange_id

capital_app = typer.Typer(
    no_args_is_help=True, help="Capital: payables, receivables, deposits at settlement banks."
)
exchange_app = typer.Typer(
    no_args_is_help=True, help="Exchange: legs over any strand, all of them or none."
)
add_acts(capital_app, "capital")
for _command in COMMANDS:
    capital_app.command()(_command)
add_acts(exchange_app, "exchange", but=frozenset({"OPEN", "RETURN", "SETTLE"}))

UNKNOWN = "the carrier gave no fingerprints: of other bills nothing is known"
NAMED = CONTROLLERS | {"by", "giver", "taker"}
"""Members of legs and conditions that name controllers."""
Exchange = Annotated[str, typer.Argument(help="The exchange's id.")]


@capital_app.command("payable")
def payable_show(
    payable: Annotated[str, typer.Argument(help="The payable's id.")],
    node: NodeUrl = DEFAULT_NODE,
    as_json: Json = False,
) -> None:
    """Show an invoice or payable: what is owed, settled and credited."""
    _show(payable_of, payable, node, as_json=as_json)


@capital_app.command("receivable")
def receivable_show(
    receivable: Annotated[str, typer.Argument(help="The receivable's id.")],
    node: NodeUrl = DEFAULT_NODE,
    as_json: Json = False,
) -> None:
    """Show a receivable: its creditor, worth, recourse and pledge."""
    _show(receivable_of, receivable, node, as_json=as_json)


@capital_app.command("balance")
def balance_show(
    customer: Annotated[str, typer.Argument(help="The customer's controller, or key name.")],
    bank: Annotated[str, typer.Option("--bank", help="The settlement bank.")],
    currency: Annotated[str, typer.Option("--currency", help="ISO 4217.")],
    node: NodeUrl = DEFAULT_NODE,
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Show a deposit: what its customer may dispose of, and what lies in escrow."""
    with ending(as_json=as_json), Node(node) as connected:
        by_id = is_hex(customer, 32) and is_hex(bank, 32)
        words = "" if by_id else passphrase(passphrase_file)
        wallet = Wallet(key_folder or data / "keys", words)
        told = balance_of(connected, wallet.controller(bank), currency, wallet.controller(customer))

        def tell(console: Console) -> None:
            for name, meaning in (("amount", "free"), ("held", "in escrow")):
                console.print(plain(f"{Money(int(told[name]), currency)} {meaning}"))

        report(told, as_json=as_json, tell=tell)


@capital_app.command("ask")
def ask(
    title: Annotated[str, typer.Argument(help="Title id, or PROVIDER:CODE:REFERENCE.")],
    signer: As,
    actor: Actor = "",
    node: NodeUrl = DEFAULT_NODE,
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Ask, as a bank, before funding: is this cargo billed or pledged elsewhere? Names nobody."""
    with ending(as_json=as_json), Node(node) as connected:
        wallet = Wallet(key_folder or data / "keys", passphrase(passphrase_file))
        bank = wallet.actor(connected, signer, controller=actor)
        identifier, _ = connected.title(title)
        found = ask_before_funding(bank, identifier)

        def tell(console: Console) -> None:
            known = f"{found['of']} cargo items have a fingerprint" if found["of"] else UNKNOWN
            console.print(plain(found["warning"] or f"nothing to warn of; {known}"))

        report(found, as_json=as_json, tell=tell)


def _show(
    look: Callable[[Node, str], dict[str, Any]], identifier: str, node: str, *, as_json: bool
) -> None:
    with ending(as_json=as_json), Node(node) as connected:
        found = look(connected, identifier)

        def tell(console: Console) -> None:
            table = Table("field", "value")
            table.columns[1].overflow = "fold"
            for field, value in found.items():
                table.add_row(field.replace("_", " "), plain(str(value)))
            console.print(table)

        report(found, as_json=as_json, tell=tell)


@exchange_app.command("show")
def exchange_show(exchange: Exchange, node: NodeUrl = DEFAULT_NODE, as_json: Json = False) -> None:
    """Say in plain words how an exchange stands, and what it waits for."""
    with ending(as_json=as_json), Node(node) as connected:
        found = exchange_of(connected, exchange)

        def tell(console: Console) -> None:
            for line in found["told"]:
                console.print(plain(line), soft_wrap=True)

        report(found, as_json=as_json, tell=tell)


@exchange_app.command("open")
def exchange_open(
    terms: Annotated[
        Path, typer.Argument(help="JSON: `legs`, and where there is one `condition`.")
    ],
    signer: As,
    deadline: Annotated[str, typer.Option("--deadline", help="A time, or +10d from now.")],
    give: Annotated[
        list[int] | None,
        typer.Option("--give", help="Number of a leg of your own, a receivable or money, from 0."),
    ] = None,
    propose: Annotated[
        bool, typer.Option("--propose", help="Others approve it first: a pledgee, more keys.")
    ] = False,
    actor: Actor = "",
    co_signer: CoSigners = None,
    node: NodeUrl = DEFAULT_NODE,
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Put an exchange to its parties; key names stand for controllers, +3d for times.

    With --give what is yours goes into escrow by the same act.
    """
    with ending(as_json=as_json), Node(node) as connected:
        wallet = Wallet(key_folder or data / "keys", passphrase(passphrase_file))
        opener = wallet.actor(
            connected, signer, controller=actor, co_signers=tuple(co_signer or ())
        )
        body = {**_terms(terms, wallet), "deadline": time_of(deadline)}
        for leg in body["legs"]:
            _as_seen(connected, leg)
        if give:
            body["given"] = sorted(give)
        if propose:
            do(opener, "exchange.OPEN", body, until=time_of("+30d"), as_json=as_json)
            return
        outcome = opener.act("exchange.OPEN", body)
        finish(outcome, as_json=as_json, exchange=exchange_id(outcome.transaction))


def _as_seen(node: Node, leg: dict[str, Any]) -> None:
    """Let a leg name the last act of what it moves, as it stands now."""
    if "last_act" in leg:
        return
    if leg.get("asset") == "title":
        leg["title"], record = node.title(str(leg["title"]))
        leg["last_act"] = record["last_act"]
    elif leg.get("asset") == "receivable":
        leg["last_act"] = receivable_of(node, str(leg["receivable"]))["last_act"]


def _terms(file: Path, wallet: Wallet) -> dict[str, Any]:
    try:
        terms = msgspec.json.decode(file.read_bytes())
    except msgspec.MsgspecError as error:
        raise UsageError(f"{file} is no JSON: {error}") from error
    if not isinstance(terms, dict) or not terms.keys() <= {"legs", "condition"}:
        raise UsageError(f"{file} holds `legs`, and where there is one a `condition`")
    found: dict[str, Any] = _named(terms, wallet)
    return found


def _named(value: Any, wallet: Wallet) -> Any:
    """Terms with ids for names, seconds for times, minor units for sums."""
    if isinstance(value, list):
        return [_named(one, wallet) for one in value]
    if not isinstance(value, dict):
        return value
    found = {name: _named(one, wallet) for name, one in value.items()}
    for name, one in found.items():
        if name in NAMED and isinstance(one, str):
            found[name] = wallet.controller(one)
        elif name in TIMES and isinstance(one, str):
            found[name] = time_of(one)
        elif name == "sum" and not isinstance(one, str):
            raise UsageError(f"sum {one}: write sums in quotes, as 412000.00 or in minor units")
        elif name == "sum" and "currency" in found:
            found[name] = minor_units(one, str(found["currency"]))
    return found


@exchange_app.command("pay")
def exchange_pay(
    exchange: Exchange,
    signer: As,
    leg: Annotated[int, typer.Option("--leg", help="Its number, from 0.")],
    actor: Actor = "",
    co_signer: CoSigners = None,
    node: NodeUrl = DEFAULT_NODE,
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Pay the last leg that is missing, and settle by that; or pay nothing."""
    with ending(as_json=as_json), Node(node) as connected:
        wallet = Wallet(key_folder or data / "keys", passphrase(passphrase_file))
        payer = wallet.actor(connected, signer, controller=actor, co_signers=tuple(co_signer or ()))
        body = {**deciding(connected, exchange), "leg": leg}
        do(payer, "exchange.ESCROW_DEPOSIT", body, until=0, as_json=as_json)


@exchange_app.command("settle")
def exchange_settle(
    exchange: Exchange,
    signer: As,
    actor: Actor = "",
    node: NodeUrl = DEFAULT_NODE,
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Let every leg move, once each consent and the condition is there."""
    with ending(as_json=as_json), Node(node) as connected:
        wallet = Wallet(key_folder or data / "keys", passphrase(passphrase_file))
        by = wallet.actor(connected, signer, controller=actor)
        do(by, "exchange.SETTLE", deciding(connected, exchange), until=0, as_json=as_json)


@exchange_app.command("return")
def exchange_return(
    exchange: Exchange,
    signer: As,
    actor: Actor = "",
    propose: Annotated[
        bool, typer.Option("--propose", help="Before the deadline: all who agreed approve.")
    ] = False,
    node: NodeUrl = DEFAULT_NODE,
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Give back what is in escrow: after the deadline, or once it can't settle any more."""
    with ending(as_json=as_json), Node(node) as connected:
        wallet = Wallet(key_folder or data / "keys", passphrase(passphrase_file))
        by = wallet.actor(connected, signer, controller=actor)
        until = time_of("+30d") if propose else 0
        do(by, "exchange.RETURN", deciding(connected, exchange), until=until, as_json=as_json)
