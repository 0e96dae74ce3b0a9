# SPDX-License-Identifier: Apache-2.0
"""The document as PDF/A-3: its sheet for people, its bundle attached for machines.

The browser alone has the document in clear; it hands it over for this one answer, and nothing of it
is kept here. What is not what the ledger commits to is not made into a sheet.
"""

import json
import re
import tempfile
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import segno
import typst
from fastapi import APIRouter, Request
from starlette.responses import Response

from ropewalk.api import Reader, of, parameters
from ropewalk.client import (
    DocumentError,
    History,
    Kept,
    TransportDocument,
    bundle_of,
    content_commitment,
)
from ropewalk.crypto import EncodingError, from_base64
from ropewalk.portal.errors import MalformedSheetError, NoSuchPageError
from ropewalk.portal.pages import PageRoute, Portal, Records, guard_page, portal_of
from ropewalk.portal.sent import read_body
from ropewalk.portal.sessions import require_own_page

router = APIRouter(route_class=PageRoute, include_in_schema=False)
TEMPLATE: Final = Path(__file__).with_name("sheet.typ")
STANDARD: Final = "a-3b"
PDF: Final = "application/pdf"
BODY_MAX: Final = 2 * 1024 * 1024
TEXT_MAX: Final = 20_000
"""Characters of one box of the sheet."""
Json = Mapping[str, Any]
MARK: Final = "\N{REPLACEMENT CHARACTER}"
_RUN: Final = re.compile(r"\S{200}(?=\S)")
"""A word that no line holds, and no PDF as one piece."""
_UNPRINTABLE: Final = "the texts of this document can't be set as a sheet; save the bundle instead"
_LACKING: Final = "could not be displayed"
_FOREIGN: Final = re.compile(r"[^\u0000-\u052f\u2000-\u206f\u20a0-\u20bf]")
"""All but Latin, Greek, Cyrillic, punctuation and currencies, which typst's own fonts have."""
_FREE: Final = frozenset({"carrierClauses", "descriptionOfGoods", "termsAndConditions"})
"""Members in which lines are the writer's own; elsewhere a line is a member."""
_UNSEEN: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
"""Characters that can't be seen, beside those of the categories C, Zl and Zp."""


class _Handed(msgspec.Struct, forbid_unknown_fields=True):
    document: str
    salt: Annotated[str, msgspec.Meta(max_length=64)]


@router.post("/titles/{title}/sheet.pdf", dependencies=[guard_page("portal.read")])
async def sheet(request: Request, title: parameters.TitlePath) -> Response:
    """The title's sheet as PDF/A-3, its bundle inside."""
    require_own_page(request)
    here, portal = of(request), portal_of(request)
    kept = await _kept(request)
    identifier = await here.reads.run(Reader(here.engine, proving=False).title, title)
    record = await here.reads.run(Records(here).fields, f"title/{identifier}")
    if content_commitment(kept.salt, kept.document) != record["commitment"]:
        raise MalformedSheetError("this is not the document that the ledger commits to")
    history = await here.waiting.run(here.engine.history, identifier)
    if history is None:
        raise NoSuchPageError("the ledger has no title under this id")
    network = here.engine.condition().network
    bundle = bundle_of(History(**msgspec.to_builtins(history)), network, identifier, kept)
    address = f"{request.url.scheme}://{request.headers.get('host', '')}/titles/{identifier}"
    about = {"title": identifier, "network": network, "commitment": record["commitment"]}
    told = {**_told(portal, kept.document, record), **about, "qr": address}
    made = await here.weighing.run(_printed, told, bundle, address)
    name = f'attachment; filename="{identifier}.pdf"'
    headers = {"content-disposition": name, "cache-control": "no-store"}
    return Response(made, media_type=PDF, headers=headers)


async def _kept(request: Request) -> Kept:
    too_large = MalformedSheetError("a sheet is made of documents of at most 1.5 MB")
    body = await read_body(request, BODY_MAX, too_large)
    try:
        found = msgspec.json.decode(body, type=_Handed)
        return Kept(from_base64(found.document), from_base64(found.salt))
    except (msgspec.MsgspecError, EncodingError) as error:
        raise MalformedSheetError("a document and its salt, base64, make a sheet") from error


def _told(portal: Portal, data: bytes, record: Json) -> dict[str, Any]:
    """All that the sheet says."""
    text = portal.text
    try:
        document = TransportDocument.parse(data)
    except DocumentError as error:
        raise MalformedSheetError(f"this document has no sheet: {error}") from error
    content = shown_members(document)
    return {
        "attached": text("sheet.attached"),
        "boxes": [
            {
                "name": text(f"script.sheet.{key}"),
                "value": set_apart(value[:TEXT_MAX]),
                "wide": is_wide,
            }
            for key, value, is_wide in boxes(content)
            if value
        ],
        "footer": text("sheet.footer"),
        "kind": text.get(f"document.{record['document_type']}", record["document_type"]),
        "proves": text("sheet.proves"),
        "reference": str(record["reference"]),
        "status": str(record["status"]),
        "without": text("sheet.without"),
    }


def shown_members(document: TransportDocument) -> Json:
    """The document's own members as they are shown, wherever the file holds them.

    Numbers are their texts in the document; what can't be seen in a text is spelt.
    """
    top = json.loads(document.data, parse_float=str, parse_int=str)
    found: Json = _shown(top[document.wrapped_in] if document.wrapped_in else top, "")
    return found


def _shown(value: Any, name: str) -> Any:
    if isinstance(value, str):
        lines = value.replace("\r\n", "\n").split("\n") if name in _FREE else [value]
        return "\n".join(visible(one) for one in lines)
    if isinstance(value, list):
        return [_shown(one, name) for one in value]
    if isinstance(value, dict):
        return {key: _shown(one, key) for key, one in value.items()}
    return ""


def visible(text: str) -> str:
    """A text of others' making, what can't be seen in it spelt out: as wording.mjs has it."""
    return "".join(f"\u2039U+{ord(one):04X}\u203a" if _is_unseen(one) else one for one in text)


def _is_unseen(one: str) -> bool:
    category = unicodedata.category(one)
    return category[0] == "C" or category in {"Zl", "Zp"} or one in _UNSEEN


def boxes(content: Json) -> Iterator[tuple[str, str, bool]]:
    """The boxes of the sheet: what each is about, its text, whether it takes the whole width.

    Args:
        content: of `shown_members`.
    """
    parties, transports = _in(content, "documentParties"), _in(content, "transports")
    yield "shipper", _party(_in(parties, "shipper")), False
    yield "consignee", _party(_in(parties, "consignee") or _in(parties, "endorsee")), False
    notified = "\n\n".join(_party(one) for one in _all(parties, "notifyParties"))
    yield "notify", notified, False
    yield "carrier", _party(_in(parties, "issuingParty")), False
    yield "vessel", "\n".join(_voyage(one) for one in _all(transports, "vesselVoyages")), False
    yield "loading", _place(_in(transports, "portOfLoading")), False
    yield "discharge", _place(_in(transports, "portOfDischarge")), False
    yield "dates", _dates(content), False
    yield "goods", "\n\n".join(_goods(one) for one in _all(content, "consignmentItems")), True
    equipments = _all(content, "utilizedTransportEquipments")
    yield "boxes", "\n".join(_equipment(one) for one in equipments), True
    clauses = _texts(content, "carrierClauses")
    yield "terms", _lines(*clauses, *_texts(content, "termsAndConditions")), True


def _in(content: Json, name: str) -> Json:
    found = content.get(name)
    return found if isinstance(found, dict) else {}


def _all(content: Json, name: str) -> list[Json]:
    found = content.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _lines(*texts: str) -> str:
    return "\n".join(one for one in texts if one)


def _texts(content: Json, name: str) -> list[str]:
    """Texts of a list; a text that stands for a list of one."""
    found = content.get(name)
    return [one for one in (found if isinstance(found, list) else [found]) if isinstance(one, str)]


def _words(content: Json, *names: str) -> str:
    found = (content.get(name) for name in names)
    return " ".join(one for one in found if isinstance(one, str) and one)


def _party(party: Json) -> str:
    address = _in(party, "address")
    return _lines(
        _words(party, "partyName"),
        _words(address, "street", "streetNumber"),
        _words(address, "postCode", "city", "countryCode"),
    )


def _place(place: Json) -> str:
    return _words(place, "locationName", "UNLocationCode")


def _voyage(voyage: Json) -> str:
    return _words(voyage, "vesselName", "carrierExportVoyageNumber")


def _dates(content: Json) -> str:
    issued = f"{_words(content, 'issueDate')} {_place(_in(content, 'placeOfIssue'))}".strip()
    return _lines(_words(content, "shippedOnBoardDate", "receivedForShipmentDate"), issued)


def _goods(item: Json) -> str:
    codes = ", ".join(_texts(item, "HSCodes"))
    return _lines(
        *_texts(item, "descriptionOfGoods"),
        f"HS {codes}" if codes else "",
        *(_cargo(one) for one in _all(item, "cargoItems")),
    )


def _cargo(cargo: Json) -> str:
    packed, weight = _in(cargo, "outerPackaging"), _in(cargo, "cargoGrossWeight")
    parts = (
        _words(cargo, "equipmentReference"),
        _words(packed, "numberOfPackages", "description"),
        _words(weight, "value", "unit"),
    )
    return ", ".join(one for one in parts if one)


def _equipment(used: Json) -> str:
    seals = " ".join(_words(one, "number") for one in _all(used, "seals"))
    parts = (_words(_in(used, "equipment"), "equipmentReference", "ISOEquipmentCode"), seals)
    return ", ".join(one for one in parts if one)


def set_apart(text: str) -> str:
    """A text without endless words: a blank after every so many characters without one."""
    return _RUN.sub(lambda found: f"{found[0]} ", text)


def _printed(told: Json, bundle: bytes, address: str) -> bytes:
    """The sheet; where the node's fonts lack a writing, with a mark in its place, which is told."""
    try:
        return _made({**told, "lacking": ""}, bundle, address)
    except typst.TypstError as error:
        if _LACKING not in str(error):
            raise MalformedSheetError(_UNPRINTABLE) from error
    known: Json = msgspec.json.decode(_FOREIGN.sub(MARK, msgspec.json.encode(told).decode()))
    try:
        return _made({**known, "lacking": told["without"]}, bundle, address)
    except typst.TypstError as error:
        raise MalformedSheetError(_UNPRINTABLE) from error


def _made(told: Mapping[str, Any], bundle: bytes, address: str) -> bytes:
    with tempfile.TemporaryDirectory(prefix="ropewalk-sheet-") as name:
        folder = Path(name)
        (folder / "sheet.typ").write_bytes(TEMPLATE.read_bytes())
        (folder / "sheet.json").write_bytes(msgspec.json.encode(told))
        (folder / "bundle.json").write_bytes(bundle)
        segno.make(address, error="m").save(str(folder / "qr.svg"), border=2)
        made = typst.compile(str(folder / "sheet.typ"), root=name, pdf_standards=STANDARD)
    return bytes(made)
