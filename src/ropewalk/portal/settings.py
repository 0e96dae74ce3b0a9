# SPDX-License-Identifier: Apache-2.0
"""What the portal is told: where it keeps what is its own, and the desks of a demo."""

from dataclasses import dataclass
from pathlib import Path

import msgspec


class DemoDesk(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A ready-made desk of a demo. Its key is no secret: whoever opens the page gets it."""

    controller: str
    name: str
    roles: list[str]
    seed: str
    """Of its Ed25519 key, base64; a browser takes it in as a key that cannot be taken out."""


class Ready(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A voyage of the demo that waits to be played by hand."""

    boxes: list[str]
    """Tags of its containers."""
    currency: str
    document: str
    """The transport document, base64: it lies ready on the carrier's desk."""
    law: str
    loan: str
    """What the bank lends on the bill, minor units."""
    on_board: str
    parties: dict[str, str]
    """Controllers by part: carrier, shipper, bank, consignee, customs, terminal."""
    price: str
    reference: str
    """`<provider>:<code>:<reference>` of the bill to be issued."""
    secret: str
    """Of the consignment's tags, base64."""


class DemoDesks(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that a demo tells its portal."""

    desks: list[DemoDesk] = []
    papers: dict[str, str] = {}
    """By title: the payload of the vault that has its document, for who may read it."""
    voyage: Ready | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalSettings:
    """All that the portal is told."""

    store: Path | None = None
    """SQLite file of sessions, passkeys and names; None keeps them in memory."""
    desks: Path | None = None
    """The demo's file of ready-made desks, read again when it changes; None for none."""
    language: str = "en"


class DeskFile:
    """The ready-made desks as their file has them now.

    Args:
        path: the file, which may be written later; None for none.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._as_of = 0
        self._found = DemoDesks()
        self._by_controller: dict[str, DemoDesk] = {}

    def read(self) -> DemoDesks:
        """All that it says.

        Raises:
            msgspec.MsgspecError: it is no such file.
        """
        as_of = self._changed()
        if as_of != self._as_of:
            data = self._path.read_bytes() if self._path is not None and as_of else b"{}"
            self._found = msgspec.json.decode(data, type=DemoDesks)
            self._by_controller = {one.controller: one for one in self._found.desks}
            self._as_of = as_of
        return self._found

    def desk(self, controller: str) -> DemoDesk | None:
        """The desk of a controller, None where it is not ready-made."""
        self.read()
        return self._by_controller.get(controller)

    def _changed(self) -> int:
        try:
            return 0 if self._path is None else self._path.stat().st_mtime_ns
        except FileNotFoundError:
            return 0
