# SPDX-License-Identifier: Apache-2.0
"""`ropewalk title reissue`, `split`, `combine`, `switch-to-electronic`: documents for documents.

Each takes DCSA transport documents, keeps them with their salts, and proposes the act: whoever
else has to approve it does so with `ropewalk proposal approve`.
"""

from pathlib import Path
from typing import Annotated

import typer

from ropewalk.cli.acts import Actor, As, ProposalUntil, do
from ropewalk.cli.exits import UsageError, ending, errors, plain
from ropewalk.cli.members import time_of
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
from ropewalk.client import (
    SECRET_SIZE,
    Controllers,
    Kept,
    Node,
    Replacement,
    Shelf,
    Terms,
    TransportDocument,
    combine_body,
    find_terms,
    issue_body,
    read_document,
    reissue_body,
    replace,
    split_body,
    terms_of,
)
from ropewalk.client import Actor as ActorOf
from ropewalk.crypto import SALT_SIZE, random_bytes
from ropewalk.title import title_id

Title = Annotated[str, typer.Argument(help="Title id, or PROVIDER:CODE:REFERENCE.")]
Document = Annotated[Path, typer.Option("--document", help="The new DCSA transport document.")]
Role = Annotated[str, typer.Option(help="Controller id or key name; as in the title if unset.")]
Law = Annotated[str, typer.Option("--law", help="Governing law; as in the title if unset.")]


class _Desk:
    """Node, wallet and shelf of one command."""

    def __init__(self, node: Node, data: Path, key_folder: Path | None, word: str) -> None:
        self.node = node
        self.wallet = Wallet(key_folder or data / "keys", word)
        self.shelf = Shelf(data / "documents")

    def actor(self, name: str, controller: str) -> ActorOf:
        return self.wallet.actor(self.node, name, controller=controller)

    def parties(self, shipper: str, consignee: str, endorsee: str, title: str) -> Controllers:
        """The parties named, the others as in the title."""
        _, record = self.node.title(title)
        given = {"shipper": shipper, "consignee": consignee, "endorsee": endorsee}
        chosen = {
            role: self.wallet.controller(name) if name else str(record[role])
            for role, name in given.items()
        }
        return Controllers(**chosen)

    def terms(self, title: str) -> Terms:
        """The terms that a title was issued with, from its document on the shelf."""
        kept = self.shelf.get(title)
        if not kept.secret:
            raise UsageError(
                f"title {title} was issued without a cargo list, or its secret is lost"
            )
        return terms_of(TransportDocument.parse(kept.document), kept.secret)


def _read(path: Path) -> TransportDocument:
    read = read_document(path)
    for warning in read.warnings:
        errors.print(plain(f"warning: {path.name}: {warning.where or 'document'}: {warning.text}"))
    return read


def reissue(
    title: Title,
    document: Document,
    key: As,
    shipper: Role = "",
    consignee: Role = "",
    endorsee: Role = "",
    law: Law = "",
    actor: Actor = "",
    proposal_until: ProposalUntil = "+30d",
    node: NodeUrl = DEFAULT_NODE,
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Propose an amended document in the place of one surrendered for amendment."""
    with ending(as_json=as_json), Node(node) as connected:
        desk = _Desk(connected, data, key_folder, passphrase(passphrase_file))
        carrier = desk.actor(key, actor)
        parent = connected.title(title)
        parties = desk.parties(shipper, consignee, endorsee, title)
        made = replace(carrier.network, desk.shelf, parent, _read(document), parties, law)
        body = reissue_body(parent, made)
        until = time_of(proposal_until)
        do(carrier, "title.REISSUE", body, until=until, as_json=as_json, replacement=made.title)


def split(
    title: Title,
    document: Annotated[list[Path], typer.Option("--document", help="A part's document; each.")],
    key: As,
    actor: Actor = "",
    proposal_until: ProposalUntil = "+30d",
    node: NodeUrl = DEFAULT_NODE,
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Propose several bills in the place of one; packages, weight and volume are conserved."""
    with ending(as_json=as_json), Node(node) as connected:
        desk = _Desk(connected, data, key_folder, passphrase(passphrase_file))
        holder = desk.actor(key, actor)
        parent = connected.title(title)
        parts = [_made(desk, holder, parent, path) for path in document]
        body = split_body(parent, desk.terms(parent[0]), parts)
        children = [one.title for one in parts]
        until = time_of(proposal_until)
        do(holder, "title.SPLIT", body, until=until, as_json=as_json, children=children)


def combine(
    titles: Annotated[list[str], typer.Argument(help="Titles, by id or reference.")],
    document: Document,
    key: As,
    actor: Actor = "",
    proposal_until: ProposalUntil = "+30d",
    node: NodeUrl = DEFAULT_NODE,
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Propose one bill in the place of several that agree in everything but cargo."""
    with ending(as_json=as_json), Node(node) as connected:
        desk = _Desk(connected, data, key_folder, passphrase(passphrase_file))
        holder = desk.actor(key, actor)
        parents = [connected.title(one) for one in titles]
        made = _made(desk, holder, parents[0], document)
        body = combine_body([(one, desk.terms(one[0])) for one in parents], made)
        until = time_of(proposal_until)
        do(holder, "title.COMBINE", body, until=until, as_json=as_json, replacement=made.title)


def _made(
    desk: _Desk, actor: ActorOf, parent: tuple[str, dict[str, object]], path: Path
) -> Replacement:
    return replace(actor.network, desk.shelf, parent, _read(path))


def switch_to_electronic(
    document: Document,
    paper: Annotated[str, typer.Option("--paper", help="Commitment to the paper bill, hex.")],
    holder: Annotated[str, typer.Option("--holder", help="Who gave up the paper: key or id.")],
    key: As,
    title: Annotated[
        str, typer.Option("--title", help="The title whose place the paper bill had taken.")
    ] = "",
    shipper: Role = "",
    consignee: Role = "",
    endorsee: Role = "",
    law: Law = "",
    actor: Actor = "",
    proposal_until: ProposalUntil = "+30d",
    node: NodeUrl = DEFAULT_NODE,
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Propose a title in a paper bill's place; the carrier attests that the paper was given up."""
    with ending(as_json=as_json), Node(node) as connected:
        desk = _Desk(connected, data, key_folder, passphrase(passphrase_file))
        carrier, read = desk.actor(key, actor), _read(document)
        body: dict[str, object] = {"paper": paper}
        if title:
            former = connected.title(title)
            parties = desk.parties(shipper, consignee, endorsee, title)
            made = replace(carrier.network, desk.shelf, former, read, parties, law)
            body["title"] = former[0]
        else:
            named = [desk.wallet.controller(one) if one else "" for one in (consignee, endorsee)]
            sender = desk.wallet.controller(shipper or holder)
            made = _from_paper(desk, carrier, read, Controllers(sender, *named), law)
        body["replacement"] = {**made.issue, "issue_to": desk.wallet.controller(holder)}
        until = time_of(proposal_until)
        do(carrier, "title.SWITCH_TO_ELECTRONIC", body, until=until, as_json=as_json)


def _from_paper(
    desk: _Desk, carrier: ActorOf, read: TransportDocument, parties: Controllers, law: str
) -> Replacement:
    """A document that was never on this ledger, kept and committed to."""
    if not law:
        raise UsageError("a bill that began on paper needs its governing law: --law")
    kept = Kept(read.data, random_bytes(SALT_SIZE), random_bytes(SECRET_SIZE))
    terms = find_terms(read, kept.secret)
    body = issue_body(read, kept.salt, law, parties, terms)
    made = title_id(carrier.network, carrier.controller, dict(body))
    desk.shelf.keep(made, kept)
    return Replacement(title=made, issue=body, terms=terms)
