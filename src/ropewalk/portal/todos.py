# SPDX-License-Identifier: Apache-2.0
"""From what waits to an act ready to be signed: two steps, this is the first."""

from collections.abc import Callable, Mapping
from typing import Any

from ropewalk.portal.drafts import of_exchange
from ropewalk.portal.forms import Draft, draft
from ropewalk.portal.pages import Records
from ropewalk.views import Todo


def ready(records: Records, todo: Todo, me: str, now_s: int) -> Draft | None:
    """The act that a to-do waits for, with all of its body that follows from the ledger.

    None where more has to be looked at first: a proposal, what needs a document.
    """
    make = _MAKERS.get(todo.kind)
    return None if make is None else make(records, todo, me, now_s)


def _title(records: Records, todo: Todo, _me: str, _now_s: int) -> Draft | None:
    if todo.act in ("title.REISSUE", "title.SWITCH_TO_PAPER"):
        return None
    record = records.fields(f"title/{todo.subject}")
    return draft(todo.act, {"title": todo.subject, "last_act": record["last_act"]})


def _exchange(records: Records, todo: Todo, me: str, now_s: int) -> Draft | None:
    record = records.exchange_fields(todo.subject)
    names = {leg["title"] for leg in record["legs"] if leg["asset"] == "title"}
    titles = {one: records.fields(f"title/{one}") for one in sorted(names)}
    return next(
        (
            one
            for one in of_exchange(todo.subject, record, titles, me, now_s)
            if one.act == todo.act and one.body.get("leg", todo.number) == todo.number
        ),
        None,
    )


def _payable(records: Records, todo: Todo, _me: str, _now_s: int) -> Draft | None:
    if todo.act != "capital.CONFIRM_INVOICE":
        return None
    record = records.fields(f"payable/{todo.subject}")
    return draft(todo.act, {"payable": todo.subject, "last_act": record["last_act"]})


def _box(records: Records, todo: Todo, _me: str, _now_s: int) -> Draft | None:
    known: dict[str, Any] = {"box": todo.subject}
    if todo.act == "cargo.ACCEPT_PICK_UP":
        right = records.fields(f"right/{todo.subject}")
        known["last_act"] = right["last_act"]
    return draft(todo.act, known)


_MAKERS: Mapping[str, Callable[[Records, Todo, str, int], Draft | None]] = {
    "box": _box,
    "exchange": _exchange,
    "payable": _payable,
    "title": _title,
}
