# SPDX-License-Identifier: Apache-2.0
"""All forged bundles, with the item of formats.md, 8, that each must fail at."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from verifier import (
    forged_acts,
    forged_approvals,
    forged_chains,
    forged_controls,
    forged_credit,
    forged_exchanges,
    forged_families,
    forged_records,
)


@dataclass(frozen=True, slots=True)
class Forgery:
    """A forged bundle and the item that must fail; "" for one that is in order."""

    name: str
    failed_item: str
    bundle: Mapping[str, Any]
    challenge: str = ""
    """The verifier's file, where it is a proof of control."""

    def description(self) -> dict[str, object]:
        """As the vectors write it down."""
        told: dict[str, object] = {
            "bundle": self.bundle,
            "failed_item": self.failed_item,
            "name": self.name,
            "trust": "genesis.json",
        }
        return {**told, "challenge": self.challenge} if self.challenge else told


def forgeries() -> list[Forgery]:
    """Every forged bundle."""
    groups = {
        "orderly": forged_chains.orderly(),
        "signed": forged_acts.signed(),
        "consented": forged_acts.consented(),
        "entries": forged_acts.entries(),
        "blocks": forged_records.blocks(),
        "records": forged_records.records(),
        "chains": {**forged_chains.chains(), **forged_chains.issues()},
        "titles": forged_records.titles(),
        "credit, orderly": forged_credit.orderly(),
        "credit": forged_credit.chains(),
        "hidden": forged_credit.hidden(),
        "said": forged_credit.said(),
        "exchanges, orderly": forged_exchanges.orderly(),
        "exchanges": forged_exchanges.chains(),
        "exchanges hidden": forged_exchanges.hidden(),
        "exchanges said": forged_exchanges.said(),
        "fingerprints": forged_exchanges.issues(),
        "families, orderly": forged_families.orderly(),
        "splits": forged_families.splits(),
        "strangers": forged_families.strangers(),
        "cut": forged_families.cut(),
        "combinations": forged_families.combinations(),
        "amendments": forged_families.amendments(),
        "papers": forged_families.papers(),
        "approvals": forged_approvals.written(),
        "approvals shown": forged_approvals.shown(),
        "thresholds": forged_approvals.thresholds(),
        "represented": forged_approvals.represented(),
    }
    found = [
        Forgery(f"{group}: {name}", item, value)
        for group, table in groups.items()
        for name, (item, value) in table.items()
    ]
    return found + [
        Forgery(f"controls: {name}", item, value, forged_controls.CHALLENGE)
        for name, (item, value) in forged_controls.controls().items()
    ]
