# SPDX-License-Identifier: Apache-2.0
"""What a signature says is said whole, in plain words, and changes with every byte of the act."""

import copy
import functools
import json
import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec
import pytest

from portal.asking import one
from ropewalk.cli.table import act_table
from ropewalk.crypto import CanonicalError, encode
from ropewalk.rules import LATEST
from verifier.asking import ROOT

CATALOGUE: Final = ROOT / "src" / "ropewalk" / "portal" / "catalogue" / "en" / "acts.json"
ROOMS: Final = ("capital", "cargo", "exchange", "identity", "title")
PLACE: Final = re.compile(r"\{([a-z0-9_]+)\}")
ID: Final = re.compile(r"[0-9a-f]{64}|[A-Za-z0-9_-]{43}|[\w-]+\.[\w-]+\.[\w-]+")
NETWORK: Final = "ab" * 32
ACTOR, OTHER = "12" * 16, "34" * 16
NAMES: Final = {ACTOR: "Aurora Trading", OTHER: "Borealis Bank"}
TITLE, LAST = "56" * 32, "78" * 32
AT_S: Final = 1_767_225_608


def texts() -> dict[str, str]:
    """The catalogue of acts."""
    return msgspec.json.decode(CATALOGUE.read_bytes(), type=dict[str, str])


@functools.cache
def table() -> list[dict[str, Any]]:
    """The rule table, as /v1/acts answers it."""
    return act_table()


def reader(**changed: Any) -> dict[str, Any]:
    """Who is told."""
    known = {"texts": texts(), "acts": table(), "names": NAMES, "locale": "en-GB", "zone": "UTC"}
    return {**known, **changed}


def content(act: str, body: Any, **changed: Any) -> dict[str, Any]:
    """An act as it would be signed."""
    whole = {"act": act, "actor": ACTOR, "body": body, "network": NETWORK, "valid_until": AT_S}
    return {**whole, **changed}


def say(act: str, body: Any, **changed: Any) -> Any:
    """What one act says."""
    return one("told", [content(act, body)], reader(**changed))[0]


def rows(said: Any) -> dict[str, str]:
    """Values by label."""
    return {row["label"]: row["value"] for row in said["rows"]}


# The catalogue


def structs(kind: msgspec.inspect.Type) -> Iterator[msgspec.inspect.StructType]:
    """Every kind of object inside a type."""
    if isinstance(kind, msgspec.inspect.Metadata):
        yield from structs(kind.type)
    elif isinstance(kind, msgspec.inspect.ListType):
        yield from structs(kind.item_type)
    elif isinstance(kind, msgspec.inspect.UnionType):
        for each in kind.types:
            yield from structs(each)
    elif isinstance(kind, msgspec.inspect.StructType):
        yield kind


@functools.cache
def objects() -> tuple[msgspec.inspect.StructType, ...]:
    """Every act's body, and every kind of object in one."""
    found: dict[type, msgspec.inspect.StructType] = {}
    waiting = [
        each
        for rule in LATEST.rules.values()
        for each in structs(msgspec.inspect.type_info(rule.message))
    ]
    while waiting:
        kind = waiting.pop()
        if kind.cls not in found:
            found[kind.cls] = kind
            waiting += [each for field in kind.fields for each in structs(field.type)]
    return tuple(found.values())


def test_every_member_of_every_act_has_a_label() -> None:
    names = {field.encode_name for kind in objects() for field in kind.fields}
    names |= {str(kind.tag_field) for kind in objects() if kind.tag_field}
    around = {"act", "actor", "body", "consents", "network", "represented_party", "valid_until"}
    labelled = {
        key.split(".")[1] for key in texts() if key.count(".") == 1 and key.startswith("member.")
    }
    assert names | around == labelled


def test_every_act_has_a_sentence_and_no_sentence_is_of_no_act() -> None:
    told = {key.removeprefix("act.") for key in texts() if key.startswith("act.")}
    assert told == set(LATEST.rules)


def test_a_sentence_names_only_what_its_act_must_have() -> None:
    for act in table():
        needed = {member["name"] for member in act["members"] if member["required"]}
        placed = set(PLACE.findall(texts()[f"act.{act['act']}"]))
        assert placed <= needed, act["act"]
        plain = {member["name"] for member in act["members"] if "object" not in member["type"]}
        assert placed <= plain, act["act"]


def test_every_leg_and_condition_has_its_words() -> None:
    for kind in objects():
        if kind.tag_field is None:
            continue
        room = {"asset": "leg", "asks": "condition"}[kind.tag_field]
        placed = set(PLACE.findall(texts()[f"script.said.{room}.{kind.tag}"]))
        assert placed <= {field.encode_name for field in kind.fields}, kind.tag


def test_special_words_are_of_acts_and_members_that_there_are() -> None:
    acts = {f"{act}." for act in LATEST.rules} | {"envelope.", "proposal."}
    names = {field.encode_name for kind in objects() for field in kind.fields}
    for key in texts():
        room, _, rest = key.partition(".")
        if room == "member" and "." in rest:
            assert f"{rest.rpartition('.')[0]}." in acts, key
        if key.startswith("script.said.value."):
            assert rest.split(".")[2] in names, key
        if key.startswith("script.said.name."):
            assert rest.removeprefix("said.name.") in LATEST.rules, key


def test_texts_are_plain_and_in_order() -> None:
    for key, text in texts().items():
        assert re.fullmatch(r"[a-zA-Z0-9_.]+", key)
        assert text.isascii(), key
        assert not set("<>&") & set(text), key
        assert text == text.strip(), key
        if key.startswith("act."):
            assert text.endswith("."), key


# Every vector


@functools.cache
def vectors() -> tuple[tuple[str, bool, dict[str, Any]], ...]:
    """Every act of the vectors that has canonical bytes: its name, whether it is carried out."""
    found = []
    for path in sorted(
        path for room in ROOMS for path in (ROOT / "vectors" / room).glob("*/*/tx.json")
    ):
        case = json.loads(path.read_bytes())
        act = content(case["act"], case["body"], actor=case["actor"])
        try:
            encode(act)
        except CanonicalError:
            continue
        done = not (path.parent / "refused.json").exists()
        found.append((path.parent.relative_to(ROOT).as_posix(), done, act))
    return tuple(found)


@functools.cache
def said() -> list[Any]:
    """What each of them says."""
    answer: list[Any] = one("told", [act for _, _, act in vectors()], reader())
    return answer


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every plain value inside, and how to get there."""
    if isinstance(value, dict):
        for name, inside in value.items():
            yield from leaves(inside, (*path, name))
    elif isinstance(value, list):
        for number, inside in enumerate(value):
            yield from leaves(inside, (*path, number))
    else:
        yield path, value


def written(value: Any) -> str:
    """A plain value as it stands in the bytes, a text without its quotes."""
    return value if isinstance(value, str) else json.dumps(value)


def test_every_act_has_a_title_a_sentence_and_rows_that_leave_nothing_unsaid() -> None:
    assert {act["act"] for _, _, act in vectors()} == set(LATEST.rules)
    for (name, _, act), told in zip(vectors(), said(), strict=True):
        assert told["title"], name
        assert told["sentence"].endswith("."), name
        shown = [f"{row['value']}\n{row['whole']}" for row in told["rows"]]
        assert all(row["label"] and row["value"] for row in told["rows"]), name
        for path, value in leaves(act):
            text = json.dumps(value)[1:-1] if isinstance(value, str) else written(value)
            assert any(written(value) in each or text in each for each in shown), (name, path)
        assert len(told["rows"]) >= len(act) - 1 + len(act["body"] or {}) - (
            "body" in act["body"]
        ), name


def test_no_text_is_missing_and_no_place_stays_empty() -> None:
    for (name, _, _), told in zip(vectors(), said(), strict=True):
        whole = [told["title"], told["sentence"], *told["warnings"]]
        whole += [row[part] for row in told["rows"] for part in ("label", "value", "hint")]
        for text in whole:
            assert not re.search(r"\{[a-z_]+\}|script\.|undefined|null|NaN|\[object", text), (
                name,
                text,
            )


def test_an_act_that_is_carried_out_warns_of_nothing_that_is_odd() -> None:
    for (name, done, _), told in zip(vectors(), said(), strict=True):
        odd = [
            each
            for each in told["warnings"]
            if re.search("missing|does not know|no act|code", each)
        ]
        assert not (done and odd), (name, odd)
        if "surplus_member" in name:
            assert any("surplus" in each for each in told["warnings"]), name


def changed(value: Any) -> Any:
    """Another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    last = value[-1:]
    return value[:-1] + ("1" if last != "1" else "2")


def with_change(act: dict[str, Any], path: tuple[Any, ...]) -> dict[str, Any]:
    """The act with one plain value changed."""
    other = copy.deepcopy(act)
    inside: Any = other
    for step in path[:-1]:
        inside = inside[step]
    inside[path[-1]] = changed(inside[path[-1]])
    return other


def test_whatever_is_changed_in_an_act_changes_what_is_told() -> None:
    asked, expected = [], []
    for (name, done, act), told in zip(vectors(), said(), strict=True):
        for path, value in leaves(act) if done else ():
            asked.append(with_change(act, path))
            expected.append((name, path, value, told))
    found = one("told", asked, reader())
    assert len(found) > 2_000
    for (name, path, value, told), other in zip(expected, found, strict=True):
        assert other["rows"] != told["rows"], (name, path)
        if not (isinstance(value, str) and ID.fullmatch(value)):
            before, after = ([row["value"] for row in each["rows"]] for each in (told, other))
            assert before != after, (name, path, value)


# Single acts


def test_a_transfer_is_told_with_names_and_ids() -> None:
    body = {"last_act": LAST, "recipient": OTHER, "title": TITLE}
    told = say("title.TRANSFER", body)
    assert told["title"] == "Transfer"
    assert told["sentence"] == (
        "Hand the bill of lading 56565656\u20265656 over to Borealis Bank (34343434\u20263434)."
    )
    assert rows(told)["Recipient"] == "Borealis Bank (34343434\u20263434)"
    assert rows(told)["You act as"] == "Aurora Trading (12121212\u20261212)"
    assert rows(told)["Valid until"] == "1 Jan 2026, 00:00:08 UTC"
    assert told["warnings"] == []
    whole = {row["label"]: row["whole"] for row in told["rows"]}
    assert whole["Bill of lading"] == TITLE
    assert whole["Recipient"] == OTHER


def test_whoever_acts_and_in_whose_name_is_told_first_and_consents_last() -> None:
    body = {"last_act": LAST, "title": TITLE}
    act = content("title.SIGN", body, represented_party=OTHER, consents=["aa.bb.cc"])
    told = one("told", [act], reader())[0]
    assert [row["label"] for row in told["rows"]] == [
        "Act",
        "You act as",
        "In the name of",
        "Last act that you have seen",
        "Bill of lading",
        "Consents of your other keys",
        "Network",
        "Valid until",
    ]


def test_somebody_without_a_name_is_told_by_the_whole_id_and_warned_of() -> None:
    body = {"last_act": LAST, "recipient": "99" * 16, "title": TITLE}
    told = say("title.TRANSFER", body)
    assert "99" * 16 in told["sentence"]
    assert any("99" * 16 in each for each in told["warnings"])


def test_a_name_that_a_party_gave_is_told_as_its_word() -> None:
    body = {"last_act": LAST, "recipient": OTHER, "title": TITLE}
    bank = f"Borealis Bank ({OTHER[:8]}\u2026{OTHER[-4:]}"
    plain = say("title.TRANSFER", body)
    assert say("title.TRANSFER", body, namers={}) == plain
    told = say("title.TRANSFER", body, namers={OTHER: ACTOR})
    by = "Aurora Trading (12121212\u20261212)"
    assert rows(told)["Recipient"] == f"{bank}; called so by {by})"
    assert f"{bank}; called so by {by})" in told["sentence"]
    [warning] = told["warnings"]
    assert OTHER in warning
    assert f"the word of {by}" in warning
    itself = say("title.TRANSFER", body, namers={OTHER: OTHER})
    assert rows(itself)["Recipient"] == f"{bank}; called so by itself)"
    nobody = say("title.TRANSFER", body, namers={OTHER: "99" * 16})
    assert rows(nobody)["Recipient"] == f"{bank}; called so by {'99' * 16})"
    hearsay = say("title.TRANSFER", body, namers={OTHER: ACTOR, ACTOR: ACTOR})
    assert rows(hearsay)["Recipient"] == f"{bank}; called so by {ACTOR})"
    assert len(hearsay["warnings"]) == 1  # not of oneself


def test_a_proposed_act_is_told_in_its_own_name_until_its_own_end() -> None:
    act = content("title.TRANSFER", {"last_act": LAST, "recipient": OTHER, "title": TITLE})
    told = one("told", [act], reader(isProposed=True, asked=[OTHER, ACTOR]))[0]
    found = rows(told)
    assert "You act as" not in found
    assert "Valid until" not in found
    assert found["In the name of"] == "Aurora Trading (12121212\u20261212)"
    assert found["The proposal ends"] == "1 Jan 2026, 00:00:08 UTC"
    assert found["Who is asked"].split("\n") == [
        "Borealis Bank (34343434\u20263434)",
        "Aurora Trading (12121212\u20261212)",
    ]
    assert "Who is asked" not in rows(one("told", [act], reader(isProposed=True))[0])


def test_names_can_t_turn_the_reading_order_or_hide() -> None:
    names = {OTHER: "Bank\u202egnitekraM\u200b\u2066\x07\n", ACTOR: "__proto__"}
    told = say(
        "title.TRANSFER", {"last_act": LAST, "recipient": OTHER, "title": TITLE}, names=names
    )
    shown = json.dumps(told, ensure_ascii=False)
    assert not re.search("[\u202e\u200b\u2066]", shown)
    assert "\u2039U+202E\u203a" in rows(told)["Recipient"]
    assert "\u2039U+200B\u203a" in rows(told)["Recipient"]
    assert "\u2039U+0007\u203a\u2039U+000A\u203a" in rows(told)["Recipient"]
    assert one("visible", "\u00e9t\u00e9 \u6d77") == "\u00e9t\u00e9 \u6d77"


def test_markup_stays_text() -> None:
    body = {"last_act": LAST, "note": "<img src=x onerror=alert(1)>", "title": TITLE}
    told = say("title.SIGN", body)
    assert rows(told)["note"] == "<img src=x onerror=alert(1)>"
    assert any("note" in each for each in told["warnings"])


def test_a_proposal_tells_the_act_inside() -> None:
    inner = {"last_act": LAST, "recipient": OTHER, "title": TITLE}
    told = say("identity.PROPOSE", {"act": "title.TRANSFER", "body": inner, "until": AT_S})
    assert told["sentence"].startswith("Propose, to those who have to approve it: Hand the bill")
    assert rows(told)["Proposed act"] == "Transfer (title.TRANSFER)"
    assert rows(told)["Proposed \u00b7 Recipient"] == "Borealis Bank (34343434\u20263434)"
    assert rows(told)["Act"] == "Propose an act (identity.PROPOSE)"


def test_an_exchange_tells_each_leg_and_each_part_of_its_condition() -> None:
    legs = [
        {
            "asset": "title",
            "giver": ACTOR,
            "how": "TRANSFER",
            "last_act": LAST,
            "taker": OTHER,
            "title": TITLE,
        },
        {
            "asset": "deposit",
            "bank": OTHER,
            "currency": "USD",
            "giver": OTHER,
            "sum": "41200000",
            "taker": ACTOR,
        },
    ]
    condition = {
        "asks": "all",
        "of": [
            {"asks": "not_before", "time": AT_S},
            {"asks": "title", "status": "ISSUED", "title": TITLE},
        ],
    }
    told = say("exchange.OPEN", {"condition": condition, "deadline": AT_S, "legs": legs})
    found = rows(told)
    assert found["Leg 0"].startswith("Aurora Trading (12121212\u20261212) gives Borealis Bank")
    assert "Last act that you have seen: 78787878\u20267878" in found["Leg 0"]
    assert "USD\u00a0412,000.00" in found["Leg 1"]
    assert "Currency" not in found["Leg 1"]
    assert found["Condition"] == "All of the following have to be."
    assert found["Condition 1."].startswith("Not before 1 Jan 2026")
    assert "ISSUED" in found["Condition 2."]


def test_what_an_opening_gives_and_a_payment_settles_is_said_in_the_sentence() -> None:
    leg = {"asset": "deposit", "bank": OTHER, "currency": "USD", "giver": ACTOR, "sum": "5"}
    body = {"deadline": AT_S, "given": [0], "legs": [{**leg, "taker": OTHER}]}
    assert say("exchange.OPEN", body)["sentence"].endswith(
        "in the legs 0 goes into escrow with it."
    )
    body.pop("given")
    assert "escrow" not in say("exchange.OPEN", body)["sentence"]
    paid = {"exchange": LAST, "leg": 1, "titles": []}
    assert "With it the exchange settles" in say("exchange.ESCROW_DEPOSIT", paid)["sentence"]


def test_further_sentences_are_of_members_that_may_be_left_out() -> None:
    left_out = {
        f"with.{act['act']}.{member['name']}"
        for act in table()
        for member in act["members"]
        if not member["required"]
    }
    assert {key for key in texts() if key.startswith("with.")} <= left_out


def test_an_act_that_nobody_knows_is_told_and_warned_of() -> None:
    told = say("title.GIVE_ALL", {"amount": "5", "currency": "XTS"})
    assert told["title"] == "Give all"
    assert any("title.GIVE_ALL" in each for each in told["warnings"])
    assert any("XTS" in each for each in told["warnings"])
    assert rows(told)["Sum"] == "5 minor units of XTS"


def test_an_act_without_a_sentence_falls_back_on_the_rule_table() -> None:
    told = say("title.SIGN", {"last_act": LAST, "title": TITLE}, texts={})
    assert told["sentence"] == "Sign the bill as its possessor."
    assert {row["label"] for row in told["rows"]} >= {"last act", "title"}


@pytest.mark.parametrize(
    ("act", "body", "label", "value"),
    [
        ("title.PLEDGE", {"amount": 101_212, "currency": "EUR"}, "Sum", "EUR\u00a01,012.12"),
        ("title.PLEDGE", {"amount": 0, "currency": ""}, "Sum", "no stated sum"),
        ("title.PLEDGE", {"due": 0}, "Due", "never"),
        ("capital.INVOICE", {"due": "2026-02-28"}, "Due", "Sat, 28 Feb 2026 (2026-02-28)"),
        ("capital.INVOICE", {"due": "2026-02-29"}, "Due", "2026-02-29"),
        ("capital.DISCOUNT", {"rate": 45_000}, "Rate a year", "4.5 %"),
        ("capital.DISCOUNT", {"with_recourse": True}, "You stand behind it", "yes"),
        (
            "capital.CREDIT_NOTE",
            {"amount": "1000"},
            "Sum",
            "1,000 minor units (such as cents)",
        ),
        (
            "exchange.STATE_READINGS",
            {"least": -1_500, "quantity": "TEMPERATURE"},
            "At least",
            "-1.5 \u00b0C",
        ),
        ("identity.SET_RECOVERY", {"delay": 259_200}, "Waits for", "3 days"),
        (
            "identity.GRANT_MANDATE",
            {"acts": ["title.SIGN", "title.TRANSFER"]},
            "Acts",
            "Sign a bill of lading (title.SIGN)\nTransfer (title.TRANSFER)",
        ),
        ("cargo.ORDER_DELIVERY", {"boxes": []}, "Containers", "none"),
        (
            "title.SPLIT",
            {"cargo": {"items": [{"weight_g": 1_234_567}]}},
            "Cargo list \u00b7 Goods 1 \u00b7 Weight",
            "1,234.567 kg",
        ),
        (
            "capital.INVOICE",
            {"charge": {"tiers": [{"rate": "500", "units": 2}]}, "currency": "JPY"},
            "Charge \u00b7 Tier 1 \u00b7 Rate",
            "JPY\u00a0500",
        ),
    ],
)
def test_a_member_is_told_as_people_read_it(act: str, body: Any, label: str, value: str) -> None:
    assert rows(say(act, body))[label] == value
