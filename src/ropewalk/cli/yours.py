# SPDX-License-Identifier: Apache-2.0
"""The demo's voyage that nobody has played yet: one reefer of cherries, to be played by hand.

The box is loaded, the importer has its money, the document lies ready on the carrier's desk. What
follows, from the issue to the gate, is done by hand from the desks of its parties.
"""

from pathlib import Path
from typing import Any

from ropewalk.cli.lives import (
    CARRIER,
    CONSIGNEE,
    CUSTOMS,
    DISCHARGE_TERMINAL,
    OTHER_BANK,
    SHIPPER,
)
from ropewalk.cli.quayside import Quayside
from ropewalk.cli.troupe import Troupe, made_up
from ropewalk.client import SECRET_SIZE, TransportDocument, on_board_date
from ropewalk.codes import Money
from ropewalk.crypto import random_bytes, to_base64

USD = "USD"
PRICE, LOAN = 20_600_000, 15_000_000
"""USD 206,000 for the goods, of which the importer's bank lends the exporter 150,000."""
PARTS = {
    "carrier": CARRIER,
    "shipper": SHIPPER,
    "bank": OTHER_BANK,
    "consignee": CONSIGNEE,
    "customs": CUSTOMS,
    "terminal": DISCHARGE_TERMINAL,
}


def prepare(troupe: Troupe, folder: Path) -> dict[str, Any]:
    """Load the box, place the money; what the portal has to know of the voyage.

    Args:
        troupe: who plays.
        folder: of the examples.
    """
    document = TransportDocument.parse((folder / "yours.json").read_bytes())
    secret = random_bytes(SECRET_SIZE)
    quay = Quayside(troupe.parties, troupe.note, document, secret)
    date = on_board_date(document)
    quay.load(document, date)
    placed = {
        "amount": str(PRICE),
        "currency": USD,
        "customer": troupe.id(CONSIGNEE),
        "entry": made_up("entry of your own voyage"),
    }
    told = f"{OTHER_BANK}: PLACE_DEPOSIT of {Money(PRICE, USD)} for {CONSIGNEE}"
    troupe.does(OTHER_BANK, "capital.PLACE_DEPOSIT", placed, told=told)
    return {
        "boxes": [one.tag for one in quay.boxes],
        "currency": USD,
        "document": to_base64(document.data),
        "law": troupe.law,
        "loan": str(LOAN),
        "on_board": date,
        "parties": {part: troupe.id(name) for part, name in PARTS.items()},
        "price": str(PRICE),
        "reference": str(document.reference),
        "secret": to_base64(secret),
    }
