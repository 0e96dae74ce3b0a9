# SPDX-License-Identifier: Apache-2.0
"""The records of cargo, the keys this room owns, and the checks that many acts share.

A *box* is one container on one voyage, known by its tag; so is its *movement* on import and the
*pick-up right* in it, a singly controlled object with one holder. What a carrier's order of
delivery stands on is read from the titles, which lie in a room above: rules are given how to ask
(`Titles`). Source: requirements cargo.md, «From title to gate»; reliability I16 to I18.
"""

from collections.abc import Callable
from functools import partial, update_wrapper
from typing import Annotated, Literal

import msgspec

from ropewalk.cargo.errors import (
    LeftError,
    NoRightError,
    NotHolderError,
    NotOfMovementError,
    OfferedError,
    StaleRightError,
    UnknownMovementError,
)
from ropewalk.ledger import (
    Apply,
    Context,
    Effects,
    Event,
    Hash,
    Message,
    Record,
    View,
    decode_record,
    encode_record,
)

ANNOUNCED = "ANNOUNCED"
GATED_OUT = "GATED_OUT"
RETURNED = "RETURNED"

CLEARED = "CLEARED"
TRANSIT = "TRANSIT"
"""The container leaves uncleared, under customs' control."""
HOLD = "HOLD"
EXAMINATION = "EXAMINATION"

BILLS_MAX = 32
"""Titles that name one box."""
SOURCES_MAX = 4
"""Parties that report one box's loading."""
HANDS_MAX = 8
"""Through which a pick-up right goes, the carrier's included."""
DEVICE_BOXES_MAX = 8
"""Boxes that one device rides on at once."""
FOLLOWED_MAX = 64
"""Titles looked at to know whether those that took one's place are released."""

BasisKind = Literal["SURRENDER", "WAYBILL", "INDEMNITY"]
Box = Annotated[Hash, msgspec.Meta(description="Tag of the container on this voyage.")]
Reason = Annotated[Hash, msgspec.Meta(description="Commitment to the reason, told the parties.")]
Until = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1, description="Seconds since 1970.")]


class Basis(msgspec.Struct, frozen=True, kw_only=True):
    """What allows the goods to be delivered (T32), and to whom."""

    claimant: str
    """Who surrendered, the waybill's consignee, or the letter's receiver."""
    kind: BasisKind
    others: tuple[str, ...] = ()
    """To whom the document itself names the goods, without the claimant's say."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a title stands, as far as cargo asks."""

    issuer: str
    house_of: str = ""
    shipper: str = ""
    replaces: tuple[str, ...] = ()
    replaced_by: tuple[str, ...] = ()
    basis: Basis | None = None
    is_void: bool = False
    """Whether it was withdrawn, with everybody interested."""
    concerned: tuple[str, ...] = ()
    """Issuer, and whoever the title names or is in the hands of."""


Titles = Callable[[View, str], Standing | None]
"""How to ask for a title; None where none was issued under the id."""


def asking(apply: Callable[..., Effects], titles: Titles) -> Apply:
    """A rule that is told how to ask for titles."""
    return update_wrapper(partial(apply, titles), apply)


class Load(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A terminal's word that the box was loaded."""

    by: str
    carrier: str
    """For whom it was loaded."""
    date: str
    """At the port, YYYY-MM-DD."""
    event: str
    """Hash of the event as it was signed for."""


class BoxRecord(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Record `box/<tag>`: who says it was loaded, and which titles name it."""

    carrier: str = ""
    """Whose box it is on this voyage, from the first load or the first title that names it."""
    loads: tuple[Load, ...] = ()
    titles: tuple[str, ...] = ()
    """Sorted."""


class ClaimRecord(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Record `claim/<root>`: a batch of events that a party or a device signed for."""

    actor: str
    boxes: tuple[str, ...] = ()
    """What a device reported on, sorted; of a device alone."""
    count: int
    device_of: str = ""
    """The party that answered for the device; "" where none claimed."""
    time: int


class DeviceRecord(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Record `device/<controller>`: whose device it is, and on what it rides."""

    boxes: tuple[str, ...] = ()
    """Sorted."""
    is_withdrawn: bool = False
    party: str


class Order(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A delivery order: the carrier releases what a title names."""

    basis: BasisKind
    claimant: str
    release_to: str
    title: str


class Block(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Carrier, customs or terminal holds the box back."""

    by: str
    reason: str


class Exit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The container left through a gate."""

    act: str
    gate: str
    holder: str
    time: int


class Return(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The container came back empty."""

    by: str
    date: str
    place: str
    """Tag of the depot's UN/LOCODE."""


class Movement(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Record `movement/<box>`: a container on import, with its three lights."""

    blocks: tuple[Block, ...] = ()
    """Sorted by whose they are."""
    carrier: str
    customs: str
    customs_reason: str = ""
    customs_status: str = ""
    depot: str
    """Where the empty container goes."""
    exit: Exit | None = None
    is_ready: bool = False
    orders: tuple[Order, ...] = ()
    """Sorted by title."""
    return_: Return | None = msgspec.field(default=None, name="return")
    status: str
    terminal: str
    titles: tuple[str, ...]
    """Every title that names the box, sorted."""


class Driver(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who collects for the holder."""

    controller: str
    until: int
    vehicle: str
    """Commitment to the number plate; "" where none is named."""


class Right(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Record `right/<box>`: the pick-up right, through whose hands it went, who holds it."""

    driver: Driver | None = None
    holders: tuple[str, ...]
    """The carrier first; the last one holds it."""
    last_act: str
    offered_to: str = ""
    valid_from: int
    valid_until: int
    version: int

    @property
    def holder(self) -> str:
        """The one who holds it."""
        return self.holders[-1]


class AlarmRecord(Record, frozen=True, kw_only=True):
    """Record `alarm/<transaction>`: a container went out without a right (I18)."""

    box: str
    by: str
    event: str
    gate: str
    time: int


class OnBox(Message, frozen=True):
    """The member of every act on a box."""

    box: Box


class OnRight(OnBox, frozen=True):
    """Members of every act on a pick-up right."""

    last_act: Hash


def box_key(box: str) -> str:
    """State key of what is known of a box."""
    return f"box/{box}"


def claim_key(root: str) -> str:
    """State key of a claim."""
    return f"claim/{root}"


def device_key(device: str) -> str:
    """State key of a device."""
    return f"device/{device}"


def movement_key(box: str) -> str:
    """State key of a movement."""
    return f"movement/{box}"


def right_key(box: str) -> str:
    """State key of a pick-up right."""
    return f"right/{box}"


def alarm_key(transaction: str) -> str:
    """State key of an alarm."""
    return f"alarm/{transaction}"


def find_box(view: View, box: str) -> BoxRecord:
    """What is known of a box; nothing where nobody spoke of it."""
    data = view.get(box_key(box))
    return BoxRecord() if data is None else decode_record(data, BoxRecord)


def find_device(view: View, device: str) -> DeviceRecord | None:
    """An enrolled device, a withdrawn one too; None of any other controller."""
    data = view.get(device_key(device))
    return None if data is None else decode_record(data, DeviceRecord)


def find_movement(view: View, box: str) -> Movement | None:
    """A box's movement, None before it was announced."""
    data = view.get(movement_key(box))
    return None if data is None else decode_record(data, Movement)


def load_movement(view: View, box: str) -> Movement:
    """A box's movement.

    Raises:
        UnknownMovementError: none was announced.
    """
    movement = find_movement(view, box)
    if movement is None:
        raise UnknownMovementError(box)
    return movement


def load_present(view: View, box: str) -> Movement:
    """The movement of a box that has not left.

    Raises:
        UnknownMovementError: none was announced.
        LeftError: the container left.
    """
    movement = load_movement(view, box)
    if movement.exit is not None:
        raise LeftError(f"through gate {movement.exit.gate} at {movement.exit.time}")
    return movement


def find_right(view: View, box: str) -> Right | None:
    """A box's pick-up right, None where there is none."""
    data = view.get(right_key(box))
    return None if data is None else decode_record(data, Right)


def load_right(view: View, message: OnRight) -> Right:
    """The pick-up right an act is about, as its signer must have seen it.

    Raises:
        NoRightError: there is none.
        StaleRightError: another act came first.
    """
    right = find_right(view, message.box)
    if right is None:
        raise NoRightError(message.box)
    if right.last_act != message.last_act:
        raise StaleRightError(f"the last act is {right.last_act}")
    return right


def held_right(view: View, message: OnRight, context: Context) -> Right:
    """The right in the actor's hands, offered to nobody, to a box that has not left.

    Raises:
        LedgerError: one of `HELD`, in that order.
    """
    load_present(view, message.box)
    right = load_right(view, message)
    if right.holder != context.actor:
        raise NotHolderError(context.actor)
    if right.offered_to:
        raise OfferedError(right.offered_to)
    return right


ON_RIGHT = (UnknownMovementError, LeftError, NoRightError, StaleRightError)
HELD = (*ON_RIGHT, NotHolderError, OfferedError)


def require_part(movement: Movement, context: Context, *parts: str) -> None:
    """Refuse whoever has none of these parts (`carrier`, `customs`, …) in the movement.

    Raises:
        NotOfMovementError: the actor is somebody else.
    """
    if context.actor not in [getattr(movement, part) for part in parts]:
        raise NotOfMovementError(f"this is for its {' or '.join(parts)}")


def moved(movement: Movement, box: str, context: Context, event: str, **changes: object) -> Effects:
    """The effects of an act on a movement."""
    after = msgspec.structs.replace(movement, **changes)
    told = _told(box, context, changes)
    return Effects({movement_key(box): encode_record(after)}, (Event(event, told),))


def passed(right: Right, box: str, context: Context, event: str, **changes: object) -> Effects:
    """The effects of an act on a pick-up right: its next version."""
    after = msgspec.structs.replace(
        right, last_act=context.transaction, version=right.version + 1, **changes
    )
    told = {**_told(box, context, changes), "holder": after.holder}
    return Effects({right_key(box): encode_record(after)}, (Event(event, told),))


def _told(box: str, context: Context, changes: dict[str, object]) -> dict[str, str]:
    told = {"actor": context.actor, "box": box}
    told.update(
        (name, value) for name, value in changes.items() if isinstance(value, str) and value
    )
    return told
