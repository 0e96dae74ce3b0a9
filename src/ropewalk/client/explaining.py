# SPDX-License-Identifier: Apache-2.0
"""Ask a node what is known of a box, a booking, a document or a call, and why.

    found = answers_of(node, {"equipmentReference": "CSQU3054383"})
    clock = run(terms, claims_of(node, {"equipmentReference": box}), equipment=box, …)

Who claimed, as what and when is the node's word here; `GET /v1/claims/{root}` and the log prove it.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec

from ropewalk.client.errors import MalformedAnswerError
from ropewalk.client.node import Node
from ropewalk.client.signing import Signing, unsigned
from ropewalk.tracking import Claimed, TrackingError, Version, read_event


class _Claim(msgspec.Struct):
    claimed_by: str
    roles: tuple[str, ...]
    position: int
    index: int
    height: int
    known_s: int
    version: Version
    event: msgspec.Raw
    device_of: str = ""


class _Claims(msgspec.Struct):
    claims: list[_Claim]


def answers_of(node: Node, query: Mapping[str, str], signing: Signing = unsigned) -> dict[str, Any]:
    """Every milestone of one reference, explained; the query is that of `GET /v1/answers`.

    Raises:
        RefusedError: the node does not answer that.
    """
    target = f"/v1/answers?{urlencode(query)}"
    return node.asked("GET", target, signing("GET", target), dict[str, Any])


def claims_of(node: Node, query: Mapping[str, str], signing: Signing = unsigned) -> list[Claimed]:
    """All that was claimed of one reference: what `answers` and `run` are called with.

    Raises:
        RefusedError: the node does not answer that.
        MalformedAnswerError: what it answers is no list of claims.
    """
    target = f"/v1/claimed?{urlencode(query)}"
    found = node.asked("GET", target, signing("GET", target), _Claims)
    try:
        return [_claimed(one) for one in found.claims]
    except TrackingError as error:
        raise MalformedAnswerError(f"the node's answer can't be read: {error}") from error


def _claimed(one: _Claim) -> Claimed:
    return Claimed(
        event=read_event(bytes(one.event), one.version),
        actor=one.claimed_by,
        roles=one.roles,
        device_of=one.device_of,
        position=one.position,
        index=one.index,
        height=one.height,
        time_s=one.known_s,
    )
