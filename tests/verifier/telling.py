# SPDX-License-Identifier: Apache-2.0
"""What stories are made of: short transport documents, and cases to be verified."""

from dataclasses import dataclass

from ropewalk.client import Trust, Verdict, verify_bundle, verify_control
from ropewalk.crypto import Value, encode
from verifier.drive import GENESIS_TIME_S

DAY_S = 86_400
NOW_S = GENESIS_TIME_S + DAY_S
"""When the bundles are verified unless a case says otherwise."""


def document(reference: str, kind: str, *, is_to_order: bool, **more: str) -> bytes:
    """A short transport document."""
    provider, code = ("SMDG", "KML") if kind == "SWB" else ("SMDG", "ARX")
    parties = {role: {"partyName": name} for role, name in sorted(more.items())}
    content: dict[str, Value] = {
        "carrierCode": code,
        "carrierCodeListProvider": provider,
        "documentParties": parties,
        "isToOrder": is_to_order,
        "transportDocumentReference": reference,
        "transportDocumentTypeCode": kind,
    }
    return encode(content) + b"\n"


@dataclass(frozen=True, slots=True)
class Case:
    """A bundle, whom it is verified trusting, and when."""

    bundle: str
    trust: str = "genesis.json"
    now_s: int | None = NOW_S
    challenge: str = ""
    """The verifier's file, where the bundle is a proof of control."""

    def description(self) -> dict[str, object]:
        """As the vectors write it down."""
        told = {"bundle": self.bundle, "now": self.now_s, "trust": self.trust}
        return {**told, "challenge": self.challenge} if self.challenge else told


def judge(data: bytes, trust: Trust, now_s: int | None, challenge: bytes | None) -> Verdict:
    """The Python verifier's verdict on a bundle, or on a proof of control where there is one."""
    if challenge is None:
        return verify_bundle(data, trust, now_s)
    return verify_control(data, challenge, trust, now_s)
