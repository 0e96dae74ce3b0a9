# SPDX-License-Identifier: Apache-2.0
"""A portal with a box on it: loaded, billed, announced and released act by act, by its parties."""

import json
import time
from pathlib import Path
from typing import Any

from network import Someone
from portal.lodge import Lodge
from ropewalk.cargo import Presentation, present
from ropewalk.client import (
    Controllers,
    Terms,
    TransportDocument,
    box_tag,
    equipments_of,
    issue_body,
    terms_of,
)
from ropewalk.crypto import PrivateKey, Value, sha256, sha256_hex
from ropewalk.title import title_id
from verifier.asking import ROOT
from views.house import wait_for

DATE = "2026-01-06"
GATE = "GATE-1"
DAY_S = 86_400
SECRET = sha256(b"the consignment's secret")
OTHERS = {"customs": "customs", "port": "terminal", "terminal": "terminal", "haulier": "forwarder"}


def document() -> TransportDocument:
    """A bill in blank, by the network's own carrier, for one box."""
    value = json.loads((ROOT / "examples" / "yours.json").read_bytes())
    value["carrierCode"] = "TST"
    del value["documentParties"]["endorsee"]
    return TransportDocument.parse(json.dumps(value).encode())


class Pier(Lodge):
    """The box, and those who have a word on it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        for name, role in OTHERS.items():
            someone = Someone(name, PrivateKey(sha256(name.encode())))
            self.network.register(someone, role)
            self.network.parties[name] = someone
        self.document = document()
        self.box = box_tag(SECRET, equipments_of(self.document)[0])
        self.title = ""

    @property
    def here_node(self) -> Any:
        """The node, as its pages see it."""
        return self.app.state.node

    def _add(self, app: Any, told: Any) -> None:
        self.app = app
        super()._add(app, told)

    def id(self, name: str) -> str:
        """A party's controller."""
        return self.network.parties[name].controller

    def does(self, name: str, act: str, **body: Value) -> None:
        """An act that must be committed; the views have read it afterwards."""
        found = self.network.send(self.network.by(name, act, body))
        assert found.status == "committed", found
        wait_for(lambda: self.views.standing().position > found.position)

    def refused(self, name: str, act: str, **body: Value) -> str:
        """Why an act is refused."""
        found = self.network.send(self.network.by(name, act, body))
        assert found.status == "refused", found
        return found.code

    def load(self) -> None:
        """The port of loading says that the box is on board."""
        load = {
            "box": self.box,
            "carrier": self.id("carrier"),
            "date": DATE,
            "event": sha256_hex(b"a loading"),
        }
        self.does("port", "cargo.CLAIM", count=1, root=sha256_hex(b"a batch"), loads=[load])

    def issue(self, **more: Any) -> str:
        """The bill that names it."""
        terms: Terms = terms_of(self.document, SECRET)
        parties = Controllers(shipper=self.id("shipper"))
        body = issue_body(self.document, sha256(b"salt"), "GB", parties, terms)
        body["on_board"] = terms.on_board(DATE)
        self.does("carrier", "title.ISSUE", **body, **more)
        self.title = title_id(self.network.network, self.id("carrier"), dict(body))
        return self.title

    def announce(self) -> None:
        """It arrives."""
        self.does(
            "carrier",
            "cargo.ANNOUNCE_ARRIVAL",
            box=self.box,
            customs=self.id("customs"),
            terminal=self.id("terminal"),
            titles=[self.title],
        )

    def surrender(self) -> None:
        """The shipper surrenders the bill, the carrier accepts."""
        body: dict[str, Value] = {"title": self.title, "addressee": self.id("carrier")}
        act = "title.SURRENDER_FOR_DELIVERY"
        self.does("shipper", act, last_act=self.last_act("title", self.title), **body)
        last = self.last_act("title", self.title)
        self.does("carrier", "title.SACC", title=self.title, last_act=last)

    def release(self) -> None:
        """Delivery is ordered, and the right offered."""
        to = self.id("shipper")
        self.does(
            "carrier", "cargo.ORDER_DELIVERY", boxes=[self.box], release_to=to, title=self.title
        )
        now = int(time.time())
        window: dict[str, Value] = {"valid_from": now - DAY_S, "valid_until": now + DAY_S}
        self.does("carrier", "cargo.GRANT_PICK_UP", box=self.box, to=to, **window)

    def accept(self, name: str = "shipper") -> None:
        """Whoever is offered the right takes it."""
        self.on_right(name, "ACCEPT_PICK_UP")

    def on_right(self, name: str, act: str, **more: Value) -> None:
        """An act on the right as it stands."""
        last = self.last_act("right", self.box)
        self.does(name, f"cargo.{act}", box=self.box, last_act=last, **more)

    def clear(self) -> None:
        """Customs and terminal turn their lights."""
        self.does("customs", "cargo.SET_CUSTOMS_STATUS", box=self.box, status="CLEARED")
        self.does("terminal", "cargo.SET_READINESS", box=self.box, ready=True)

    def make_ready(self) -> None:
        """Loaded, billed, announced, released, cleared, and the right accepted."""
        self.load()
        self.issue()
        self.announce()
        self.surrender()
        self.release()
        self.accept()
        self.clear()

    def last_act(self, kind: str, name: str) -> str:
        """The last act on something."""
        text = self.network.engine.record(f"{kind}/{name}")
        assert text is not None
        return str(json.loads(text)[1]["last_act"])

    def presented(self, name: str, challenge: str, **changed: str) -> str:
        """The answer to a gate."""
        content = {
            "box": self.box,
            "challenge": challenge,
            "gate": GATE,
            "network": self.network.network,
            "right": self.last_act("right", self.box),
            **changed,
        }
        shown = Presentation(time=int(time.time()), **content)
        return present(shown, self.network.parties[name].key)

    def leave(self, name: str = "shipper") -> None:
        """It goes out."""
        challenge = sha256_hex(b"a challenge")
        self.does(
            "terminal",
            "cargo.GATE_OUT",
            box=self.box,
            challenge=challenge,
            collector=self.id(name),
            gate=GATE,
            presentation=self.presented(name, challenge),
        )
