# SPDX-License-Identifier: Apache-2.0
"""A command for every act, read from the rule table: `ropewalk title endorse-to-order TITLE …`.

An act that the table gains is a command at once. Members of an act's body become options of the
same name; on a title, the last act is looked up unless it is given. With `--propose` the act waits
for whoever else has to approve it.
"""

import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console

from ropewalk.capital import made_id
from ropewalk.cargo import document_id
from ropewalk.cli.exits import ending, report
from ropewalk.cli.members import (
    UNSTATED,
    Members,
    is_list,
    option_of,
    time_of,
)
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
from ropewalk.client import Actor as ActorOf
from ropewalk.client import (
    Node,
    NotFoundError,
    Outcome,
    Shelf,
    is_structured,
    payable_of,
    receivable_of,
)
from ropewalk.ledger import Rule
from ropewalk.rules import LATEST

As = Annotated[str, typer.Option("--as", help="Name of the key to sign by.")]
Actor = Annotated[
    str, typer.Option("--actor", help="Controller id, where it does not follow from the key.")
]
CoSigners = Annotated[
    list[str] | None,
    typer.Option("--co-signer", help="Name of a further key, where the threshold asks for it."),
]
Represents = Annotated[
    str,
    typer.Option("--represent", help="Act in this party's name, under its mandate (key or id)."),
]
ProposeIt = Annotated[
    bool,
    typer.Option("--propose", help="Propose the act: it waits for whoever has to approve it."),
]
ProposalUntil = Annotated[
    str, typer.Option("--proposal-until", help="When the proposal ends: a time, or +30d.")
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
    on_title = "title" in fields and fields["title"].required
    members = {
        name: field
        for name, field in fields.items()
        if name != "last_act" and not (on_title and name == "title")
    }
    parameters = _common_parameters()
    if on_title:
        parameters.append(_parameter("title", _TITLE))
    if "last_act" in fields:
        parameters.append(_parameter("last_act", _LAST_ACT, ""))
    unstated = {} if rule.name.startswith("capital.") else UNSTATED  # a sum there is always said
    parameters += [_member(field, unstated) for field in members.values()]

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


_TITLE = Annotated[str, typer.Argument(help="Title id, or PROVIDER:CODE:REFERENCE.")]
_LAST_ACT = Annotated[str, typer.Option("--last-act", help="As you saw it; else looked up.")]


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
        _parameter("represent", Represents, ""),
        _parameter("propose", ProposeIt, False),
        _parameter("proposal_until", ProposalUntil, "+30d"),
        _parameter("node", NodeUrl, DEFAULT_NODE),
        _parameter("data", Data, DATA),
        _parameter("key_folder", Keys, None),
        _parameter("passphrase_file", PassphraseFile, None),
        _parameter("as_json", Json, False),
    ]


def _member(field: msgspec.structs.FieldInfo, unstated: Mapping[str, object]) -> inspect.Parameter:
    annotation, required = option_of(field)
    default: Any = inspect.Parameter.empty if required else None
    if required and is_list(field):
        default = "[]" if is_structured(field) else []
    default = unstated.get(field.name, default)
    return _parameter(f"member_{field.name}", annotation, default)


def _run(
    rule: Rule,
    given: dict[str, Any],
    members: dict[str, msgspec.structs.FieldInfo],
    *,
    on_title: bool,
) -> None:
    keys: Path = given["key_folder"] or given["data"] / "keys"
    wallet = Wallet(keys, passphrase(given["passphrase_file"]))
    with Node(given["node"]) as node:
        actor = wallet.actor(
            node,
            given["signer"],
            controller=given["actor"],
            co_signers=tuple(given["co_signer"] or ()),
            represents=given["represent"],
        )
        body = Members(wallet, Shelf(given["data"] / "documents")).body(members, given)
        if on_title:
            title, record = node.title(given["title"])
            body["title"] = title
            if "last_act" in given:
                body["last_act"] = given["last_act"] or record["last_act"]
        elif "last_act" in given:
            body["last_act"] = given["last_act"] or _last_act(node, body)
        until = time_of(given["proposal_until"]) if given["propose"] else 0
        kind = BEGINS.get(rule.name)
        made = {kind: document_id(kind, actor.network, actor.acts_for, body)} if kind else {}
        do(actor, rule.name, body, until=until, as_json=given["as_json"], **made)


def _brought(act: str, transaction: str, body: dict[str, Any]) -> dict[str, object]:
    """Ids of what an act of capital brought into being, by what they are of."""
    if act == "capital.SPLIT_RECEIVABLE":
        numbers = range(len(body["parts"]))
        return {"receivables": [made_id("receivable", transaction, one) for one in numbers]}
    kind = MAKES.get(act)
    return {} if kind is None else {kind: made_id(kind, transaction)}


BEGINS = {
    "cargo.OPEN_CONSIGNMENT": "consignment",
    "cargo.REQUEST_BOOKING": "booking",
    "cargo.SUBMIT_INSTRUCTIONS": "instructions",
}
"""Acts by which something comes to be, whose id is then told."""

MAKES = {
    "capital.CONFIRM_INVOICE": "receivable",
    "capital.INVOICE": "payable",
    "capital.MERGE_RECEIVABLES": "receivable",
}
"""Acts whose transaction gives the id of what comes to be."""

_DOCUMENTS = ("booking", "instructions", "consignment")


def _last_act(node: Node, body: dict[str, Any]) -> str:
    """The last act on the document, or on the box's pick-up right, that an act names."""
    for kind in _DOCUMENTS:
        if kind in body:
            return str(node.cargo(kind, str(body[kind]))["last_act"])
    for kind, look in (("payable", payable_of), ("receivable", receivable_of)):
        if kind in body:
            return str(look(node, str(body[kind]))["last_act"])
    right = node.box(str(body["box"])).get("right")
    if right is None:
        raise NotFoundError("there is no pick-up right for this box")
    return str(right["last_act"])


def do(
    actor: ActorOf, act: str, body: dict[str, Any], *, until: int, as_json: bool, **more: object
) -> None:
    """Do an act, or propose it until a time, where one is given; report what came of it."""
    if not until:
        outcome = actor.act(act, body)
        brought = _brought(act, outcome.transaction, body)
        finish(outcome, as_json=as_json, **brought, **more)
        return
    act_hash, outcome = actor.propose(act, body, until=until)
    outcome.require_committed()
    finish(outcome, as_json=as_json, act_hash=act_hash, **waiting(actor.node, act_hash), **more)


def waiting(node: Node, act_hash: str) -> dict[str, object]:
    """Whom a proposal waits for; nobody once it was carried out."""
    try:
        waits_for = node.proposal(act_hash)["waits_for"]
    except NotFoundError:
        waits_for = []
    return {"carried_out": not waits_for, "waits_for": waits_for}


def finish(outcome: Outcome, *, as_json: bool, **more: object) -> None:
    """Report an outcome, or end as its refusal says."""
    outcome.require_committed()
    told = {**msgspec.to_builtins(outcome), **more}

    def tell(console: Console) -> None:
        console.print(f"[green]committed[/] at height {outcome.height}: {outcome.transaction}")
        for name, value in more.items():
            console.print(f"{name.replace('_', ' ')}: {_in_words(value)}")

    report(told, as_json=as_json, tell=tell)


def _in_words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(one) for one in value) or "nobody"
    return str(value)
