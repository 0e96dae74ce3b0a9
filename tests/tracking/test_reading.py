# SPDX-License-Identifier: Apache-2.0
"""Batches: split without a changed byte, bounded, refused by name, in bounded time."""

import json
import time
import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ropewalk.tracking import (
    BATCH_BYTES_MAX,
    EVENT_BYTES_MAX,
    DateTimeError,
    DuplicateMemberError,
    EventIdError,
    FormError,
    LocationError,
    MissingMemberError,
    NotJsonError,
    StructureError,
    TooLargeError,
    TrackingError,
    Version,
    check_size,
    read_event,
    read_events,
)
from tracking.events import EQUIPMENT, REEFER, SAMPLES, SHIPMENT, TRANSPORT, changed, written

NOUGHT = b'"extra":0'
VERSIONS: tuple[Version, Version] = ("2.2", "3.0")
needs_dcsa = pytest.mark.skipif(
    not SAMPLES.exists(), reason="DCSA's files are not beside the project"
)
TAKEN = {
    "tnt-220-response": 7,
    "tnt-300-request-equipment": 1,
    "tnt-300-request-iot": 1,
    "tnt-300-request-reefer": 1,
    "tnt-300-request-shipment": 1,
    "tnt-300-request-transport": 1,
    "tnt-300-response": 5,
    "tnt-300-response-nextpage": 5,
}
REFUSED = {
    "attribute-values": (LocationError, 0, "transportCall.UNLocationCode"),
    "date-times": (MissingMemberError, 1, "eventCreatedDateTime"),
    "event-ids": (EventIdError, 0, "eventID"),
    "structure": (StructureError, 0, ""),
}


@needs_dcsa
@pytest.mark.parametrize("name", TAKEN)
def test_the_good_samples_are_taken_with_their_exact_bytes(name: str) -> None:
    data = (SAMPLES / f"{name}.json").read_bytes()
    version: Version = "2.2" if "-220-" in name else "3.0"
    events = read_events(data, version)
    sent = json.loads(data)
    parts = sent if version == "2.2" else sent["events"]
    assert len(events) == TAKEN[name]
    assert [json.loads(event.data) for event in events] == parts
    assert all(event.data in data for event in events)
    assert [read_event(event.data, version) for event in events] == events


@needs_dcsa
@pytest.mark.parametrize("name", REFUSED)
def test_the_wrong_samples_are_refused_each_for_its_reason(name: str) -> None:
    error, index, path = REFUSED[name]
    with pytest.raises(error) as refused:
        read_events((SAMPLES / f"tnt-220-response-wrong-{name}.json").read_bytes(), "2.2")
    assert (refused.value.index, refused.value.path) == (index, path)
    assert str(refused.value).startswith(f"event {index}")


@needs_dcsa
def test_every_wrong_date_time_of_the_sample_is_found() -> None:
    data = json.loads((SAMPLES / "tnt-220-response-wrong-date-times.json").read_bytes())
    wrong = [event for event in data if "TEST_CASE" in event]
    assert len(wrong) == 6
    for event in wrong:
        kind = MissingMemberError if "missing" in event["TEST_CASE"] else DateTimeError
        with pytest.raises(kind):
            read_event(written(event), "2.2")


@needs_dcsa
def test_an_id_that_stands_twice_in_an_array_is_refused() -> None:
    data = json.loads((SAMPLES / "tnt-220-response-wrong-event-ids.json").read_bytes())
    with pytest.raises(EventIdError, match="stands twice"):
        read_events(written(data[2:]), "2.2")


def test_an_array_or_one_event_is_taken_as_22() -> None:
    data = b" " + written(SHIPMENT) + b"\n"
    (alone,) = read_events(data, "2.2")
    (first, second) = read_events(b"[ %s ,%s]" % (data, written(TRANSPORT)), "2.2")
    assert alone == first == read_event(data, "2.2")
    assert alone.data == written(SHIPMENT)
    assert second.data == written(TRANSPORT)
    assert read_events(b"[]", "2.2") == []


def test_30_takes_its_envelope_alone() -> None:
    events = read_events(b'{"feedbackElements":[],"events":[%s]}' % written(REEFER), "3.0")
    assert [event.data for event in events] == [written(REEFER)]
    for data in (b"[%s]" % written(REEFER), written(REEFER), b'{"events":{}}', b"3"):
        with pytest.raises(StructureError):
            read_events(data, "3.0")
    for data in (b'"x"', b"null", b"[1]", b"[[]]", b"[null]"):
        with pytest.raises(StructureError):
            read_events(data, "2.2")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[",
        b"[{]",
        b"[{}}",
        b"[{}] x",
        b"\xef\xbb\xbf[]",
        b"[NaN]",
        b"\x00",
        b"[\x00]",
        written(SHIPMENT).replace(b"FF-77", b"\xff\xfe"),
        written(SHIPMENT).replace(b"FF-77", b"\xed\xa0\x80"),
        written(SHIPMENT).replace(b"FF-77", b"\\ud800"),
        written(SHIPMENT).replace(b"FF-77", b"\x00"),
        changed(SHIPMENT, extra=0).replace(NOUGHT, b'"extra":1e999'),
        changed(SHIPMENT, extra=0).replace(NOUGHT, b'"extra":' + b"9" * 60_000),
        changed(SHIPMENT, extra=0).replace(NOUGHT, b'"extra":' + b"9" * 400),
        changed(SHIPMENT, extra=0).replace(NOUGHT, b'"extra":01'),
    ],
    ids=range(17),
)
def test_what_is_no_strict_json_is_refused(data: bytes) -> None:
    for whole in (data, b"[%s,0]" % data):
        with pytest.raises(TrackingError) as refused:
            read_events(whole, "2.2")
        assert isinstance(refused.value, NotJsonError | StructureError)
    with pytest.raises(NotJsonError):
        read_event(data, "3.0")


@pytest.mark.parametrize(
    "part",
    [
        changed(SHIPMENT)[:-1] + b',"reason":"a","reason":"b"}',
        changed(SHIPMENT)[:-1] + b',"eventID":"x"}',
        changed(SHIPMENT, reason="\\")[:-1] + b',"e\\u0076entID":"x"}',
        changed(SHIPMENT)[:-1] + b',"eventType" \n: "SHIPMENT"}',
        changed(SHIPMENT)[:-1] + b',"extra":{"deep":[{"a":1,"a":1}]}}',
        changed(SHIPMENT)[:-1] + b',"extra":{"\\"":"\\\\","\\u0022":":"}}',
    ],
    ids=range(6),
)
def test_a_member_that_stands_twice_is_refused(part: bytes) -> None:
    with pytest.raises(DuplicateMemberError, match=r"event 1.*stands twice"):
        read_events(b"[%s,%s]" % (written(TRANSPORT), part), "2.2")
    with pytest.raises(DuplicateMemberError):
        read_event(part, "2.2")


def test_a_member_beside_the_events_that_stands_twice_is_refused() -> None:
    with pytest.raises(DuplicateMemberError):
        read_events(b'{"events":[],"events":[%s]}' % written(REEFER), "3.0")
    with pytest.raises(DuplicateMemberError):
        read_events(b'{"a":1,"events":[%s],"a":2}' % written(REEFER), "3.0")


texts = st.text(st.sampled_from('ab":\\{[,\n\u00e9\u2028 '), max_size=6)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=12,
)


@given(values, st.booleans(), st.sampled_from([(" , ", " : "), (",", ":"), (",\n", "\t:")]))
def test_no_member_is_thought_to_stand_twice_that_does_not(
    extra: object,
    ascii_only: bool,  # noqa: FBT001
    separators: tuple[str, str],
) -> None:
    value = {**SHIPMENT, "extra": extra}
    data = json.dumps(value, ensure_ascii=ascii_only, separators=separators).encode()
    assert read_event(data, "2.2").data == data


@given(inner=st.dictionaries(texts, texts, min_size=1, max_size=4), which=st.integers(0, 3))
def test_every_member_that_stands_twice_is_found(inner: dict[str, str], which: int) -> None:
    name = sorted(inner)[which % len(inner)]
    twice = json.dumps(inner)[:-1] + f', {json.dumps(name, ensure_ascii=False)} :"x"}}'
    with pytest.raises(DuplicateMemberError):
        read_event(changed(SHIPMENT, extra=0).replace(NOUGHT, b'"extra":' + twice.encode()), "2.2")


def test_long_rows_of_digits_are_taken_where_any_reader_takes_them() -> None:
    for extra in ("9" * 4_000, int("9" * 300)):
        assert read_event(changed(SHIPMENT, extra=extra), "2.2").code == "ISSU"


def test_bounds_hold_to_the_byte() -> None:
    spare = EVENT_BYTES_MAX - len(changed(SHIPMENT, reason=""))
    assert read_event(changed(SHIPMENT, reason="x" * spare), "2.2").code == "ISSU"
    with pytest.raises(TooLargeError, match="event 0"):
        read_events(changed(SHIPMENT, reason="x" * (spare + 1)), "2.2")
    deep = changed(SHIPMENT, extra=0).replace(NOUGHT, b'"extra":' + b"[" * 31 + b"]" * 31)
    assert read_event(deep, "2.2").code == "ISSU"
    with pytest.raises(TooLargeError, match="32 levels"):
        read_event(deep.replace(b"[]", b"[[]]"), "2.2")
    wide = changed(SHIPMENT, extra=[[]] * 100, reason="[[[[" * 20)
    assert read_event(wide, "2.2").code == "ISSU"
    anonymous = changed(SHIPMENT, eventID=None)
    assert len(read_events(b"[" + b",".join([anonymous] * 500) + b"]", "2.2")) == 500
    with pytest.raises(TooLargeError, match="500"):
        read_events(b"[" + b",".join([anonymous] * 501) + b"]", "2.2")


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "data",
    [
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"events":' + b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b"{" + b",".join(b'"%d":0' % key for key in range(1_000_000)) + b"}",
        b'{"events":[{' + b",".join(b'"%d":0' % key for key in range(1_000_000)) + b"}]}",
        b"[" + b"9" * 1_000_000 + b"]",
        b'{"events":[' + b"9" * 1_000_000 + b"]}",
        b"[" + b"0," * 8_000_000 + b"0]",
        b"[" + b"[" * 32 + b"]" * 32 + b"]" * 8_000_000,
        b"[" + b"[]," * 2_000_000 + b"[]]",
        b'["' + b"\\" * 8_000_000 + b'"]',
        b" " * (BATCH_BYTES_MAX + 1),
        b'"' * 1_000_000,
    ],
    ids=range(14),
)
def test_hostile_batches_cost_little(data: bytes, version: Version) -> None:
    tracemalloc.start()
    began = time.process_time()
    try:
        for read in (read_events, read_event):
            with pytest.raises(TrackingError):
                read(data, version)
        assert tracemalloc.get_traced_memory()[1] < 64 * 1_048_576
    finally:
        tracemalloc.stop()
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("unit", "count"),
    [(b"[" * 29 + b"]" * 29, 8_000), (b"0", 240_000), (b'{"":0}', 120_000), (b'"\\""', 240_000)],
    ids=range(4),
)
def test_the_worst_that_is_taken_costs_little(unit: bytes, count: int) -> None:
    each = count // 490
    extra = b'"extra":[' + b",".join([unit] * each) + b"]"
    part = changed(SHIPMENT, eventID=None, extra=0).replace(NOUGHT, extra)
    data = b"[" + b",".join([part] * 400) + b"]"
    tracemalloc.start()
    began = time.process_time()
    try:
        assert len(read_events(data, "2.2")) == 400
        assert tracemalloc.get_traced_memory()[1] < 96 * 1_048_576
    finally:
        tracemalloc.stop()
    assert time.process_time() - began < 5


def test_the_index_and_path_of_a_fault_are_told() -> None:
    wrong = changed(EQUIPMENT, seals=[{"sealNumber": "1", "sealType": "WAX"}])
    with pytest.raises(TrackingError) as refused:
        read_events(b"[%s,%s]" % (written(SHIPMENT), wrong), "2.2")
    assert str(refused.value) == ("event 1, seals[0].sealType: 'WAX' is none of KLP, BLT, WIR")


@pytest.mark.parametrize("text", ["HLCU\u0000", "HLCU\n1", "HL\u200bCU", "\u202eHLCU"])
def test_what_is_looked_up_by_can_be_printed(text: str) -> None:
    with pytest.raises(FormError, match="printed"):
        read_event(changed(SHIPMENT, documentID=text), "2.2")


def test_texts_beside_it_may_hold_anything() -> None:
    event = read_event(changed(SHIPMENT, reason="é\n\u202e", documentID="Ø1"), "2.2")
    assert event.references.transport_document == "Ø1"


def refusal(read: Callable[[bytes, Version], object], data: bytes, version: Version) -> str:
    """Why it is refused, "" if it is not; whatever else is raised is a fault of ours."""
    try:
        read(data, version)
    except TrackingError as error:
        return error.detail
    return ""


@given(st.binary(max_size=200) | values.map(written), st.sampled_from(VERSIONS))
def test_whatever_comes_is_refused_by_name(data: bytes, version: Version) -> None:
    assert refusal(read_event, data, version)
    may_be_empty = data.strip() == b"[]" or b'"events"' in data
    assert may_be_empty or refusal(read_events, data, version)


@given(st.data(), st.sampled_from([SHIPMENT, TRANSPORT, EQUIPMENT, REEFER]))
def test_an_event_with_any_member_of_any_type_is_read_as_it_is_or_refused_by_name(
    data: st.DataObject, event: dict[str, object]
) -> None:
    name = data.draw(st.sampled_from(sorted(event)))
    part = changed(event, **{name: data.draw(values)})
    version: Version = "3.0" if event is REEFER else "2.2"
    if not refusal(read_event, part, version):
        assert read_event(part, version).data == part


@pytest.mark.parametrize("value", [b"0,", b"[]", b"{}"])
def test_size_is_checked_before_anything_is_decoded(value: bytes) -> None:
    check_size(value * 250_000)
    with pytest.raises(TooLargeError):
        check_size(value * 250_001)
    with pytest.raises(TooLargeError):
        check_size(b" " * (BATCH_BYTES_MAX + 1))
