# SPDX-License-Identifier: Apache-2.0
"""The standard's own requests go through their states, up to the title, on a real engine."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from network import Network
from ropewalk.client import (
    Actor,
    Controllers,
    DraftError,
    Node,
    NotARequestError,
    NotFoundError,
    Particulars,
    Shelf,
    TransportDocument,
    book,
    content_commitment,
    instruct,
    issue,
    make_bundle,
    publish_draft,
    read_request,
    read_trust,
    verify_bundle,
)
from ropewalk.client.papers import REQUIRED, RequestKind
from ropewalk.crypto import SALT_SIZE, Value, random_bytes, sha256_hex

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT.parent / "shared" / "data" / "dcsa" / "samples"
NEEDS_SAMPLES = pytest.mark.skipif(
    not SAMPLES.is_dir(), reason="the standard's samples are not here"
)
EXAMPLE = ROOT / "examples" / "to-order.json"


def samples(folder: str) -> list[Path]:
    """Every sample that is a request, and not the answer to a wrong one."""
    found = sorted((SAMPLES / folder).glob("*.json"))
    return [one for one in found if "error-message" not in one.name]


BOOKINGS, INSTRUCTIONS = samples("booking"), samples("ebl")


class Room:
    """Shipper and carrier at one node."""

    def __init__(self, network: Network, url: str, folder: Path) -> None:
        self.network = network
        self.node = Node(url)
        self.shelf = Shelf(folder)
        self.shipper, self.carrier, self.bank = map(self._actor, ("shipper", "carrier", "bank"))

    def _actor(self, name: str) -> Actor:
        party = self.network.parties[name]
        return Actor(self.node, self.network.network, party.controller, party.key)

    def booked(self, data: bytes) -> str:
        """A booking requested."""
        request = read_request(data, "booking")
        booking, outcome = book(self.shipper, self.shelf, request, self.carrier.controller)
        outcome.require_committed()
        return booking

    def confirmed(self, data: bytes) -> str:
        """A booking confirmed."""
        booking = self.booked(data)
        self.does(self.carrier, "CONFIRM_BOOKING", booking=booking, content=salted(data))
        return booking

    def instructed(self, data: bytes, booking: str) -> str:
        """Instructions received."""
        request = read_request(data, "instructions")
        found, outcome = instruct(self.shipper, self.shelf, request, [booking])
        outcome.require_committed()
        return found

    def does(self, actor: Actor, act: str, **members: Value) -> None:
        """An act on a document as it stands."""
        kind = next(name for name in ("booking", "instructions") if name in members)
        last_act = self.node.cargo(kind, str(members[kind]))["last_act"]
        outcome = actor.act(f"cargo.{act}", {"last_act": last_act, **members})
        outcome.require_committed()

    def states(self, kind: str, identifier: str) -> tuple[str, ...]:
        """What states it is in."""
        record = self.node.cargo(kind, identifier)
        names = ("status", "amended", "updated", "cancellation", "draft")
        return tuple(record[name] for name in names if name in record)


def salted(data: bytes) -> str:
    """A commitment to a content, salted anew."""
    return content_commitment(random_bytes(SALT_SIZE), data)


def document(reference: str, **changes: object) -> TransportDocument:
    """A transport document of the network's carrier."""
    told = json.loads(EXAMPLE.read_bytes())
    told.update(carrierCode="TST", carrierCodeListProvider="SMDG")
    told.update(transportDocumentReference=reference, **changes)
    return TransportDocument.parse(json.dumps(told, indent=2).encode())


@pytest.fixture
def room(network: Network, node_url: str, tmp_path: Path) -> Iterator[Room]:
    made = Room(network, node_url, tmp_path / "shelf")
    yield made
    made.node.close()


def test_the_samples_are_all_there() -> None:
    if not SAMPLES.is_dir():
        pytest.skip("the standard's samples are not here")
    assert (len(BOOKINGS), len(INSTRUCTIONS)) == (7, 10)


@NEEDS_SAMPLES
@pytest.mark.parametrize("sample", BOOKINGS, ids=lambda one: one.stem)
def test_an_official_booking_request_passes_through_its_states(room: Room, sample: Path) -> None:
    data = sample.read_bytes()
    booking = room.booked(data)
    kept = room.shelf.get(booking)
    assert kept.document == data
    told = room.node.cargo("booking", booking)
    assert told["content"] == content_commitment(kept.salt, data)
    why = sha256_hex(b"why")
    on_booking = {"booking": booking}
    for actor, act, members, states in (
        (room.carrier, "ASK_BOOKING_UPDATE", {"reason": why}, ("PENDING_UPDATE",)),
        (room.shipper, "UPDATE_BOOKING", {"content": salted(data)}, ("UPDATE_RECEIVED",)),
        (room.carrier, "CONFIRM_BOOKING", {"content": salted(data)}, ("CONFIRMED",)),
        (room.carrier, "ASK_BOOKING_AMENDMENT", {"reason": why}, ("PENDING_AMENDMENT",)),
        (
            room.shipper,
            "AMEND_BOOKING",
            {"content": salted(data)},
            ("PENDING_AMENDMENT", "AMENDMENT_RECEIVED"),
        ),
        (
            room.carrier,
            "CONFIRM_BOOKING_AMENDMENT",
            {},
            ("CONFIRMED", "AMENDMENT_CONFIRMED"),
        ),
        (
            room.shipper,
            "ASK_BOOKING_CANCELLATION",
            {},
            ("CONFIRMED", "AMENDMENT_CONFIRMED", "CANCELLATION_RECEIVED"),
        ),
        (
            room.carrier,
            "DECLINE_BOOKING_CANCELLATION",
            {"reason": why},
            ("CONFIRMED", "AMENDMENT_CONFIRMED", "CANCELLATION_DECLINED"),
        ),
        (
            room.carrier,
            "COMPLETE_BOOKING",
            {},
            ("COMPLETED", "AMENDMENT_CONFIRMED", "CANCELLATION_DECLINED"),
        ),
    ):
        room.does(actor, act, **on_booking, **members)
        assert room.states("booking", booking) == states


@NEEDS_SAMPLES
@pytest.mark.parametrize("sample", INSTRUCTIONS, ids=lambda one: one.stem)
def test_official_instructions_pass_through_their_states_to_a_title(
    room: Room, sample: Path
) -> None:
    data = sample.read_bytes()
    booking = room.confirmed(BOOKINGS[0].read_bytes())
    instructions = room.instructed(data, booking)
    assert room.shelf.get(instructions).document == data
    on_them = {"instructions": instructions}
    room.does(room.carrier, "ASK_INSTRUCTIONS_UPDATE", **on_them, reason=sha256_hex(b"why"))
    room.does(room.shipper, "UPDATE_INSTRUCTIONS", **on_them, content=salted(data))
    assert room.states("instructions", instructions) == ("PENDING_UPDATE", "UPDATE_RECEIVED")
    room.does(room.carrier, "CONFIRM_INSTRUCTIONS_UPDATE", **on_them)
    first, second = document("DRAFT-1"), document(f"DOC-{sample.stem}"[:20])
    publish_draft(room.carrier, room.shelf, instructions, first)[1].require_committed()
    room.does(room.shipper, "COMMENT_DRAFT", **on_them, comment=sha256_hex(b"no"))
    approved, outcome = publish_draft(room.carrier, room.shelf, instructions, second)
    outcome.require_committed()
    room.does(room.shipper, "APPROVE_DRAFT", **on_them)
    assert room.states("instructions", instructions) == (
        "RECEIVED",
        "UPDATE_CONFIRMED",
        "APPROVED",
    )
    parties = Controllers(room.shipper.controller, endorsee=room.bank.controller)
    drafted = Particulars(draft=instructions)
    with pytest.raises(DraftError):
        issue(room.carrier, room.shelf, first, "GB", parties, drafted)
    title, outcome = issue(room.carrier, room.shelf, second, "GB", parties, drafted)
    outcome.require_committed()
    assert room.node.title(title)[1]["commitment"] == approved
    told = room.node.cargo("instructions", instructions)
    assert (told["draft"], told["title"], told["document"]) == ("ISSUED", title, approved)
    assert room.shelf.get(title).document == second.data
    with pytest.raises(NotFoundError):  # erasing the title's copy erases the only one
        room.shelf.get(approved)


@pytest.mark.parametrize("kind", REQUIRED)
def test_a_request_has_what_the_standard_requires(kind: RequestKind) -> None:
    whole = dict.fromkeys(REQUIRED[kind], 1)
    assert read_request(json.dumps(whole).encode(), kind).json == whole
    for name in whole:
        told = {one: value for one, value in whole.items() if one != name}
        with pytest.raises(NotARequestError, match=name):
            read_request(json.dumps(told).encode(), kind)


@pytest.mark.parametrize("data", [b"", b"[]", b"1", b'{"a":1,"a":1}', b"\xff", b"{" * 10_000])
def test_what_is_not_one_json_object_is_no_request(data: bytes) -> None:
    with pytest.raises(NotARequestError):
        read_request(data, "booking")


def test_any_file_can_be_committed_to() -> None:
    salt = random_bytes(SALT_SIZE)
    assert content_commitment(salt, b"\x89PNG") != content_commitment(salt, b"\x89PNF")
    assert content_commitment(salt, b'{"a":1}') != content_commitment(salt, b'{"a": 1}')


def test_a_draft_that_nobody_published_is_not_issued(room: Room) -> None:
    data = json.dumps(dict.fromkeys(REQUIRED["booking"], 1)).encode()
    booking = room.confirmed(data)
    told = json.dumps(dict.fromkeys(REQUIRED["instructions"], 1)).encode()
    instructions = room.instructed(told, booking)
    parties = Controllers(room.shipper.controller, endorsee=room.bank.controller)
    one = document("DOC-1")
    with pytest.raises(DraftError):
        issue(room.carrier, room.shelf, one, "GB", parties, Particulars(draft=instructions))
    publish_draft(room.carrier, room.shelf, instructions, one)[1].require_committed()
    elsewhere = Shelf(room.shelf.path.parent / "another")
    with pytest.raises(NotFoundError):
        issue(room.carrier, elsewhere, one, "GB", parties, Particulars(draft=instructions))


def test_both_verifiers_accept_a_title_that_was_issued_from_a_draft(
    room: Room, tmp_path: Path
) -> None:
    booking = room.confirmed(json.dumps(dict.fromkeys(REQUIRED["booking"], 1)).encode())
    told = json.dumps(dict.fromkeys(REQUIRED["instructions"], 1)).encode()
    instructions = room.instructed(told, booking)
    one = document("DOC-1")
    publish_draft(room.carrier, room.shelf, instructions, one)[1].require_committed()
    room.does(room.shipper, "APPROVE_DRAFT", instructions=instructions)
    parties = Controllers(room.shipper.controller, endorsee=room.bank.controller)
    drafted = Particulars(draft=instructions)
    title, outcome = issue(room.carrier, room.shelf, one, "GB", parties, drafted)
    outcome.require_committed()
    bundle = make_bundle(room.node, title, room.shelf.get(title))
    verdict = verify_bundle(bundle, read_trust(room.network.genesis), None)
    assert verdict.ok, verdict
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    files = tmp_path / "bundle.json", tmp_path / "genesis.json"
    for path, data in zip(files, (bundle, room.network.genesis), strict=True):
        path.write_bytes(data)
    program = ROOT / "verifier" / "cli.mjs"
    ran = subprocess.run(
        [node, program, files[0], "--trust", files[1]], capture_output=True, check=False
    )
    assert (ran.returncode, ran.stdout[:8]) == (0, b"accepted"), ran.stdout + ran.stderr


def test_a_refused_request_is_not_kept(room: Room) -> None:
    data = json.dumps(dict.fromkeys(REQUIRED["booking"], 1)).encode()
    request = read_request(data, "booking")
    booking, outcome = book(room.shipper, room.shelf, request, room.bank.controller)
    assert outcome.status == "refused"
    assert room.shelf.find(booking) is None
