# SPDX-License-Identifier: Apache-2.0
"""A tracker that the carrier puts on boxes, in a network in memory."""

from typing import Any

from cargo.quay import BOX, OTHER_BOX, claim, port
from ledger.world import IDS, TRACKER, World
from ropewalk.cargo import DeviceRecord, device_key
from ropewalk.crypto import Value
from ropewalk.ledger import LedgerError, decode_record

BOTH = sorted((BOX, OTHER_BOX))


class Rig:
    """The tracker's enrolment; acts by names."""

    def __init__(self, world: World | None = None) -> None:
        self.world = port() if world is None else world
        self.world.done("carrier", "identity.REGISTER_CONTROLLER", TRACKER)

    @property
    def record(self) -> DeviceRecord:
        """The device as it stands."""
        return decode_record(self.world.state[device_key(IDS["tracker"])], DeviceRecord)

    def body(self, **members: Any) -> dict[str, Value]:
        """The body of an act on the tracker, or on another of that name."""
        device = str(members.pop("device", "tracker"))
        return {"device": IDS[device], **members}

    def enrolled(self, by: str = "carrier") -> "Rig":
        """Enrolled by a party, with the tracker's consent."""
        self.world.agreed(by, "cargo.ENROL_DEVICE", self.body(), "tracker")
        return self

    def attached(self, *boxes: str) -> "Rig":
        """On these boxes, by the carrier."""
        self.world.done("carrier", "cargo.ATTACH_DEVICE", self.body(boxes=sorted(boxes)))
        return self

    def withdrawn(self) -> "Rig":
        """Withdrawn by the carrier."""
        self.world.done("carrier", "cargo.WITHDRAW_DEVICE", self.body())
        return self

    def claims(self, *boxes: str, root: str = "batch", by: str = "tracker") -> "Rig":
        """A claim of these boxes that must be accepted."""
        self.world.done(by, "cargo.CLAIM", claim(root=root, boxes=sorted(boxes)))
        return self

    def why_not(self, *boxes: str, by: str = "tracker") -> str:
        """A claim of these boxes that must be refused without a trace; the refusal's slug."""
        body = claim(root="refused", boxes=boxes)
        return self.world.refused(by, "cargo.CLAIM", body).code

    def refused(self, actor: str, act: str, **members: Any) -> type[LedgerError]:
        """An act that must be refused without a trace; the refusal."""
        return self.world.refused(actor, f"cargo.{act}", self.body(**members))
