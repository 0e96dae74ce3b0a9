# SPDX-License-Identifier: Apache-2.0
"""Records of cargo: what says nothing is left out, and they come back as written."""

import msgspec

from cargo.quay import Quay
from ropewalk.cargo import BoxRecord
from ropewalk.cargo.state import Movement, Right, find_box
from ropewalk.ledger import decode_record, encode_record


def test_what_says_nothing_is_left_out() -> None:
    quay = Quay().announced()
    written = encode_record(quay.movement)
    for name in (b"orders", b"blocks", b"exit", b"return", b"customs_status", b"is_ready"):
        assert name not in written


def test_records_come_back_as_written() -> None:
    quay = Quay().held("haulier").out("haulier").back()
    for record, kind in ((quay.movement, Movement), (quay.right, Right)):
        assert decode_record(encode_record(record), kind) == record


def test_a_box_of_which_nothing_is_known_is_empty() -> None:
    assert find_box({}, "0" * 64) == BoxRecord()


def test_versions_of_a_right_count_its_acts() -> None:
    quay = Quay().held("forwarder")
    assert quay.right.version == 4
    assert msgspec.structs.asdict(quay.right)["holders"][0] == quay.movement.carrier
