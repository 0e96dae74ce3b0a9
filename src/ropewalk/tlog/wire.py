# SPDX-License-Identifier: Apache-2.0
"""How proofs of presence and absence travel: as JSON among ourselves, as protobuf for ICS-23.

The JSON form (docs/reference/formats.md, 5) is read in its one accepted form: exactly the
members named there, strict base64, and only steps that an inner node of the map can have.
"""

from collections.abc import Mapping

from ropewalk.crypto import EncodingError, Value, from_base64, is_printable_ascii, to_base64
from ropewalk.tlog.errors import MalformedProofError
from ropewalk.tlog.ics23 import STEPS_MAX, Absence, Presence, Step
from ropewalk.tlog.protobuf import binary, integer


def presence_from_json(value: object) -> Presence:
    """Read a presence proof from parsed JSON.

    Raises:
        MalformedProofError: it is not in its one accepted form.
    """
    members = _members(value)
    if members.keys() != {"key", "path", "value"}:
        raise MalformedProofError("a presence proof has key, path and value")
    path = members["path"]
    if not isinstance(path, list) or len(path) > STEPS_MAX:
        raise MalformedProofError(f"a path is a list of at most {STEPS_MAX} steps")
    return Presence(
        _text(members["key"]), _text(members["value"]), tuple(_step(step) for step in path)
    )


def presence_to_json(proof: Presence) -> dict[str, Value]:
    """A presence proof as JSON, ready for canonical encoding."""
    return {
        "key": proof.key.decode("ascii"),
        "path": [
            {"prefix": to_base64(step.prefix), "suffix": to_base64(step.suffix)}
            for step in proof.path
        ],
        "value": proof.value.decode("ascii"),
    }


def absence_from_json(value: object) -> Absence:
    """Read an absence proof from parsed JSON.

    Raises:
        MalformedProofError: it is not in its one accepted form.
    """
    members = _members(value)
    sides = {name: presence_from_json(side) for name, side in members.items() if name != "key"}
    if "key" not in members or not sides or not sides.keys() <= {"left", "right"}:
        raise MalformedProofError("an absence proof has key and left, right or both")
    return Absence(_text(members["key"]), sides.get("left"), sides.get("right"))


def absence_to_json(proof: Absence) -> dict[str, Value]:
    """An absence proof as JSON, ready for canonical encoding."""
    members: dict[str, Value] = {"key": proof.key.decode("ascii")}
    if proof.left is not None:
        members["left"] = presence_to_json(proof.left)
    if proof.right is not None:
        members["right"] = presence_to_json(proof.right)
    return members


def commitment_proof_bytes(proof: Presence | Absence) -> bytes:
    """A proof as ICS-23's CommitmentProof in protobuf, for any ICS-23 verifier.

    Source: cosmos/ics23/v1/proofs.proto, SmtSpec.
    """
    if isinstance(proof, Presence):
        return binary(1, _existence(proof))
    sides = b"".join(
        binary(number, _existence(side))
        for number, side in ((2, proof.left), (3, proof.right))
        if side is not None
    )
    return binary(2, binary(1, proof.key) + sides)


def _members(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise MalformedProofError("a proof is an object")
    return value


def _text(value: object) -> bytes:
    if not isinstance(value, str) or not value or not is_printable_ascii(value):
        raise MalformedProofError("keys and values are printable ASCII and not empty")
    return value.encode("ascii")


def _step(value: object) -> Step:
    members = _members(value)
    if members.keys() != {"prefix", "suffix"}:
        raise MalformedProofError("a step has prefix and suffix")
    step = Step(_bytes(members["prefix"]), _bytes(members["suffix"]))
    sizes = len(step.prefix), len(step.suffix)
    if sizes not in ((1, 32), (33, 0)) or step.prefix[0] != 1:
        raise MalformedProofError("a step is 0x01 and one sibling of 32 bytes")
    return step


def _bytes(value: object) -> bytes:
    if not isinstance(value, str):
        raise MalformedProofError("prefix and suffix are text")
    try:
        return from_base64(value)
    except EncodingError as error:
        raise MalformedProofError("prefix and suffix are strict base64") from error


def _existence(proof: Presence) -> bytes:
    """ExistenceProof: key 1, value 2, leaf 3, path 4."""
    path = b"".join(binary(4, _inner_op(step)) for step in proof.path)
    return binary(1, proof.key) + binary(2, proof.value) + binary(3, _LEAF_OP) + path


def _inner_op(step: Step) -> bytes:
    """InnerOp: hash 1 (SHA256 = 1), prefix 2, suffix 3."""
    return integer(1, 1) + binary(2, step.prefix) + binary(3, step.suffix)


_LEAF_OP = integer(1, 1) + integer(2, 1) + integer(3, 1) + binary(5, b"\x00")
"""LeafOp: hash 1, prehash_key 2, prehash_value 3 (all SHA256 = 1), length 4 (0), prefix 5."""
