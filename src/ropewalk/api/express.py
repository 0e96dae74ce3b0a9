# SPDX-License-Identifier: Apache-2.0
"""The express way: one transaction in a plain request, answered past h11 and the application.

Single transactions are what a node is sent most, and the machinery for all other requests costs
several times what the node itself does with one. Here goes only what leaves nothing to decide: the
head passed `ropewalk.api.framing`, and holds no field that any other route or the edge looks at.
Everything else goes the ordinary way, to the same code behind it.
"""

import asyncio
import time
from typing import Final

from starlette.responses import Response

from ropewalk.api import media, transactions
from ropewalk.api.edge import harden, host_name, refusal, stopping, told
from ropewalk.api.framing import Head
from ropewalk.api.node import Node
from ropewalk.api.problems import phrase
from ropewalk.api.settings import ApiSettings

PATH: Final = "/v1/transactions"
REQUEST: Final = (b"POST", PATH.encode(), b"1.1")
OFFERED: Final[dict[bytes, tuple[bytes, ...]]] = {
    b"content-type": (media.JOSE.encode(),),
    b"accept": (b"*/*", media.JSON.encode()),
    b"connection": (b"keep-alive",),
}
"""Fields that must hold one of these values, where they stand."""
IGNORED: Final = frozenset(
    (b"host", b"content-length", b"user-agent", b"accept-encoding", b"accept-language")
)
"""Fields that may hold anything the framing let pass; length and host are looked at apart."""


def suits(head: Head, settings: ApiSettings) -> bool:
    """Whether a request may go the express way."""
    if head[:3] != REQUEST:
        return False
    fields = dict(head.fields)
    if len(fields) != len(head.fields) or b"content-type" not in fields:
        return False
    for name, value in head.fields:
        if name not in IGNORED and value not in OFFERED.get(name, ()):
            return False
    if settings.hosts and host_name(fields[b"host"].decode("latin-1")) not in settings.hosts:
        return False
    return 0 < int(fields.get(b"content-length", b"0")) <= settings.caps.jose_bytes


async def answer(node: Node, body: bytes, client: str) -> Response:
    """The answer to a transaction, refused or not; counted and logged as every other."""
    correlation, started = node.correlation(), time.perf_counter()
    state = {"correlation": correlation, "code": ""}
    try:
        node.authorise("transaction.submit", "")
        response = await transactions.one(node, body, wait=True)
    except asyncio.CancelledError:
        response = refusal(stopping(), {"state": state})
    except Exception as error:  # noqa: BLE001 - whatever it is, the answer is a problem
        response = refusal(told(node, error, correlation), {"state": state})
    harden(response.raw_headers, correlation)
    taken = time.perf_counter() - started
    node.metrics.request("POST", PATH, response.status_code, taken)
    node.log.info(
        "request",
        correlation=correlation,
        client=client,
        method="POST",
        path=PATH,
        status=response.status_code,
        code=state["code"],
        taken_ms=round(taken * 1000, 2),
    )
    return response


def wire(response: Response, default: list[tuple[bytes, bytes]]) -> bytes:
    """An answer as bytes of HTTP.

    Args:
        response: Whole, its length among its fields.
        default: The server's own header fields.
    """
    line = f"HTTP/1.1 {response.status_code} {phrase(response.status_code)}".encode("ascii")
    fields = [b"%b: %b" % field for field in (*default, *response.raw_headers)]
    return b"\r\n".join([line, *fields, b"", bytes(response.body)])
