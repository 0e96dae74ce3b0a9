# SPDX-License-Identifier: Apache-2.0
"""Bodies of the acts by which documents take one another's place: re-issue, split, combine.

What the new document leaves unsaid is taken from the title it replaces. The documents are kept
with salts on the shelf before anything is proposed; bills that take one another's place share the
secret of their tags, so that the ledger can hold them to the same shipment and goods.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ropewalk.client.document import TransportDocument
from ropewalk.client.errors import PartiesError
from ropewalk.client.issuing import Controllers, issue_body
from ropewalk.client.shelf import Kept, Shelf
from ropewalk.client.terms import Terms, terms_of
from ropewalk.crypto import SALT_SIZE, Value, random_bytes
from ropewalk.title import title_id

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Replacement:
    """A document that takes a title's place, ready to be proposed."""

    title: str
    """The id its title will have."""
    issue: dict[str, Value]
    terms: Terms | None


def replace(
    network: str,
    shelf: Shelf,
    parent: tuple[str, Record],
    document: TransportDocument,
    parties: Controllers | None = None,
    governing_law: str = "",
) -> Replacement:
    """The body of a replacement's ISSUE; the document goes on the shelf.

    Args:
        network: id of the network.
        shelf: holds the replaced document's secret, and takes the new one.
        parent: id and record of the title whose place it takes.
        document: the new document, read verbatim.
        parties: controllers of the parties it names; as in the title unless given.
        governing_law: as in the title unless given.

    Raises:
        PartiesError: the parties do not fit the document, or the secret is not on the shelf.
        NoCargoError: the title has terms, and the new document's cargo can't be told.
    """
    identifier, record = parent
    chosen = parties or Controllers(
        shipper=record["shipper"], consignee=record["consignee"], endorsee=record["endorsee"]
    )
    kept = shelf.find(identifier)
    secret = kept.secret if kept is not None else b""
    terms = None
    if "shipment" in record or "cargo" in record:
        if not secret:
            raise PartiesError(
                "the secret of this consignment's tags is not here: whoever issued or received "
                f"the document has it; put {identifier}.secret on the shelf"
            )
        terms = terms_of(document, secret)
    salt = random_bytes(SALT_SIZE)
    law = governing_law or str(record["governing_law"])
    body = issue_body(document, salt, law, chosen, terms)
    if "issue_to" in body:
        body["issue_to"] = record["surrendered_by"] or record["possessor"]
    made = title_id(network, str(record["issuer"]), dict(body))
    shelf.keep(made, Kept(document=document.data, salt=salt, secret=secret))
    return Replacement(title=made, issue=body, terms=terms)


def reissue_body(parent: tuple[str, Record], made: Replacement) -> dict[str, Value]:
    """The body of REISSUE."""
    return {**_seen(parent), "replacement": made.issue}


def split_body(
    parent: tuple[str, Record], whole: Terms, parts: Sequence[Replacement]
) -> dict[str, Value]:
    """The body of SPLIT.

    Args:
        parent: id and record of the title.
        whole: its own terms.
        parts: what takes its place.
    """
    return {
        **_seen(parent),
        "cargo": whole.cargo_value(),
        "children": [_part(one) for one in parts],
    }


def combine_body(
    parents: Sequence[tuple[tuple[str, Record], Terms]], made: Replacement
) -> dict[str, Value]:
    """The body of COMBINE.

    Args:
        parents: ids, records and terms of the titles.
        made: what takes their place.
    """
    ordered = sorted(parents, key=lambda one: one[0][0])
    return {
        "parents": [{**_seen(parent), "cargo": terms.cargo_value()} for parent, terms in ordered],
        "replacement": _part(made),
    }


def _seen(parent: tuple[str, Record]) -> dict[str, Value]:
    return {"last_act": str(parent[1]["last_act"]), "title": parent[0]}


def _part(made: Replacement) -> dict[str, Value]:
    if made.terms is None:
        raise PartiesError("a title that was issued without a cargo list can't be split")
    return {"cargo": made.terms.cargo_value(), "issue": made.issue}
