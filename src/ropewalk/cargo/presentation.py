# SPDX-License-Identifier: Apache-2.0
"""What the driver shows at the gate: the gate's fresh challenge, signed by who holds the right.

It is no PIN: it is good for one right as it stands, one gate, one box, five minutes, and only the
holder's or the named driver's key makes it. `lights` says what must be green besides. Both are the
same on the ledger and at a gate without a network, which holds the records' proofs instead
(docs/reference/cargo.md). Source: reliability TH7.
"""

from typing import Annotated

import msgspec

from ropewalk.cargo.errors import (
    BadPresentationError,
    BlockedError,
    CustomsError,
    NotReadyError,
    OfferedError,
    OutsideWindowError,
)
from ropewalk.cargo.state import CLEARED, TRANSIT, Box, Movement, Right
from ropewalk.crypto import (
    CanonicalError,
    JwsError,
    SignatureError,
    Signed,
    Signer,
    decode_object,
    encode,
    sign,
    take_apart,
)
from ropewalk.ledger import Hash

PRESENTATION_TYPE = "ropewalk-presentation+jws"
FRESH_S = 300
"""How long a presentation is good for, seconds."""
AHEAD_S = 60
"""How far its clock may be ahead."""
SIZE_MAX = 2_048

Gate = Annotated[
    str, msgspec.Meta(pattern=r"\A[A-Z0-9.-]{1,16}\Z", description="The terminal's gate.")
]


class Presentation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is signed."""

    box: Box
    challenge: Hash
    gate: Gate
    network: Hash
    right: Hash
    """The right's last act: whoever lost it since shows nothing."""
    time: Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]


def present(content: Presentation, signer: Signer) -> str:
    """Answer a gate's challenge."""
    built: dict[str, object] = msgspec.to_builtins(content)
    return sign(encode(built), PRESENTATION_TYPE, signer)  # type: ignore[arg-type]  # of a typed struct


def read_presentation(text: str) -> tuple[Presentation, Signed]:
    """What was signed, and by which key; the signature is verified.

    Raises:
        BadPresentationError: it is none, or its signature does not hold.
    """
    if len(text) > SIZE_MAX:
        raise BadPresentationError(f"longer than {SIZE_MAX} characters")
    try:
        signed = take_apart(text, PRESENTATION_TYPE)
        signed.verify()
        content = decode_object(signed.payload)
        return msgspec.convert(content, Presentation, strict=True), signed
    except (JwsError, SignatureError, CanonicalError, msgspec.ValidationError) as error:
        raise BadPresentationError(str(error)) from error


def require_same(found: Presentation, wanted: Presentation, now_s: int) -> None:
    """Refuse a presentation that is for something else, or not fresh.

    Args:
        found: what was shown.
        wanted: what the gate asks for; its time does not matter.
        now_s: when it is checked, seconds since 1970.

    Raises:
        BadPresentationError: it is so.
    """
    for name in ("network", "box", "gate", "challenge", "right"):
        if getattr(found, name) != getattr(wanted, name):
            raise BadPresentationError(f"it is for another {name}")
    if not found.time - AHEAD_S <= now_s <= found.time + FRESH_S:
        raise BadPresentationError(f"it was signed at {found.time}; it is {now_s}")


def require_green(movement: Movement, right: Right, now_s: int) -> None:
    """Refuse unless customs' and terminal's lights are green, nobody blocks, and it is time.

    Raises:
        OfferedError: the right is on its way to somebody else.
        OutsideWindowError: it is not valid now.
        BlockedError: somebody blocks the box.
        CustomsError: neither cleared nor in transit.
        NotReadyError: the terminal has it not ready.
    """
    if right.offered_to:
        raise OfferedError(right.offered_to)
    if not right.valid_from <= now_s <= right.valid_until:
        raise OutsideWindowError(f"from {right.valid_from} to {right.valid_until}; it is {now_s}")
    if movement.blocks:
        raise BlockedError(", ".join(one.by for one in movement.blocks))
    if movement.customs_status not in (CLEARED, TRANSIT):
        raise CustomsError(movement.customs_status or "nothing said yet")
    if not movement.is_ready:
        raise NotReadyError("the terminal did not say so")


def speaker(right: Right, named: str, now_s: int) -> str:
    """The controller whose key must have signed.

    Args:
        right: the pick-up right.
        named: who the gate takes the driver for.
        now_s: when it is checked.

    Raises:
        BadPresentationError: neither holder nor named driver.
        OutsideWindowError: the driver's time is over.
    """
    if named == right.holder:
        return named
    driver = right.driver
    if driver is None or driver.controller != named:
        raise BadPresentationError("neither the right's holder nor its driver")
    if now_s > driver.until:
        raise OutsideWindowError(f"the driver's time ended at {driver.until}")
    return named
