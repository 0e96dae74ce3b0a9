# SPDX-License-Identifier: Apache-2.0
"""Histories told by hand and held to machine and model at once, act by act."""

import hashlib
from typing import Any

from ledger.world import IDS, content, salt
from model.adversary import Adversary
from model.cargo_reasons import day_of
from model.cargo_release_model import on_board_hash
from model.moves_of_gate import presented
from model.title_model import Body, canonical, title_id
from ropewalk.ledger import Candidate

BOX = salt("the box")
HOUR = 3_600
ITEMS = hashlib.sha256(canonical([])).hexdigest()
CODES = {"carrier": "ROP", "forwarder": "FWD", "other_carrier": "OTH"}


class Scripted(Adversary):
    """An adversary that does as it is told; every word is judged twice."""

    def __init__(self) -> None:
        super().__init__(1)
        self.told = 0
        self.looks = True
        """At every record after every act; a long script looks only at what was touched."""

    @property
    def now(self) -> int:
        """Time of the next block."""
        return self.world.time_s

    def later(self, seconds: int) -> None:
        """Let time pass."""
        self.decide([], seconds)

    def tries(self, who: str, act: str, **body: Any) -> str:
        """As what an act is refused, by machine and model alike; "" when it was carried out."""
        return self._outcome(self._sealed(who, act, body))

    def proposes(self, who: str, act: str, *approvers: str, **body: Any) -> str:
        """Propose it, and let those approve whom it waits for; the first refusal on the way."""
        until = self.now + 86_400
        told = {"act": act, "body": body, "until": until}
        found = self._outcome(self._sealed(who, "identity.PROPOSE", told))
        if found or not approvers:
            return found
        for one in approvers:
            (hashed,) = self.ledger.proposals
            approval = {"act_hash": hashed, "until": until}
            found = found or self._outcome(self._sealed(one, "identity.APPROVE", approval))
        return found

    def waits_for(self) -> list[str]:
        """Whom the one proposal waits for, by name."""
        names = {who: name for name, who in IDS.items()}
        (proposal,) = self.ledger.proposals.values()
        return [names[one] for one in proposal.waits_for]

    def last(self, title: str) -> Body:
        """A title and its last act."""
        return {"last_act": self.ledger.registry.titles[title][1].last, "title": title}

    def on(self, title: str, who: str, word: str, **body: Any) -> str:
        """The same for an act on a title."""
        return self.tries(who, f"title.{word}", **self.last(title), **body)

    def _sealed(self, who: str, act: str, body: Body) -> Candidate:
        actor = IDS[who]
        self.told += 1  # said twice it is two transactions
        told = content(actor, act, body, self.now + 600 + self.told % 3_000, self.world.network)
        self.cast.time, self.ledger.height = self.now, self.world.height + 1
        person = self.ledger.people[actor]
        return self.seal(told, person.active[: person.threshold])

    def _outcome(self, candidate: Candidate) -> str:
        (result,) = self.decide([candidate], 0, looks=self.looks)
        return "" if result.refusal is None else result.refusal.code

    # the trade's own words

    def document(self, issuer: str, **changes: Any) -> dict[str, Any]:
        """An ISSUE's body: a bill to the shipper's order unless told otherwise."""
        self.told += 1
        body = {
            "carrier_code": CODES[issuer],
            "carrier_code_list_provider": "SMDG",
            "commitment": salt(f"document {self.told}"),
            "document_type": "BOL",
            "endorsee": IDS["shipper"],
            "governing_law": "GB",
            "is_to_order": True,
            "issue_to": IDS["shipper"],
            "shipper": IDS["shipper"],
            "transport_document_reference": f"R{self.told}",
            **changes,
        }
        return {name: value for name, value in body.items() if value is not None}

    def waybill(self, issuer: str, to: str, **changes: Any) -> dict[str, Any]:
        """A sea waybill for somebody."""
        told = {"consignee": IDS[to], "document_type": "SWB", "is_to_order": False}
        return self.document(issuer, **told, endorsee=None, issue_to=None, **changes)

    def on_board(self, day: int = 0, *, override: bool = True) -> dict[str, Any]:
        """The members that say that the box is on board, so many days from today."""
        told = {"boxes": [BOX], "date": day_of(self.now, day), "items": ITEMS}
        if override:
            told["override"] = salt("why")
        return {"cargo": on_board_hash(told), "on_board": told}

    def issued(self, issuer: str, body: Body) -> str:
        """Issue it: the title."""
        assert self.tries(issuer, "title.ISSUE", **body) == ""
        return title_id(self.world.network, IDS[issuer], body)

    def load(self, carrier: str, day: int = 0) -> Body:
        """What a terminal says of the box."""
        told = {"box": BOX, "carrier": IDS[carrier], "date": day_of(self.now, day)}
        return {**told, "event": salt("loaded")}

    def claims(self, *loads: Body, who: str = "terminal") -> str:
        """Sign for a batch."""
        self.told += 1
        return self.tries(
            who, "cargo.CLAIM", count=1, loads=list(loads), root=salt(f"root {self.told}")
        )

    def announced(self, *titles: str, carrier: str = "carrier") -> None:
        """Announce the box under these, with the terminal's approval."""
        body = self.arrival(*titles)
        assert self.proposes(carrier, "cargo.ANNOUNCE_ARRIVAL", "terminal", **body) == ""

    def arrival(self, *titles: str) -> dict[str, Any]:
        """The body of an announcement."""
        named = {"customs": IDS["customs"], "terminal": IDS["terminal"]}
        return {"box": BOX, "titles": sorted(titles), **named}

    def orders(self, title: str, to: str) -> str:
        """Order delivery under a title."""
        told = {"boxes": [BOX], "release_to": IDS[to], "title": title}
        return self.tries("carrier", "cargo.ORDER_DELIVERY", **told)

    def grant(self, to: str, ends: int = HOUR) -> dict[str, Any]:
        """The body of a grant."""
        window = {"valid_from": self.now, "valid_until": self.now + ends}
        return {"box": BOX, "to": IDS[to], **window}

    def grants(self, to: str, ends: int = HOUR) -> str:
        """Grant the pick-up right."""
        return self.tries("carrier", "cargo.GRANT_PICK_UP", **self.grant(to, ends))

    def on_right(self, who: str, word: str, **body: Any) -> str:
        """An act on the right."""
        right = self.ledger.quay.of(BOX).right
        assert right is not None
        return self.tries(who, f"cargo.{word}", box=BOX, last_act=right.last, **body)

    def leaves(self, who: str) -> str:
        """Turn the lights green and show the right at the gate."""
        self.tries("terminal", "cargo.SET_READINESS", box=BOX, ready=True)
        self.tries("customs", "cargo.SET_CUSTOMS_STATUS", box=BOX, status="CLEARED")
        right = self.ledger.quay.of(BOX).right
        told = {"box": BOX, "challenge": salt("challenge"), "gate": "GATE-1"}
        shown = {
            **told,
            "network": self.world.network,
            "right": right.last if right else salt("no such act"),
            "time": self.now,
        }
        body = {
            **told,
            "collector": IDS[who],
            "presentation": presented(shown, self.ledger.people[IDS[who]].active[0]),
        }
        return self.tries("terminal", "cargo.GATE_OUT", **body)

    def surrendered(self, title: str, by: str = "shipper") -> None:
        """Surrender for delivery, accepted."""
        issuer = self.ledger.titles[title].issuer
        assert self.on(title, by, "SURRENDER_FOR_DELIVERY", addressee=issuer) == ""
        assert self.on(title, "carrier", "SACC") == ""
