# SPDX-License-Identifier: Apache-2.0
"""The query parameters of Track & Trace, read into filters.

Source: DCSA Track & Trace 2.2.0 and 3.0.0, `GET /events`. Of 2.2's deprecated parameters
`bookingReference` and `carrierVoyageNumber` are taken for what took their place; those that name
things which no event holds (`scheduleID`, `transportDocumentID`) are unknown here.
"""

import datetime as dt
from typing import Final

import msgspec
from pydantic import BaseModel, Field
from typing_extensions import override

from ropewalk.views import REFERENCES, FilterError, Filters

KINDS: Final = {
    2: frozenset({"SHIPMENT", "TRANSPORT", "EQUIPMENT"}),
    3: frozenset({"SHIPMENT", "TRANSPORT", "EQUIPMENT", "IOT", "REEFER"}),
}
CODES: Final = r"^([A-Z0-9]{2,10}(,[A-Z0-9]{2,10}){0,31})?$"
TEXT: Final = r"^[ -~]*$"
PAGE: Final = 100
LIMIT_MAX: Final = 2**31 - 1
_MILLISECOND: Final = dt.timedelta(milliseconds=1)
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class Paging(BaseModel):
    """Where a page begins and how much it holds."""

    limit: int | None = Field(None, ge=1, le=LIMIT_MAX)
    cursor: str = Field("", max_length=200, pattern=r"^[A-Za-z0-9_-]*$")


class Asked22(BaseModel):
    """The filters of 2.2."""

    event_type: str = Field("", alias="eventType", pattern=r"^([A-Z]+(,[A-Z]+){0,4})?$")
    shipment_codes: str = Field("", alias="shipmentEventTypeCode", pattern=CODES)
    transport_codes: str = Field("", alias="transportEventTypeCode", pattern=CODES)
    equipment_codes: str = Field("", alias="equipmentEventTypeCode", pattern=CODES)
    document_types: str = Field("", alias="documentTypeCode", pattern=CODES)
    booking: str = Field("", alias="carrierBookingReference", max_length=35, pattern=TEXT)
    old_booking: str = Field("", alias="bookingReference", max_length=35, pattern=TEXT)
    transport_document: str = Field(
        "", alias="transportDocumentReference", max_length=20, pattern=TEXT
    )
    transport_call: str = Field("", alias="transportCallID", max_length=100, pattern=TEXT)
    vessel_imo: str = Field("", alias="vesselIMONumber", pattern=r"^([0-9]{7})?$")
    voyage: str = Field("", alias="exportVoyageNumber", max_length=50, pattern=TEXT)
    old_voyage: str = Field("", alias="carrierVoyageNumber", max_length=50, pattern=TEXT)
    service: str = Field("", alias="carrierServiceCode", max_length=11, pattern=TEXT)
    location: str = Field("", alias="UNLocationCode", pattern=r"^([A-Z]{2}[A-Z2-9]{3})?$")
    equipment: str = Field("", alias="equipmentReference", max_length=15, pattern=TEXT)
    created: str = Field("", alias="eventCreatedDateTime", max_length=40, pattern=TEXT)
    created_eq: str = Field("", alias="eventCreatedDateTime:eq", max_length=40, pattern=TEXT)
    created_gte: str = Field("", alias="eventCreatedDateTime:gte", max_length=40, pattern=TEXT)
    created_gt: str = Field("", alias="eventCreatedDateTime:gt", max_length=40, pattern=TEXT)
    created_lte: str = Field("", alias="eventCreatedDateTime:lte", max_length=40, pattern=TEXT)
    created_lt: str = Field("", alias="eventCreatedDateTime:lt", max_length=40, pattern=TEXT)

    def filters(self) -> Filters:
        """What they ask for.

        Raises:
            FilterError: a value is none of the standard's.
        """
        named = (
            ("BKG", self.booking),
            ("BKG", self.old_booking),
            ("TRD", self.transport_document),
        )
        codes = {
            "SHIPMENT": _split(self.shipment_codes),
            "TRANSPORT": _split(self.transport_codes),
            "EQUIPMENT": _split(self.equipment_codes),
        }
        since, until = self._range()
        return Filters(
            major=2,
            kinds=kinds_of(self.event_type, 2),
            codes={kind: listed for kind, listed in codes.items() if listed},
            document_types=_split(self.document_types),
            documents=tuple((kind, value) for kind, value in named if value),
            equal=self._equal(),
            since_ms=since,
            until_ms=until,
        )

    def _equal(self) -> dict[str, str]:
        if self.voyage and self.old_voyage and self.voyage != self.old_voyage:
            raise FilterError("exportVoyageNumber and carrierVoyageNumber mean the same")
        found = {
            "equipment": self.equipment,
            "transport_call": self.transport_call,
            "vessel_imo": self.vessel_imo,
            "export_voyage": self.voyage or self.old_voyage,
            "carrier_service": self.service,
            "location": self.location,
        }
        return {column: value for column, value in found.items() if value}

    def _range(self) -> tuple[int | None, int | None]:
        least = [
            milliseconds(one) for one in (self.created, self.created_eq, self.created_gte) if one
        ]
        most = [
            milliseconds(one) for one in (self.created, self.created_eq, self.created_lte) if one
        ]
        least += [milliseconds(one) + 1 for one in (self.created_gt,) if one]
        most += [milliseconds(one) - 1 for one in (self.created_lt,) if one]
        return max(least, default=None), min(most, default=None)


class Query22(Asked22, Paging):
    """All of `GET /v2/events`."""

    sort: str = Field(
        "",
        pattern=r"^(eventCreatedDateTime(:(ASC|DESC))?)?$",
        description="eventCreatedDateTime, with :ASC or :DESC; others are not offered.",
    )

    @override
    def filters(self) -> Filters:
        """What they ask for, and in which order.

        Raises:
            FilterError: a value is none of the standard's.
        """
        asked = super().filters()
        if not self.sort.endswith(":DESC"):
            return asked
        return msgspec.structs.replace(asked, is_descending=True)


class Asked30(BaseModel):
    """The filters of 3.0."""

    booking: str = Field("", alias="carrierBookingReference", max_length=35, pattern=TEXT)
    transport_document: str = Field(
        "", alias="transportDocumentReference", max_length=20, pattern=TEXT
    )
    equipment: str = Field("", alias="equipmentReference", max_length=15, pattern=TEXT)
    event_types: str = Field("", alias="eventTypes", pattern=r"^([A-Z]+(,[A-Z]+){0,8})?$")
    updated_min: str = Field("", alias="eventUpdatedDateTimeMin", max_length=40, pattern=TEXT)
    updated_max: str = Field("", alias="eventUpdatedDateTimeMax", max_length=40, pattern=TEXT)

    def filters(self) -> Filters:
        """What they ask for.

        Raises:
            FilterError: a value is none of the standard's.
        """
        named = (("BKG", self.booking), ("TRD", self.transport_document))
        return Filters(
            major=3,
            kinds=kinds_of(self.event_types, 3),
            documents=tuple((kind, value) for kind, value in named if value),
            equal={"equipment": self.equipment} if self.equipment else {},
            since_ms=milliseconds(self.updated_min) if self.updated_min else None,
            until_ms=milliseconds(self.updated_max) if self.updated_max else None,
        )


class Query30(Asked30, Paging):
    """All of `GET /v3/events`."""


class AskedReference(BaseModel):
    """The one thing that claims are asked of, by the standard's names."""

    equipment: str = Field("", alias="equipmentReference", max_length=15, pattern=TEXT)
    booking: str = Field("", alias="carrierBookingReference", max_length=35, pattern=TEXT)
    transport_document: str = Field(
        "", alias="transportDocumentReference", max_length=20, pattern=TEXT
    )
    transport_call: str = Field("", alias="transportCallID", max_length=100, pattern=TEXT)

    def reference(self) -> tuple[str, str]:
        """Name and value.

        Raises:
            FilterError: none is given, or several are.
        """
        given = [
            (name, value)
            for name, value in (
                ("equipmentReference", self.equipment),
                ("carrierBookingReference", self.booking),
                ("transportDocumentReference", self.transport_document),
                ("transportCallID", self.transport_call),
            )
            if value
        ]
        if len(given) != 1:
            raise FilterError(f"give one reference, not {len(given)}: {', '.join(REFERENCES)}")
        return given[0]


class AskedAnswers(AskedReference):
    """What is asked of `GET /v1/answers`."""

    valid_at: str = Field(
        "",
        alias="validAt",
        max_length=40,
        pattern=TEXT,
        description="RFC 3339: had it happened by then? Now, by the node's clock, unless told.",
    )
    known_at: str = Field(
        "",
        alias="knownAt",
        max_length=40,
        pattern=TEXT,
        description="RFC 3339: as known when? Now, by the node's clock, unless told.",
    )

    def moment(self, now_s: int) -> tuple[int, int]:
        """Valid time in milliseconds, knowledge time in seconds.

        Raises:
            FilterError: one is no time.
        """
        valid_ms = milliseconds(self.valid_at) if self.valid_at else now_s * 1_000
        known_s = milliseconds(self.known_at) // 1_000 if self.known_at else now_s
        return valid_ms, known_s


def kinds_of(text: str, major: int) -> tuple[str, ...]:
    """Kinds from a list with commas.

    Raises:
        FilterError: the standard's version has no such kind.
    """
    found = _split(text)
    if not KINDS[major].issuperset(found):
        raise FilterError(f"the types of events are {', '.join(sorted(KINDS[major]))}")
    return found


def _split(text: str) -> tuple[str, ...]:
    return tuple(sorted(set(text.split(",")))) if text else ()


def milliseconds(text: str) -> int:
    """Milliseconds since 1970 of an RFC 3339 time; a `+` that the query made a blank is one again.

    Raises:
        FilterError: it is none.
    """
    head, blank, tail = text.rpartition(" ")
    try:
        found = dt.datetime.fromisoformat(f"{head}+{tail}" if blank and len(tail) < 7 else text)
        if found.tzinfo is None:
            raise FilterError("a time has its offset: 2021-04-01T14:12:56+01:00")
        return (found - _EPOCH) // _MILLISECOND
    except (ValueError, OverflowError):
        raise FilterError("a time is written as 2021-04-01T14:12:56+01:00") from None
