# SPDX-License-Identifier: Apache-2.0
"""What the engine hands out verifies against its checkpoint."""

import pytest

from network import Network
from ropewalk.crypto import from_base64
from ropewalk.engines.port import Absence, OutOfRangeError, Presence
from ropewalk.ledger import BlockEntry, decode_entry, read_genesis
from ropewalk.tlog import (
    Checkpoint,
    Note,
    VerifierKey,
    absence_from_json,
    leaf_hash,
    presence_from_json,
    verify_absence,
    verify_checkpoint,
    verify_consistency,
    verify_inclusion,
    verify_presence,
)


def _checkpoint(network: Network, note: str) -> Checkpoint:
    return verify_checkpoint(
        Note.parse(note.encode()), VerifierKey.parse(read_genesis(network.genesis).log)
    )


def _state_root(network: Network, proven: object) -> bytes:
    block, inclusion = proven.block, proven.inclusion  # type: ignore[attr-defined]
    checkpoint = _checkpoint(network, proven.checkpoint)  # type: ignore[attr-defined]
    assert block.position == checkpoint.size - 1
    verify_inclusion(
        leaf_hash(block.entry.encode()),
        block.position,
        checkpoint.size,
        [from_base64(one) for one in inclusion],
        checkpoint.root,
    )
    entry = decode_entry(block.entry.encode())
    assert isinstance(entry, BlockEntry)
    return bytes.fromhex(entry.state_root)


def _json(proof: Presence) -> dict[str, object]:
    return {"key": proof.key, "path": proof.path, "value": proof.value}


def test_a_record_is_proven_present(network: Network) -> None:
    title, _ = network.issue("A1")
    key = f"title/{title}"
    proven = network.engine.prove(key)
    assert isinstance(proven.proof, Presence)
    proof = presence_from_json(_json(proven.proof))
    verify_presence(_state_root(network, proven), key.encode(), proven.value.encode(), proof)


def test_a_record_that_is_not_there_is_proven_absent(network: Network) -> None:
    key = "title/" + "0" * 64
    proven = network.engine.prove(key)
    assert proven.value == ""
    assert isinstance(proven.proof, Absence)
    sides = {"left": proven.proof.left, "right": proven.proof.right}
    built = {"key": proven.proof.key}
    built.update({name: _json(side) for name, side in sides.items() if side is not None})
    verify_absence(_state_root(network, proven), key.encode(), absence_from_json(built))


def test_absence_is_provable_in_a_ledger_that_has_only_its_genesis(network: Network) -> None:
    assert network.engine.record("sentinel") is not None


def test_every_entry_is_proven_in_the_log(network: Network) -> None:
    network.issue("A1")
    checkpoint = _checkpoint(network, network.engine.checkpoint())
    entries = network.engine.entries(0, 500)
    assert [one.position for one in entries] == list(range(checkpoint.size))
    for one in entries:
        path = network.engine.inclusion(one.position, checkpoint.size)
        hashes = [from_base64(each) for each in path]
        leaf = leaf_hash(one.entry.encode())
        verify_inclusion(leaf, one.position, checkpoint.size, hashes, checkpoint.root)


def test_every_checkpoint_continues_the_one_before(network: Network) -> None:
    """I31."""
    old = _checkpoint(network, network.engine.checkpoint())
    for number in range(3):
        network.issue(f"A{number}")
        new = _checkpoint(network, network.engine.checkpoint())
        assert new.size > old.size
        path = [from_base64(one) for one in network.engine.consistency(old.size, new.size)]
        verify_consistency(old.size, old.root, new.size, new.root, path)
        old = new


def test_what_is_not_in_the_log_is_out_of_range(network: Network) -> None:
    size = network.engine.condition().size
    for position, tree in ((size, size), (0, size + 1), (-1, size)):
        with pytest.raises(OutOfRangeError):
            network.engine.inclusion(position, tree)
    for old, new in ((0, size), (size, size + 1), (size, size - 1)):
        with pytest.raises(OutOfRangeError):
            network.engine.consistency(old, new)


def test_events_are_complete_in_order_and_resumable_from_any_position(network: Network) -> None:
    """I42."""
    title, issued = network.issue("A1")
    network.send(network.transfer(title, issued, "shipper", "bank"))
    every = network.engine.events(0, 1_000)
    places = [(one.position, one.index) for one in every]
    assert places == sorted(set(places))
    assert [one.name for one in every[-2:]] == ["title.issued", "title.transferred"]
    for event in every:
        rest = network.engine.events(event.position, 1_000)
        assert rest == [one for one in every if one.position >= event.position]
    assert network.engine.events(0, 1) == every[:1]


def test_a_history_holds_every_act_and_no_refusal(network: Network) -> None:
    title, issued = network.issue("A1")
    network.send(network.transfer(title, issued, "bank", "consignee"))
    network.send(network.transfer(title, issued, "shipper", "bank"))
    history = network.engine.history(title)
    assert history is not None
    assert len(history.acts) == 2
    assert network.engine.history("0" * 64) is None
