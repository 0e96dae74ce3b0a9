# SPDX-License-Identifier: Apache-2.0
"""`ropewalk events answer` and `events clock`: what is known on a day, why, and what it costs."""

import re
import time
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from ropewalk.cli.acts import Actor
from ropewalk.cli.exits import UsageError, ending, plain, report
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
from ropewalk.cli.wallet import Wallet
from ropewalk.client import Node, Signing, answers_of, claims_of, signing_as, unsigned
from ropewalk.codes import Money, UtcInstant
from ropewalk.tracking import Clock, Terms, Weighed, instant_ms, run

TERMS_SIZE_MAX = 65_536
KnownAt = Annotated[
    str, typer.Option("--known-at", help="As known when: RFC 3339; now unless told.")
]
Reader = Annotated[
    str,
    typer.Option("--as", help="Name of the key to sign the request by; it is unsigned without."),
]
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def pair(text: str) -> tuple[str, str]:
    """Name and value of `NAME=VALUE`.

    Raises:
        UsageError: it is none.
    """
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"{text} is no NAME=VALUE")
    return name, value


def signing_for(
    node: Node, keys: Path, passphrase_file: Path | None, reader: tuple[str, str]
) -> Signing:
    """How requests are signed: by a key's name and, where need be, its controller; "" for not."""
    name, controller = reader
    if not name:
        return unsigned
    wallet = Wallet(keys, passphrase(passphrase_file))
    return signing_as(wallet.actor(node, name, controller=controller), node.url)


def answer(
    reference: Annotated[
        str,
        typer.Argument(
            help="NAME=VALUE: equipmentReference, carrierBookingReference, "
            "transportDocumentReference or transportCallID."
        ),
    ],
    valid_at: Annotated[
        str,
        typer.Option("--valid-at", help="Had it happened by then? RFC 3339; now unless told."),
    ] = "",
    known_at: KnownAt = "",
    reader: Reader = "",
    actor: Actor = "",
    node: NodeUrl = DEFAULT_NODE,
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Show what is known of every milestone of a box, booking, document or call, and why."""
    with ending(as_json=as_json), Node(node) as connected:
        query = dict([pair(reference)])
        moments = {"validAt": valid_at, "knownAt": known_at}
        query |= {name: value for name, value in moments.items() if value}
        keys = key_folder or data / "keys"
        signing = signing_for(connected, keys, passphrase_file, (reader, actor))
        found = answers_of(connected, query, signing)
        report(found, as_json=as_json, tell=lambda console: _tell(console, found["answers"]))


def clock(
    terms: Annotated[
        Path, typer.Option("--terms", help="JSON of what was agreed (docs/reference/tracking.md).")
    ],
    equipment: Annotated[str, typer.Option("--equipment", help="The container, ISO 6346.")],
    of: Annotated[
        str,
        typer.Option("--of", help="NAME=VALUE of the one shipment, of a box that came before."),
    ] = "",
    known_at: KnownAt = "",
    as_of: Annotated[
        str,
        typer.Option("--as-of", help="Up to when it counts: a day, or RFC 3339 of the place."),
    ] = "",
    reader: Reader = "",
    actor: Actor = "",
    node: NodeUrl = DEFAULT_NODE,
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Run a clock of demurrage, detention or storage over what is claimed of a box."""
    with ending(as_json=as_json), Node(node) as connected:
        agreed, now_s = _terms(terms), int(time.time())
        known_s = instant_ms(known_at, "--known-at") // 1_000 if known_at else now_s
        name, value = pair(of) if of else ("equipmentReference", equipment)
        keys = key_folder or data / "keys"
        signing = signing_for(connected, keys, passphrase_file, (reader, actor))
        found = run(
            agreed,
            claims_of(connected, {name: value}, signing),
            equipment=equipment,
            as_of=_moment(as_of, now_s),
            known_s=known_s,
        )
        told = msgspec.to_builtins(found)
        report(told, as_json=as_json, tell=lambda console: _tell_clock(console, found))


def _terms(path: Path) -> Terms:
    data = path.read_bytes()
    if len(data) > TERMS_SIZE_MAX:
        raise UsageError(f"{path} holds no terms of a clock: it is too large")
    try:
        return msgspec.json.decode(data, type=Terms, strict=True)
    except msgspec.MsgspecError as error:
        raise UsageError(f"{path} holds no terms of a clock: {error}") from error


def _moment(as_of: str, now_s: int) -> str:
    """The moment a clock counts up to; of a mere day its end, in UTC."""
    if not as_of:
        return str(UtcInstant(now_s))
    return f"{as_of}T23:59:59Z" if _DATE.fullmatch(as_of) else as_of


def _tell(console: Console, found: list[dict[str, Any]]) -> None:
    """A line for each answer, one below it for an estimate, and one for each that lost."""
    table = Table("milestone", "state", "when", "who", "why")
    for one in found:
        kind, code, *which = one["milestone"]
        name = " ".join([f"{kind} {code}", *(each for each in which if each)])
        winner = one.get("winner")
        table.add_row(plain(name), plain(one["state"]), *_row(winner))
        for loser in one["losers"]:
            table.add_row("", "not", *_row(loser))
        eta = one.get("eta")
        if eta and (winner is None or eta["winner"]["event_hash"] != winner["event_hash"]):
            table.add_row("", "estimate", *_row(eta["winner"]))
    console.print(table)


def _row(claim: dict[str, Any] | None) -> tuple[str, str, str]:
    if claim is None:
        return "", "", "no claim stands"
    when = f"{claim['classifier']} {_time(claim['occurred_ms'] // 1_000)}"
    who = f"{claim['claimed_by'][:8]}… {claim['role']}".rstrip()
    if claim.get("device_of"):
        who = f"{claim['claimed_by'][:8]}… device of {claim['device_of'][:8]}…"
    why = f"{claim['reason']}; known since {_time(claim['known_s'])}"
    return plain(when), plain(who), plain(why)


def _time(seconds: int) -> str:
    return str(UtcInstant(seconds))


def _tell_clock(console: Console, found: Clock) -> None:
    amount = Money(found.amount_minor, found.currency).decimal
    span = f"from {found.started_on or '-'} to {found.stopped_on or found.as_of}"
    console.print(plain(f"{found.kind} of {found.equipment}: {found.state}, {span}"))
    console.print(f"days used {found.days_used}, free {found.days_free}, ", end="")
    console.print(f"chargeable {found.days_chargeable}")
    console.print(plain(f"amount {amount} {found.currency}, last free {found.last_free or '-'}"))
    for one in found.stands_on:
        console.print(plain(_ground(one)), soft_wrap=True)


def _ground(one: Weighed) -> str:
    when = _time(one.occurred_ms // 1_000)
    who = f"{one.actor} {one.role}".rstrip()
    return f"stands on {one.classifier} of {when} by {who}, position {one.position}: {one.reason}"
