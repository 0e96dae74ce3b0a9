# SPDX-License-Identifier: Apache-2.0
"""Under which names a node answers, and which origins its pages have.

A request signed for another host is not taken here, and a page of another port is no page of this
node: both follow from what a node is told of its own names.
"""

import ipaddress
import re
from collections.abc import Sequence
from typing import Annotated, Final

import typer

from ropewalk.cli.exits import UsageError

Hosts = Annotated[
    list[str] | None,
    typer.Option(
        "--host",
        envvar="ROPEWALK_HOSTS",
        help="Name, without port, that the node answers under; by default localhost, any if it "
        "listens on more than this machine's own address.",
    ),
]
Origins = Annotated[
    list[str] | None,
    typer.Option(
        "--origin",
        envvar="ROPEWALK_ORIGINS",
        help="What people type to see its pages, such as https://portal.example; by default http "
        "and the port it listens on.",
    ),
]
LOOPBACK: Final = ("localhost", "127.0.0.1", "::1", "[::1]")
_NAME: Final = re.compile(r"[a-z0-9._-]{1,253}|\[[0-9a-f:.]{2,45}\]|[0-9a-f:.]*:[0-9a-f:.]*")
_ORIGIN: Final = re.compile(
    r"https?://(?P<name>[a-z0-9._-]{1,253}|\[[0-9a-f:.]{2,45}\])(:\d{1,5})?"
)


def names_of(listen_host: str, hosts: Sequence[str], origins: Sequence[str]) -> tuple[str, ...]:
    """The names that requests may hold; none for any.

    Args:
        listen_host: the address that it listens on.
        hosts: as told by `--host`.
        origins: as told by `--origin`; what people type is a name of the node too.

    Raises:
        UsageError: one is no name.
    """
    told = [one.lower() for one in hosts]
    for one in told:
        if not _NAME.fullmatch(one):
            raise UsageError(f"--host {one} is no name: give it without port and without https://")
    if not told and _is_loopback(listen_host):
        told = [*LOOPBACK, listen_host.lower()]
    typed = [_named(one) for one in origins_of(origins)]
    return tuple(dict.fromkeys([*told, *typed])) if told else ()


def origins_of(origins: Sequence[str]) -> tuple[str, ...]:
    """The origins of the node's pages, as browsers write them.

    Raises:
        UsageError: one is none.
    """
    found = [one.lower().removesuffix("/") for one in origins]
    for one in found:
        if not _ORIGIN.fullmatch(one):
            raise UsageError(f"--origin {one} is none: give it as https://portal.example")
    return tuple(found)


def _named(origin: str) -> str:
    found = _ORIGIN.fullmatch(origin)
    return found["name"] if found else ""


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
