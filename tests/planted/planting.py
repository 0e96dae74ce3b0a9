# SPDX-License-Identifier: Apache-2.0
"""How a bug is planted: in place of what stands there, in a rule, or around one."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from ledger.world import IDS
from ropewalk import identity, rules
from ropewalk.ledger import Context, Effects, Rule, RuleBook, View, decode_record, encode_record
from ropewalk.title import Title

Apply = Callable[[View, Any, Context], Effects]
LATER_S = 10 * 365 * 86_400


def put(module: Any, name: str, value: object) -> None:
    """Put a bug in place of what stands there; a slip in a name is an error, not a catch."""
    getattr(module, name)
    setattr(module, name, value)


def put_rule(act: str, apply: Apply) -> None:
    """Let an act do something else, proposed or not."""
    book = rules.V1.rules
    assert isinstance(book, dict)
    found: Rule = book[act]
    book[act] = dataclasses.replace(found, apply=apply)
    own = {rule.name for rule in identity.approval_rules({})}
    plain = {name: rule for name, rule in book.items() if name not in own}
    book.update({rule.name: rule for rule in identity.approval_rules(plain)})


def put_book(**changes: object) -> None:
    """Let another policy function stand before every rule."""
    book: RuleBook = rules.V1
    put(rules, "BOOKS", {1: dataclasses.replace(book, **changes)})  # type: ignore[arg-type]


def around(act: str, change: Callable[[View, Any, Context], Context]) -> None:
    """Let an act see other circumstances."""
    old = rules.V1.rules[act].apply

    def apply(view: View, message: Any, context: Context) -> Effects:
        return old(view, message, change(view, message, context))

    put_rule(act, apply)


def at_another_time(act: str, seconds: int) -> None:
    """Let an act take the block's time for another."""
    around(
        act,
        lambda _view, _message, context: msgspec.structs.replace(
            context, time_s=context.time_s + seconds
        ),
    )


def everybody() -> set[str]:
    """Everybody who is registered from the start."""
    return set(IDS.values())


class _Hiding:
    """A view in which some records are not to be found."""

    def __init__(self, below: View, prefix: str) -> None:
        self.below = below
        self.prefix = prefix

    def get(self, key: str, /) -> bytes | None:
        """The record's bytes, unless it is one of those."""
        return None if key.startswith(self.prefix) else self.below.get(key)


def blind_to(act: str, prefix: str) -> None:
    """Let an act overlook records whose key begins so."""
    old = rules.V1.rules[act].apply

    def apply(view: View, message: Any, context: Context) -> Effects:
        return old(_Hiding(view, prefix), message, context)

    put_rule(act, apply)


def approved_by_all(act: str) -> None:
    """Let an act take everybody's approval for given."""
    around(
        act,
        lambda _view, _message, context: msgspec.structs.replace(
            context, approvals=tuple(sorted(everybody()))
        ),
    )


def after(act: str, change: Callable[[Title | None, Title], Mapping[str, Any]]) -> None:
    """Let an act write other records of titles: fields by what was and what it should be."""
    old = rules.V1.rules[act].apply

    def apply(view: View, message: Any, context: Context) -> Effects:
        effects = old(view, message, context)
        writes = dict(effects.writes)
        for key, record in effects.writes.items():
            if key.startswith("title/") and record is not None:
                before = view.get(key) if key == f"title/{message.title}" else None
                was = None if before is None else decode_record(before, Title)
                now = decode_record(record, Title)
                wrong = msgspec.structs.replace(now, **change(was, now))
                writes[key] = encode_record(wrong)
        return msgspec.structs.replace(effects, writes=writes)

    put_rule(act, apply)
