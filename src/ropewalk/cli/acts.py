# SPDX-License-Identifier: Apache-2.0
"""A command for every act, read from the rule table: `ropewalk title endorse-to-order TITLE …`.

An act that the table gains is a command at once. Members of an act's body become options of the
same name; on a title, the last act is looked up unless it is given.
"""

import inspect
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console

from ropewalk.cli.exits import ending, report
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
from ropewalk.client import Node, Outcome
from ropewalk.ledger import Rule
from ropewalk.rules import LATEST

_CONTROLLER_MEMBERS = ("recipient", "addressee", "consignee", "party")
_ON_TITLE = {"title", "last_act"}

As = Annotated[str, typer.Option("--as", help="Name of the key to sign by.")]
Actor = Annotated[
    str, typer.Option("--actor", help="Controller id, where it does not follow from the key.")
]
CoSigners = Annotated[
    list[str] | None,
    typer.Option("--co-signer", help="Name of a further key, where the threshold asks for it."),
]


def kebab(name: str) -> str:
    """`ENDORSE_TO_ORDER` as a command's name."""
    return name.lower().replace("_", "-")


def add_acts(app: typer.Typer, room: str, *, but: frozenset[str] = frozenset()) -> None:
    """Give a group a command for each act of a room."""
    for name, rule in LATEST.rules.items():
        act_room, _, act = name.partition(".")
        if act_room == room and act not in but:
            summary = (rule.message.__doc__ or "").strip().splitlines()[0]
            app.command(kebab(act), help=summary)(_command(rule))


def _command(rule: Rule) -> Any:
    fields = {field.name: field for field in msgspec.structs.fields(rule.message)}
    on_title = _ON_TITLE.issubset(fields)
    members = [name for name in fields if not (on_title and name in _ON_TITLE)]
    parameters = _common_parameters()
    if on_title:
        title = Annotated[str, typer.Argument(help="Title id, or PROVIDER:CODE:REFERENCE.")]
        last_act = Annotated[str, typer.Option("--last-act", help="As you saw it; else looked up.")]
        parameters = [
            _parameter("title", title),
            _parameter("last_act", last_act, ""),
            *parameters,
        ]
    parameters += [_member(fields[name]) for name in members]

    def command(**given: Any) -> None:
        with ending(as_json=given["as_json"]):
            _run(rule, given, members, on_title=on_title)

    command.__name__ = kebab(rule.name.partition(".")[2]).replace("-", "_")
    command.__doc__ = rule.message.__doc__
    command.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # typer reads it
        sorted(parameters, key=lambda one: one.default is not inspect.Parameter.empty)
    )
    command.__annotations__ = {one.name: one.annotation for one in parameters}
    return command


def _parameter(
    name: str, annotation: Any, default: Any = inspect.Parameter.empty
) -> inspect.Parameter:
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation
    )


def _common_parameters() -> list[inspect.Parameter]:
    return [
        _parameter("signer", As),
        _parameter("actor", Actor, ""),
        _parameter("co_signer", CoSigners, None),
        _parameter("node", NodeUrl, DEFAULT_NODE),
        _parameter("data", Data, DATA),
        _parameter("key_folder", Keys, None),
        _parameter("passphrase_file", PassphraseFile, None),
        _parameter("as_json", Json, False),
    ]


def _member(field: msgspec.structs.FieldInfo) -> inspect.Parameter:
    kind = msgspec.inspect.type_info(field.type)
    text = ""
    while isinstance(kind, msgspec.inspect.Metadata):
        text = (kind.extra_json_schema or {}).get("description", text)
        kind = kind.type
    name = f"member_{field.name}"
    option = typer.Option(f"--{field.name.replace('_', '-')}", help=text)
    if isinstance(kind, msgspec.inspect.ListType):
        return _parameter(name, Annotated[list[str], option])
    if isinstance(kind, msgspec.inspect.IntType):
        return _parameter(name, Annotated[int, option])
    return _parameter(name, Annotated[str, option])


def _run(rule: Rule, given: dict[str, Any], members: list[str], *, on_title: bool) -> None:
    keys: Path = given["key_folder"] or given["data"] / "keys"
    wallet = Wallet(keys, passphrase(given["passphrase_file"]))
    with Node(given["node"]) as node:
        actor = wallet.actor(
            node,
            given["signer"],
            controller=given["actor"],
            co_signers=tuple(given["co_signer"] or ()),
        )
        body = {
            name: wallet.controller(given[f"member_{name}"])
            if name in _CONTROLLER_MEMBERS
            else given[f"member_{name}"]
            for name in members
        }
        if on_title:
            title, record = node.title(given["title"])
            body["title"] = title
            body["last_act"] = given["last_act"] or record["last_act"]
        finish(actor.act(rule.name, body), as_json=given["as_json"])


def finish(outcome: Outcome, *, as_json: bool, **more: object) -> None:
    """Report an outcome, or end as its refusal says."""
    outcome.require_committed()
    told = {**msgspec.to_builtins(outcome), **more}

    def tell(console: Console) -> None:
        console.print(f"[green]committed[/] at height {outcome.height}: {outcome.transaction}")
        for name, value in more.items():
            console.print(f"{name.replace('_', ' ')}: {value}")

    report(told, as_json=as_json, tell=tell)
