# SPDX-License-Identifier: Apache-2.0
"""Claims and messages are copied whole, byte by byte, and the views of the copy are the same."""

from pathlib import Path

import msgspec

from ropewalk.views import Batch, Message, copy_payloads
from ropewalk.views.payloads import Payloads

EVENT = msgspec.Raw(b'{"eventType": "SHIPMENT"}')
BATCH = Batch(by="ab" * 16, salt="00" * 32, version="2.2", events=[EVENT])


def test_a_copy_holds_every_claim_and_message(tmp_path: Path) -> None:
    source, target = tmp_path / "one", tmp_path / "other"
    payloads = Payloads(source)
    payloads.put(BATCH)
    number = payloads.add_message(Message(received=1, sender="", version="3.0", events=[EVENT]))
    assert copy_payloads(source, target) == 2
    copied = Payloads(target)
    assert copied.get(BATCH.root) == payloads.get(BATCH.root)
    assert copied.message(number) == payloads.message(number)
    assert all(path.stat().st_mode & 0o077 == 0 for path in target.rglob("*.json"))


def test_what_has_none_is_copied_as_none(tmp_path: Path) -> None:
    assert copy_payloads(tmp_path / "nowhere", tmp_path / "other") == 0
