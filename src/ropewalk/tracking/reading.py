# SPDX-License-Identifier: Apache-2.0
"""Events of strangers: split without changing a byte, bounded, read into one form.

The order of checks, each cheap before the next: bytes, values, split, bytes of each event,
nesting, members that stand twice, structure, codes. Nothing recursive and nothing that allocates
for each value runs before its bound was checked.

That no member stands twice is found by counting: decoding and encoding again keeps every text
once, save those of a member that another of the same name pushed out; so the marks around texts
are as many as before if and only if no member stood twice.

Source: DCSA TNT 2.2.0 (an array), 3.0.0 (`events` of an object); RFC 8259; RFC 7493.
"""

import re

import msgspec

from ropewalk.crypto import strict_json
from ropewalk.tracking import saying30, tnt22, tnt30
from ropewalk.tracking.errors import (
    DateTimeError,
    DuplicateMemberError,
    EquipmentError,
    EventIdError,
    FormError,
    LocationError,
    MissingMemberError,
    NotJsonError,
    StructureError,
    TooLargeError,
    TrackingError,
)
from ropewalk.tracking.event import Event, Version

EVENTS_MAX = 500
EVENT_BYTES_MAX = 65_536
BATCH_BYTES_MAX = 16 * 1_048_576
DEPTH_MAX = 32
VALUES_MAX = 250_000
"""Commas and opening brackets in a batch, those in texts too: it bounds memory and time."""


class _Envelope(msgspec.Struct):
    events: list[msgspec.Raw]


_ARRAY = msgspec.json.Decoder(list[msgspec.Raw])
_ENVELOPE = msgspec.json.Decoder(_Envelope)
_PATH = re.compile(r" - at `\$\.?(.*)`$")
_LACKS = re.compile(r"Object missing required field `(.*)`")
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_OPENERS_AND_COMMAS = (b",", b"[", b"{")
_WHITE = b" \t\r\n"
_ANY_DIGIT = bytes.maketrans(b"123456789", b"0" * 9)
_ENDLESS = b"0" * 309
"""As many digits as the first whole numbers have that lie beyond an IEEE 754 double."""
_BY_MEMBER: dict[str, tuple[type[TrackingError], str]] = {
    "eventID": (EventIdError, "give a UUID (2.2), or a text of 1 to 500 characters (3.0)"),
    "eventDateTime": (DateTimeError, "write it as 2026-03-01T08:00:00+01:00"),
    "eventCreatedDateTime": (DateTimeError, "write it as 2026-03-01T08:00:00+01:00"),
    "eventUpdatedDateTime": (DateTimeError, "write it as 2026-03-01T08:00:00+01:00"),
    "equipmentReference": (EquipmentError, "give it as text, such as CSQU3054383"),
    "UNLocationCode": (LocationError, "give it as text, such as NLRTM"),
}


def read_events(data: bytes, version: Version) -> list[Event]:
    """The events of a batch, in the order in which they stand there.

    Args:
        data: a JSON array of events or one event (2.2), `{"events": […]}` (3.0).
        version: of the standard that the sender follows.

    Raises:
        TrackingError: the first event that cannot be taken, named by its index; then none is.
    """
    parts = _split(data, version)
    for index, part in enumerate(parts):
        _check_bounds(part, index)
    _check_members(data, parts)
    read = _read_22 if version == "2.2" else _read_30
    events: list[Event] = []
    for index, part in enumerate(parts):
        try:
            events.append(read(part))
        except TrackingError as error:
            raise type(error)(error.detail, error.path, index) from error
    if version == "2.2":
        _check_ids(events)
    return events


def read_event(data: bytes, version: Version) -> Event:
    """One event by itself, without array or envelope around it.

    Raises:
        TrackingError: it cannot be taken.
    """
    data = data.strip(_WHITE)
    _check_bounds(data, None)
    _check_members(data, [data])
    return _read_22(data) if version == "2.2" else _read_30(data)


def check_size(data: bytes) -> None:
    """Refuse what would cost too much to decode: cheap, and of any JSON that holds events.

    Raises:
        TooLargeError: more bytes or more values than a batch has.
    """
    if len(data) > BATCH_BYTES_MAX:
        raise TooLargeError(f"a batch has at most {BATCH_BYTES_MAX} bytes; send several")
    values = 0
    for mark in _OPENERS_AND_COMMAS:
        values += data.count(mark)
        if values > VALUES_MAX:
            raise TooLargeError(f"a batch holds at most {VALUES_MAX} values; send several")


def _split(data: bytes, version: Version) -> list[bytes]:
    """The exact bytes of each event."""
    check_size(data)
    if version == "2.2" and data.lstrip(_WHITE)[:1] == b"{":
        return [data.strip(_WHITE)]
    try:
        raws = _ARRAY.decode(data) if version == "2.2" else _ENVELOPE.decode(data).events
    except msgspec.ValidationError as error:
        wanted = "an array of events" if version == "2.2" else '{"events": [...]}'
        raise StructureError(f"{_plain(error)}; send {wanted}") from error
    except RecursionError as error:
        raise TooLargeError(f"nested deeper than {DEPTH_MAX} levels") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NotJsonError(f"{error}; send JSON in UTF-8") from error
    if len(raws) > EVENTS_MAX:
        raise TooLargeError(f"a batch holds at most {EVENTS_MAX} events; send several")
    return [bytes(raw) for raw in raws]


def _check_bounds(part: bytes, index: int | None) -> None:
    if len(part) > EVENT_BYTES_MAX:
        raise TooLargeError(f"an event has at most {EVENT_BYTES_MAX} bytes", "", index)
    if part.count(b"{") + part.count(b"[") <= DEPTH_MAX:
        return
    outside = b"".join(_unescaped(part).split(b'"')[::2])
    depth = 0
    for mark in outside.translate(None, _NO_BRACKETS):
        depth += 1 if mark in b"[{" else -1
        if depth > DEPTH_MAX:
            raise TooLargeError(f"nested deeper than {DEPTH_MAX} levels", "", index)


def _check_members(data: bytes, parts: list[bytes]) -> None:
    """Refuse members that stand twice anywhere in the batch, and what is no strict JSON."""
    try:
        again = msgspec.json.encode(msgspec.json.decode(data))
    except RecursionError as error:
        raise TooLargeError(f"nested deeper than {DEPTH_MAX} levels") from error
    except (msgspec.MsgspecError, UnicodeError, OverflowError) as error:
        raise _first_fault(parts, error) from error
    if _ENDLESS in data.translate(_ANY_DIGIT):
        _check_numbers(parts)
    if _unescaped(again).count(b'"') == _unescaped(data).count(b'"'):
        return
    for index, part in enumerate(parts):
        try:
            strict_json.parse_json_strict(part)
        except strict_json.StrictJsonError as error:
            raise DuplicateMemberError(f"{error}; send it once", "", index) from error
    raise DuplicateMemberError("a member beside the events stands twice; send it once")


def _check_numbers(parts: list[bytes]) -> None:
    """Refuse numbers beyond a double; so many digits may also stand in a text, as they please."""
    for index, part in enumerate(parts):
        try:
            strict_json.parse_json_strict(part)
        except strict_json.StrictJsonError as error:
            raise NotJsonError(f"{error}; send what others can read", "", index) from error


def _first_fault(parts: list[bytes], error: Exception) -> TrackingError:
    """Which event is no JSON, or holds a number that no reader takes alike."""
    for index, part in enumerate(parts):
        try:
            msgspec.json.encode(msgspec.json.decode(part))
        except (msgspec.MsgspecError, UnicodeError, OverflowError, RecursionError) as fault:
            return NotJsonError(f"{fault}; send strict JSON in UTF-8", "", index)
    return NotJsonError(f"{error}; send strict JSON in UTF-8")


def _unescaped(data: bytes) -> bytes:
    """The text with no mark left that does not begin or end a text."""
    return data.replace(b"\\\\", b"").replace(b'\\"', b"") if b"\\" in data else data


def _read_22(part: bytes) -> Event:
    try:
        sent = tnt22.DECODER.decode(part)
    except msgspec.ValidationError as error:
        raise _refusal(error, "eventType") from error
    return _checked(tnt22.event_of(sent, part))


def _read_30(part: bytes) -> Event:
    try:
        sent = tnt30.DECODER.decode(part)
    except msgspec.ValidationError as error:
        retraction = _retraction(part)
        if retraction is None:
            raise _refusal(error, "eventID") from error
        return _checked(retraction)
    if sent.is_retracted:
        return _checked(_retracted(sent, part))
    return _checked(saying30.event_of(sent, part))


def _retracted(sent: tnt30.AnyEvent, part: bytes) -> Event:
    """A retraction with as much of the rest as makes sense; none of it is demanded."""
    try:
        said = saying30.event_of(sent, part)
    except TrackingError:
        return saying30.retraction_of(tnt30.RETRACTIONS.decode(part), part)
    return msgspec.structs.replace(said, is_retracted=True)


def _retraction(part: bytes) -> Event | None:
    try:
        sent = tnt30.RETRACTIONS.decode(part)
    except msgspec.ValidationError:
        return None
    return saying30.retraction_of(sent, part) if sent.is_retracted else None


def _checked(event: Event) -> Event:
    """The event, unless what it is looked up by holds what nobody can print."""
    data = event.data
    if b"\\" in data or not data.isascii():
        references = event.references
        texts = [event.id, event.origin, references.transport_call, references.facility]
        texts += [references.export_voyage, references.import_voyage, references.carrier_service]
        texts += [value for _, value in references.documents + references.customers]
        for text in texts:
            if not text.isprintable():
                shown = ascii(text[:40])
                raise FormError(f"{shown} holds what cannot be printed; take it out")
    return event


def _check_ids(events: list[Event]) -> None:
    """In 2.2 an id is one message's: an array cannot hold it twice."""
    seen: set[str] = set()
    for index, event in enumerate(events):
        if event.id and event.id in seen:
            raise EventIdError(f"{event.id} stands twice; send the event once", "eventID", index)
        seen.add(event.id)


def _refusal(error: msgspec.ValidationError, essential: str) -> TrackingError:
    """Which of our errors the decoder's own is; it knows the path, we what to do."""
    text, path = _plain(error), ""
    match = _PATH.search(str(error))
    if match:
        path = match[1]
    lacks = _LACKS.match(text)
    if lacks:
        where = f"{path}.{lacks[1]}" if path else lacks[1]
        if where == essential:
            return StructureError(f"this is no event: it has no {essential}; see the standard")
        return MissingMemberError("the standard demands it: add it", where)
    member = path.rpartition(".")[2]
    if path == "eventType":
        return StructureError("an event's type is SHIPMENT, TRANSPORT or EQUIPMENT", path)
    if member in _BY_MEMBER:
        kind, what = _BY_MEMBER[member]
        return kind(f"{text}; {what}", path)
    if "of length" in text:
        return FormError(f"{text}; shorten it, or leave the member out", path)
    return StructureError(f"{text}; leave the member out if there is nothing to say", path)


def _plain(error: Exception) -> str:
    return _PATH.sub("", str(error))
