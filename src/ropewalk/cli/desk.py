# SPDX-License-Identifier: Apache-2.0
"""`ropewalk desk todos`, `subjects`, `search`: what waits for a party, and what concerns it.

Sums are shown as decimals of their currency and times as dates; with --json they are minor units
and seconds, as on the ledger.
"""

import time
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ropewalk.cli.exits import ending, plain, report
from ropewalk.cli.options import (
    DATA,
    DEFAULT_NODE,
    Data,
    Json,
    Keys,
    NodeUrl,
    PassphraseFile,
)
from ropewalk.cli.wallet import controllers_of
from ropewalk.client import Node, found_on_desk, readable_sum, subjects_of, todos_of
from ropewalk.codes import UtcInstant
from ropewalk.crypto import is_hex

desk_app = typer.Typer(
    no_args_is_help=True, help="A party's desk: what waits for it, what concerns it."
)
FAR_S: Final = 253_402_300_800
"""The year 10000: what names a later moment names none that people would read."""

Party = Annotated[str, typer.Argument(help="Controller's id, or key name.")]
Most = Annotated[int, typer.Option("--limit", min=1, help="At most so many.")]


class Kind(StrEnum):
    """What can concern a party."""

    BOOKING = "booking"
    BOX = "box"
    CONSIGNMENT = "consignment"
    EXCHANGE = "exchange"
    INSTRUCTIONS = "instructions"
    PAYABLE = "payable"
    PROPOSAL = "proposal"
    RECEIVABLE = "receivable"
    RECOVERY = "recovery"
    TITLE = "title"


@desk_app.command("todos")
def todos(
    party: Party,
    limit: Most = 100,
    node: NodeUrl = DEFAULT_NODE,
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """List what a party has to do now: what is late or due first, what names no day last."""
    with ending(as_json=as_json), Node(node) as connected:
        (controller,) = controllers_of((party,), key_folder or data / "keys", passphrase_file)
        found = todos_of(connected, controller, limit)
        report(found, as_json=as_json, tell=lambda console: _tell_todos(console, party, found))


@desk_app.command("subjects")
def subjects(
    party: Party,
    kind: Annotated[Kind | None, typer.Option("--kind", help="Of one kind alone.")] = None,
    is_open: Annotated[
        bool | None,
        typer.Option("--open/--ended", help="Of which something can still become, or none."),
    ] = None,
    limit: Most = 100,
    node: NodeUrl = DEFAULT_NODE,
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """List what concerns a party, the last act first, and what the party is to each."""
    with ending(as_json=as_json), Node(node) as connected:
        (controller,) = controllers_of((party,), key_folder or data / "keys", passphrase_file)
        standing = "" if is_open is None else str(is_open).lower()
        asked = {"kind": kind.value if kind else "", "is_open": standing}
        found = subjects_of(connected, controller, asked, limit)
        report(found, as_json=as_json, tell=lambda console: _tell_subjects(console, party, found))


@desk_app.command("search")
def search(
    party: Party,
    text: Annotated[
        str, typer.Argument(help="The beginning of an id, a box's tag, or a title's reference.")
    ],
    node: NodeUrl = DEFAULT_NODE,
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Find what concerns a party by how it is called."""
    with ending(as_json=as_json), Node(node) as connected:
        (controller,) = controllers_of((party,), key_folder or data / "keys", passphrase_file)
        found = found_on_desk(connected, controller, text)
        report(found, as_json=as_json, tell=lambda console: _tell_subjects(console, party, found))


def _tell_todos(console: Console, party: str, found: Sequence[Mapping[str, Any]]) -> None:
    if not found:
        console.print("nothing waits")
        return
    now_s = int(time.time())
    table = Table("by", "act", "about", "", "worth", "since", title=plain(_called(party)))
    table.columns[4].justify = "right"
    for one in found:
        by_s = one.get("by_s", 0)
        table.add_row(
            Text(_moment(by_s), style="red" if 0 < by_s < now_s else ""),
            plain(one["act"]),
            plain(_about(one)),
            plain(one["status"].lower()),
            _worth(one),
            _moment(one["since_s"]),
        )
    console.print(table)


def _tell_subjects(console: Console, party: str, found: Sequence[Mapping[str, Any]]) -> None:
    if not found:
        console.print("nothing concerns it")
        return
    names = ("last act", "what", "is to it", "", "worth", "due")
    table = Table(*names, title=plain(_called(party)))
    table.columns[4].justify = "right"
    for one in found:
        table.add_row(
            _moment(one["time_s"]),
            plain(_about(one)),
            plain(", ".join(part.replace("_", " ") for part in one["parts"])),
            Text(one["status"].lower(), style="" if one["is_open"] else "dim"),
            _worth(one),
            _moment(one.get("due_s", 0)),
        )
    console.print(table)


def _called(party: str) -> str:
    return party[:12] if is_hex(party, 32) else party


def _about(one: Mapping[str, Any]) -> str:
    """What people call it: a title's reference, the act proposed, or its kind and id."""
    label = str(one.get("label", ""))
    shown = label if one["kind"] in ("title", "proposal") and label else ""
    return f"{one['kind']} {shown or one['subject'][:16]}"


def _worth(one: Mapping[str, Any]) -> str:
    currency = one.get("currency", "")
    return f"{currency} {readable_sum(one['amount'], currency)}" if one.get("amount") else ""


def _moment(seconds: int) -> str:
    return str(UtcInstant(seconds)) if 0 < seconds < FAR_S else ""
