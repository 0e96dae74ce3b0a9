# SPDX-License-Identifier: Apache-2.0
"""Issue a document: keep it with its salt, commit to it, and name its parties' controllers."""

from dataclasses import dataclass
from pathlib import Path

from ropewalk.client.actor import Actor
from ropewalk.client.document import TransportDocument
from ropewalk.client.errors import PartiesError
from ropewalk.client.fingerprints import fingerprints_of
from ropewalk.client.node import Outcome
from ropewalk.client.papers import salt_of_draft
from ropewalk.client.shelf import Kept, Shelf
from ropewalk.client.terms import SECRET_SIZE, NoCargoError, Terms, terms_of
from ropewalk.crypto import SALT_SIZE, Value, document_commitment, random_bytes
from ropewalk.title import title_id


@dataclass(frozen=True, slots=True)
class Controllers:
    """Who stands behind the document's parties, "" where the document names none."""

    shipper: str
    consignee: str = ""
    endorsee: str = ""
    issue_to: str = ""
    """First possessor of a bill; the shipper unless named."""


@dataclass(frozen=True, slots=True)
class OnBoard:
    """That the goods are on board, since when, and what overrides missing evidence (T31)."""

    date: str
    override: str = ""
    """Commitment to the reason, hex; it stands in the title for everybody to see."""


@dataclass(frozen=True, slots=True)
class Particulars:
    """What a carrier says of a title beside its document and parties."""

    house_of: str = ""
    """The master bill's title, where this is a house bill."""
    secret: bytes = b""
    """The consignment's, where it was made before the document; else a new one."""
    on_board: OnBoard | None = None
    """That the goods are on board, to be held to the terminals' loading events."""
    draft: str = ""
    """Shipping instructions whose approved draft the document is."""
    fingerprint_key: bytes = b""
    """The network's, where its banks are warned of cargo that is billed twice."""


def issue_body(
    document: TransportDocument,
    salt: bytes,
    governing_law: str,
    parties: Controllers,
    terms: Terms | None = None,
) -> dict[str, Value]:
    """The ISSUE's body for a document.

    Args:
        document: the document, verbatim.
        salt: 32 random bytes, to be kept with it.
        governing_law: a recognised code, such as `GB`.
        parties: controllers of the parties it names.
        terms: of its goods and voyage; without them it can't be split or combined.

    Raises:
        PartiesError: the document names an endorsee or consignee and no controller is given for
            it, or the other way round.
    """
    _check_parties(document, parties)
    body: dict[str, Value] = {
        "carrier_code": document.reference.carrier.code,
        "carrier_code_list_provider": document.reference.carrier.provider,
        "commitment": document_commitment(salt, document.data, document.checksum),
        "document_type": document.document_type,
        "governing_law": governing_law,
        "is_to_order": document.is_to_order,
        "shipper": parties.shipper,
        "transport_document_reference": document.reference.reference,
    }
    if document.document_type == "BOL":
        body["issue_to"] = parties.issue_to or parties.shipper
    if terms is not None:
        body.update(terms.members())
    if parties.consignee:
        body["consignee"] = parties.consignee
    if parties.endorsee:
        body["endorsee"] = parties.endorsee
    return body


def _check_parties(document: TransportDocument, parties: Controllers) -> None:
    """A document's endorsee left out would make a bearer bill of it, so it is never guessed."""
    if (document.life == "to-order") != bool(parties.endorsee):
        raise PartiesError(
            "the document names an endorsee: say which controller that is"
            if document.life == "to-order"
            else f"the document names no endorsee ({document.life}), so there is none to give"
        )
    if not document.is_to_order and not parties.consignee:
        raise PartiesError(f"a {document.life} document needs its consignee's controller")


def issue(
    carrier: Actor,
    shelf: Shelf,
    document: TransportDocument,
    governing_law: str,
    parties: Controllers,
    particulars: Particulars | None = None,
) -> tuple[str, Outcome]:
    """Issue a document as a title: kept on the shelf first, then committed to on the ledger.

    Args:
        carrier: who issues.
        shelf: where document, salt and the tags' secret are kept.
        document: read verbatim.
        governing_law: a recognised code.
        parties: controllers of the parties it names.
        particulars: what the carrier says besides.

    Returns:
        The title's id and the outcome of the ISSUE.

    Raises:
        PartiesError: parties do not fit, or the cargo of an on-board bill can't be told.
        DraftError: the document is not the draft that it is said to be.
    """
    more = particulars or Particulars()
    salt = random_bytes(SALT_SIZE)
    if more.draft:
        salt = salt_of_draft(carrier.node, shelf, more.draft, document)
    kept = Kept(
        document=document.data,
        salt=salt,
        secret=more.secret or random_bytes(SECRET_SIZE),
    )
    terms = find_terms(document, kept.secret)
    body = issue_body(document, kept.salt, governing_law, parties, terms)
    body |= _particulars(document, more)
    if more.on_board is not None:
        if terms is None or not terms.cargo.equipments:
            raise PartiesError("an on-board bill tells its boxes, and this document names none")
        body["on_board"] = terms.on_board(more.on_board.date, more.on_board.override)
    identifier = title_id(carrier.network, carrier.controller, dict(body))
    shelf.keep(identifier, kept)
    outcome = carrier.act("title.ISSUE", body)
    if outcome.status == "refused":
        shelf.discard(identifier)
    elif more.draft and outcome.status == "committed":
        shelf.discard(str(body["commitment"]))  # it is kept under the title from now on
    return identifier, outcome


def _particulars(document: TransportDocument, more: Particulars) -> dict[str, Value]:
    """Draft, fingerprints and master bill, as far as there are any."""
    found: dict[str, Value] = {"draft": more.draft, "house_of": more.house_of}
    found = {name: value for name, value in found.items() if value}
    shown = fingerprints_of(document, more.fingerprint_key) if more.fingerprint_key else None
    return found if shown is None else {**found, "fingerprints": shown}


def find_terms(document: TransportDocument, secret: bytes) -> Terms | None:
    """A document's terms, None where its cargo can't be told in a list."""
    try:
        return terms_of(document, secret)
    except NoCargoError:
        return None


def read_document(path: Path) -> TransportDocument:
    """A transport document from a file, verbatim.

    Raises:
        DocumentError: it can't be read in one way.
        OSError: the file can't be read.
    """
    return TransportDocument.parse(path.read_bytes())
