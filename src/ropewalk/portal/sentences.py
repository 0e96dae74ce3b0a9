# SPDX-License-Identifier: Apache-2.0
"""Acts of the log as sentences: who did what, in the words of the catalogue."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from markupsafe import Markup, escape

from ropewalk.api import ApiError
from ropewalk.client import TIMES
from ropewalk.crypto import EncodingError, from_base64url
from ropewalk.engines.port import Logged
from ropewalk.ledger import COMMITTED
from ropewalk.portal.links import page_of
from ropewalk.portal.pages import Portal, money, short, when, words

_PLACE: Final = re.compile(r"\{([a-z_]+)\}")
_CONTROLLER: Final = re.compile(r"[0-9a-f]{32}")
_HASH: Final = re.compile(r"[0-9a-f]{64}")
SUMS_OF: Final = ("amount", "price", "sum")
STRANDS: Final = {"cargo": "cargo", "capital": "capital", "title": "information"}
"""Which strand of the rope a room's acts lie on; an exchange ties all three."""


@dataclass(frozen=True, slots=True)
class Told:
    """One act of the log."""

    position: int
    height: int
    time: int
    act: str
    actor: str
    body: Mapping[str, Any]
    refusal: str
    """Slug of why it was refused; "" where it was carried out."""

    @property
    def room(self) -> str:
        """The room it belongs to."""
        return self.act.partition(".")[0]

    @property
    def strand(self) -> str:
        """The strand of the rope it lies on: cargo, capital, information, or all of them."""
        return STRANDS.get(self.room, "all" if self.room == "exchange" else "information")


def read(logged: Logged) -> Told | None:
    """An entry of the log as an act; None where it is the end of a block or the like."""
    fields = msgspec.json.decode(logged.entry)[1]
    transaction = fields.get("transaction")
    if transaction is None:
        return None
    payload = _payload(transaction)
    return Told(
        position=logged.position,
        height=logged.height,
        time=logged.time,
        act=str(payload.get("act", "")),
        actor=str(payload.get("represented_party") or payload.get("actor", "")),
        body=payload.get("body") or {},
        refusal="" if fields["code"] == COMMITTED else str(fields["code"]),
    )


def read_all(entries: Iterable[Logged]) -> list[Told]:
    """All acts among entries of the log."""
    found = (read(one) for one in entries)
    return [one for one in found if one is not None]


def _payload(transaction: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = msgspec.json.decode(from_base64url(transaction.split(".")[1]))
    except (EncodingError, IndexError, msgspec.MsgspecError) as error:
        raise ApiError("an entry of the log is no transaction") from error
    return found


def sentence(portal: Portal, act: str, body: Mapping[str, Any]) -> Markup:
    """What an act says, its members in their places; markup of the members is escaped."""
    pattern = portal.text.get(f"act.{act}", "")
    if not pattern:
        return escape(act)
    more = (portal.text.get(f"with.{act}.{name}", "") for name in sorted(body))
    pattern = " ".join(filter(None, (pattern, *more)))

    def fill(found: re.Match[str]) -> str:
        return str(value(portal, body, found[1]))

    parts, end = [], 0
    for found in _PLACE.finditer(pattern):
        parts += [str(escape(pattern[end : found.start()])), fill(found)]
        end = found.end()
    return Markup("".join([*parts, str(escape(pattern[end:]))]))  # noqa: S704 - each part is escaped


def value(portal: Portal, body: Mapping[str, Any], name: str) -> Markup:
    """One member of an act, as people read it."""
    found = body.get(name, "")
    if isinstance(found, bool):
        return escape(portal.text(f"script.said.{'yes' if found else 'no'}"))
    if name in SUMS_OF and body.get("currency"):
        return money(found, str(body["currency"]))
    if isinstance(found, int):
        return when(found) if name in TIMES else escape(found)
    if isinstance(found, str):
        return _word(portal, name, found)
    return escape(msgspec.json.encode(found).decode()[:200])


def _word(portal: Portal, name: str, found: str) -> Markup:
    """A text of an act: a party by its name, a thing by its page, an act by what it is called."""
    if _CONTROLLER.fullmatch(found):
        return portal.who(found)
    if _HASH.fullmatch(found):
        address = page_of(name, found)
        code = Markup("<code>{}</code>").format(short(found))
        return Markup('<a href="{}">{}</a>').format(address, code) if address else code
    if name == "act":
        plain = words(found.partition(".")[2])
        return escape(portal.text.get(f"script.said.name.{found}", plain))
    return escape(found)
