# SPDX-License-Identifier: Apache-2.0
"""ICS-23 proofs of presence and absence under its SmtSpec.

`verify_membership` and `verify_non_membership` are ICS-23's VerifyMembership and
VerifyNonMembership, check by check. They trust that the tree was built as its rules say: they
do not ask whether a leaf stands where its hashed key puts it. `verify_presence` and
`verify_absence` ask that too, so that one root, even a dishonest one, shows no key with two
values.

Keys and records are never empty. Under SmtSpec the leaf operation is constant (SHA-256 of
0x00 ‖ SHA-256(key) ‖ SHA-256(value)), so a proof leaves it out.

Source: ICS-23; github.com/cosmos/ics23/go v0.10.0, proof.go, ops.go.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from ropewalk.tlog.bucket import EMPTY, Sibling
from ropewalk.tlog.errors import AbsenceError, PresenceError
from ropewalk.tlog.map import AuthenticatedMap, hashed_key, map_leaf

STEPS_MAX = 256
"""Inner nodes on a path at most: SmtSpec's MaxDepth."""

_CHILD_SIZE = 32
_LEAF_PREFIX = 0x00
_INNER_PREFIX = b"\x01"


@dataclass(frozen=True, slots=True)
class Step:
    """One inner node on a path: ICS-23's InnerOp, whose hash is always SHA-256."""

    prefix: bytes
    """Hashed before the child: 0x01, then the sibling where it is the left child."""
    suffix: bytes
    """Hashed after the child: the sibling where it is the right child."""

    @property
    def goes_right(self) -> bool:
        """Whether the path comes from the right child."""
        return len(self.prefix) == 1 + _CHILD_SIZE


@dataclass(frozen=True, slots=True)
class Presence:
    """That a key has a value: ICS-23's ExistenceProof."""

    key: bytes
    value: bytes
    path: tuple[Step, ...]
    """Inner nodes from the leaf up."""


@dataclass(frozen=True, slots=True)
class Absence:
    """That a key has no value: ICS-23's NonExistenceProof."""

    key: bytes
    left: Presence | None
    """The next key below in the order of hashed keys; None when there is none."""
    right: Presence | None
    """The next key above in the order of hashed keys; None when there is none."""


def prove_presence(tree: AuthenticatedMap, key: bytes, value: bytes) -> Presence:
    """Prove that a key has a value at the map's root.

    Raises:
        MapError: the map does not hold the key.
    """
    return Presence(key, value, _steps(tree.siblings(hashed_key(key))))


def prove_absence(
    tree: AuthenticatedMap, key: bytes, record: Callable[[bytes], tuple[bytes, bytes]]
) -> Absence:
    """Prove that a key has no value at the map's root.

    Args:
        tree: The map.
        key: The key that is not in it.
        record: Gives key and value of a hashed key that is.

    Raises:
        AbsenceError: the map is empty, which ICS-23 cannot prove, or the key is there.
    """
    below, above = tree.neighbours(hashed_key(key))
    left = None if below is None else prove_presence(tree, *record(below))
    right = None if above is None else prove_presence(tree, *record(above))
    proof = Absence(key, left, right)
    verify_absence(tree.root, key, proof)
    return proof


def verify_presence(root: bytes, key: bytes, value: bytes, proof: Presence) -> None:
    """Check that a key has a value under a root, at the place that its hash gives it.

    Raises:
        PresenceError: the proof does not show that.
    """
    verify_membership(root, key, value, proof)
    if not _stands_in_place(proof):
        raise PresenceError("the path is not the one of the hashed key")


def verify_absence(root: bytes, key: bytes, proof: Absence) -> None:
    """Check that a key has no value under a root, its neighbours standing in their places.

    Raises:
        AbsenceError: the proof does not show that.
    """
    if proof.key != key:
        raise AbsenceError("the proof is of another key")
    verify_non_membership(root, key, proof)
    for neighbour in (proof.left, proof.right):
        if neighbour is not None and not _stands_in_place(neighbour):
            raise AbsenceError("a neighbour's path is not the one of its hashed key")


def verify_membership(root: bytes, key: bytes, value: bytes, proof: Presence) -> None:
    """Check that a key has a value under a root, as ICS-23's VerifyMembership does.

    Raises:
        PresenceError: the proof does not show that.
    """
    if len(proof.path) > STEPS_MAX:
        raise PresenceError(f"a path has at most {STEPS_MAX} steps")
    if not all(_fits_spec(step) for step in proof.path):
        raise PresenceError("a step of the path is not an inner node of this map")
    if proof.key != key:
        raise PresenceError("the proof is of another key")
    if proof.value != value:
        raise PresenceError("the proof is of another value")
    if not key or not value:
        raise PresenceError("neither key nor value is empty")
    node = map_leaf(hashed_key(key), value)
    for step in proof.path:
        node = sha256(step.prefix + node + step.suffix).digest()
    if node != root:
        raise PresenceError("the path leads to another root")


def verify_non_membership(root: bytes, key: bytes, proof: Absence) -> None:
    """Check that a key has no value under a root, as ICS-23's VerifyNonMembership does.

    The proof's own `key` is not looked at, as there.

    Raises:
        AbsenceError: the proof does not show that.
    """
    left, right = proof.left, proof.right
    if left is None and right is None:
        raise AbsenceError("an absence is shown by a neighbour")
    for neighbour in (left, right):
        if neighbour is not None:
            _check_neighbour(root, neighbour)
    place = hashed_key(key)
    if right is not None and place >= hashed_key(right.key):
        raise AbsenceError("the key is not left of the right neighbour")
    if left is not None and place <= hashed_key(left.key):
        raise AbsenceError("the key is not right of the left neighbour")
    if not _are_adjacent(left, right):
        raise AbsenceError("there is room for keys between the neighbours")


def _check_neighbour(root: bytes, neighbour: Presence) -> None:
    try:
        verify_membership(root, neighbour.key, neighbour.value, neighbour)
    except PresenceError as error:
        raise AbsenceError(f"a neighbour is not there: {error}") from error


def _steps(siblings: Sequence[Sibling]) -> tuple[Step, ...]:
    return tuple(
        Step(_INNER_PREFIX + sibling, b"") if is_left else Step(_INNER_PREFIX, sibling)
        for is_left, sibling in siblings
    )


def _fits_spec(step: Step) -> bool:
    """ICS-23's InnerOp.CheckAgainstSpec: looser than a real inner node, but the root decides."""
    return (
        1 <= len(step.prefix) <= 1 + _CHILD_SIZE
        and step.prefix[0] != _LEAF_PREFIX
        and len(step.suffix) % _CHILD_SIZE == 0
    )


def _stands_in_place(proof: Presence) -> bool:
    """Whether every step turns as the bit of the hashed key says."""
    place = hashed_key(proof.key)
    return all(
        step.goes_right == bool(place[depth >> 3] & (128 >> (depth & 7)))
        for depth, step in enumerate(reversed(proof.path))
    )


def _are_adjacent(left: Presence | None, right: Presence | None) -> bool:
    """Whether no leaf can stand between two paths, or outside of one when the other is None."""
    if left is None:
        return right is not None and _is_leftmost(right.path)
    if right is None:
        return _is_rightmost(left.path)
    return _is_left_neighbour(left.path, right.path)


def _is_leftmost(path: Sequence[Step]) -> bool:
    """ICS-23's IsLeftMost: every step comes from the left, or its left sibling is empty."""
    return all(
        _is_left_child(step) or (_is_right_child(step) and step.prefix[1:] == EMPTY)
        for step in path
    )


def _is_rightmost(path: Sequence[Step]) -> bool:
    """ICS-23's IsRightMost: every step comes from the right, or its right sibling is empty."""
    return all(
        _is_right_child(step) or (_is_left_child(step) and step.suffix == EMPTY) for step in path
    )


def _is_left_neighbour(left: Sequence[Step], right: Sequence[Step]) -> bool:
    """ICS-23's IsLeftNeighbor: from the root the paths are one, part, and then hug each other."""
    shared = 0
    for above, other in zip(reversed(left), reversed(right), strict=False):
        if above != other:
            break
        shared += 1
    at, across = len(left) - shared - 1, len(right) - shared - 1
    if at < 0 or across < 0:  # ICS-23's code stops here by a panic
        return False
    return (
        _is_left_child(left[at])
        and _is_right_child(right[across])
        and _is_rightmost(left[:at])
        and _is_leftmost(right[:across])
    )


def _is_left_child(step: Step) -> bool:
    return len(step.prefix) == 1 and len(step.suffix) == _CHILD_SIZE


def _is_right_child(step: Step) -> bool:
    return len(step.prefix) == 1 + _CHILD_SIZE and not step.suffix
