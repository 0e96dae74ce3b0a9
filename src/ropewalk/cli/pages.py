# SPDX-License-Identifier: Apache-2.0
"""The portal beside a node: what it is started with, and the ready-made desks of a demo."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from ropewalk.crypto import PrivateKey, to_base64

if TYPE_CHECKING:
    from fastapi import FastAPI


@dataclass(frozen=True, slots=True)
class Pages:
    """What the portal is started with."""

    desks: Path | None
    """File of ready-made desks, whose keys are no secret; None for none."""

    def extend(self, data: Path) -> "Callable[[FastAPI], None]":
        """What adds the portal to a node.

        Args:
            data: the node's data directory, where the portal keeps what is its own.
        """
        from ropewalk.portal import PortalSettings, attach  # noqa: PLC0415  # heavy

        settings = PortalSettings(store=data / "portal.sqlite", desks=self.desks)

        def add(app: "FastAPI") -> None:
            attach(app, settings)

        return add


@dataclass(frozen=True, slots=True)
class Desk:
    """A party of the demo whose key its node hands out."""

    name: str
    controller: str
    roles: list[str]
    key: PrivateKey


def write_desks(
    path: Path,
    desks: Iterable[Desk],
    papers: Mapping[str, str],
    voyage: Mapping[str, Any] | None = None,
) -> None:
    """Write the file of ready-made desks.

    Args:
        path: where; whoever reads it meanwhile sees the old one or the new one.
        desks: whose keys are handed out.
        papers: by title, the payload that has its document.
        voyage: what `yours.prepare` made ready, once it did.
    """
    told = {
        "desks": [
            {
                "controller": one.controller,
                "name": one.name,
                "roles": one.roles,
                "seed": to_base64(one.key.seed_and_public()[:32]),
            }
            for one in desks
        ],
        "papers": dict(papers),
        "voyage": voyage,
    }
    beside = path.with_suffix(".new")
    beside.touch(mode=0o600)
    beside.write_bytes(msgspec.json.encode(told))
    beside.replace(path)
