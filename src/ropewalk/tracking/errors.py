# SPDX-License-Identifier: Apache-2.0
"""Why an event, a claim or the terms of a clock are refused: numbers 7500 to 7519.

Each message names the event's index in its batch, the member's path, and what to do.
"""

from typing import ClassVar


class TrackingError(Exception):
    """What was reported cannot be taken; base of this room's errors."""

    code: ClassVar[str] = "tracking.refused"
    number: ClassVar[int] = 7500

    def __init__(self, detail: str, path: str = "", index: int | None = None) -> None:
        where = [f"event {index}"] if index is not None else []
        where += [path] if path else []
        super().__init__(f"{', '.join(where)}: {detail}" if where else detail)
        self.detail = detail
        """What is wrong and what to do, for a reader."""
        self.path = path
        """The member within the event, as `transportCall.vessel.vesselIMONumber`; "" if none."""
        self.index = index
        """Which event of the batch, from 0; None where it is not one event's fault."""


class NotJsonError(TrackingError):
    """The bytes are no strict JSON text in UTF-8."""

    code = "tracking.not_json"
    number = 7501


class DuplicateMemberError(TrackingError):
    """A member stands twice in one object, so that two readers could read two values."""

    code = "tracking.duplicate_member"
    number = 7502


class TooLargeError(TrackingError):
    """Too many events, too many bytes, too many values, or nested too deep."""

    code = "tracking.too_large"
    number = 7503


class StructureError(TrackingError):
    """This is not the shape that the standard gives an event or a list of them."""

    code = "tracking.structure"
    number = 7504


class MissingMemberError(TrackingError):
    """An event lacks a member that the standard demands."""

    code = "tracking.missing_member"
    number = 7505


class UnknownCodeError(TrackingError):
    """A code is not in the standard's table for that member."""

    code = "tracking.unknown_code"
    number = 7506


class EventIdError(TrackingError):
    """The event's id has not the standard's form, or stands twice in one array."""

    code = "tracking.event_id"
    number = 7507


class DateTimeError(TrackingError):
    """A date-time is not one of RFC 3339, or lies in no year that container trade knows."""

    code = "tracking.date_time"
    number = 7508


class EquipmentError(TrackingError):
    """An equipment reference is not one of ISO 6346, or its check digit is wrong."""

    code = "tracking.equipment"
    number = 7509


class LocationError(TrackingError):
    """A place is no UN/LOCODE of an assigned country, or its coordinates are none on Earth."""

    code = "tracking.location"
    number = 7510


class FormError(TrackingError):
    """A text is too long, too short, or has not the form of what it names."""

    code = "tracking.form"
    number = 7511


class ClaimError(TrackingError):
    """A claim holds no event or more than 500, or its salt has not 32 bytes."""

    code = "tracking.claim"
    number = 7512


class NotInClaimError(TrackingError):
    """The event, salt and path do not lead to the claim's root."""

    code = "tracking.not_in_claim"
    number = 7513


class TermsError(TrackingError):
    """The terms of a clock contradict themselves, or lack what they count by."""

    code = "tracking.terms"
    number = 7514
