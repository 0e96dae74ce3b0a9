# SPDX-License-Identifier: Apache-2.0
"""The golden bundles: each life of a title once, and every kind of policy."""

from collections.abc import Mapping
from pathlib import Path

from ropewalk.crypto import Value, encode
from verifier import consortium, controls, drive, exchanges, lives, successions
from verifier.drive import BLOCK_S, World, cosigned, witness_key
from verifier.telling import DAY_S, Case, document

NUMBERS = """{
\t"transportDocumentReference": "RPWK-NUMBERS-1",
\t"carrierCodeListProvider": "NMFTA", "carrierCode": "RPWK",
\t"transportDocumentTypeCode": "BOL", "isToOrder": true,
\t"cargoGrossWeight": 12000.0, "numbers": [1e21, 1E-7, -0.0, -0, 9007199254740993, 0.1, 1e20,
\t\t333333333333333333333, 5e-324, 1.7976931348623157e308, 123456789.125, 1.50, 100],
\t"\\u20ac": "Euro Sign", "\\r": "Carriage Return", "\\ufb33": "Hebrew Letter Dalet",
\t"1": "One", "\\ud83d\\ude00": "Emoji", "\\u0080": "Control", "\u00f6": "Latin Small Letter O",
\t"__proto__": "a name like any other",
\t"shipper": "\u307f\u306a\u3068\u7cbe\u6a5f \\"Valpara\u00edso\\" \\/ \\u000f\\n\u2028\x7f",
\t"nothing": [null, true, false, {}, [], ""]
}
"""


def bundles(world: World) -> dict[str, bytes]:
    """Every golden bundle by its file's name."""
    made: dict[str, bytes] = {}
    for tell in (_to_order, _blank, _straight, _waybill, _threshold, _numbers):
        made.update(tell(world))
    made.update(lives.told(world))
    held = made["to-order-held"]
    made["witnessed"] = cosigned(held, "north")
    made["witnessed-twice"] = cosigned(held, "north", "south")
    return {f"{name}.ropewalk.json": data for name, data in made.items()}


def _to_order(world: World) -> Mapping[str, bytes]:
    parties = {"shipper": "Cherry Exports", "endorsee": "Cherry Exports"}
    written = document("ARX-ORDER-1", "BOL", is_to_order=True, **parties)
    title = world.issue(written, shipper="shipper", endorsee="shipper")
    world.on(title, "shipper", "ENDORSE_TO_ORDER", recipient="bank")
    world.on(title, "shipper", "TRANSFER", recipient="bank")
    world.on(title, "bank", "ENDORSE", recipient="buyer")
    world.on(title, "bank", "TRANSFER", recipient="buyer")
    held = world.bundle(title)
    undisclosed = world.bundle(title, disclosed=False)
    world.on(title, "buyer", "SIGN")
    world.on(title, "buyer", "SURRENDER_FOR_DELIVERY", addressee="carrier")
    requested = world.bundle(title)
    world.on(title, "carrier", "SACC")
    return {
        "to-order-held": held,
        "to-order-undisclosed": undisclosed,
        "to-order-surrender-requested": requested,
        "to-order-accepted": world.bundle(title),
    }


def _blank(world: World) -> Mapping[str, bytes]:
    written = document("ARX-BLANK-1", "BOL", is_to_order=True, shipper="Cherry Exports")
    title = world.issue(written, shipper="shipper")
    world.on(title, "shipper", "BLANK_ENDORSE")
    world.on(title, "shipper", "TRANSFER", recipient="forwarder")
    world.on(title, "forwarder", "TRANSFER", recipient="bank")
    world.on(title, "bank", "REFUSE_TRANSFER")
    refused = world.bundle(title)
    world.on(title, "forwarder", "TRANSFER", recipient="buyer")
    world.on(title, "buyer", "SURRENDER_FOR_DELIVERY", addressee="carrier")
    world.on(title, "carrier", "SREJ")
    return {"blank-refused": refused, "blank-rejected": world.bundle(title)}


def _straight(world: World) -> Mapping[str, bytes]:
    parties = {"shipper": "Cherry Exports", "consignee": "Fruit Imports"}
    written = document("ARX-STRAIGHT-1", "BOL", is_to_order=False, **parties)
    title = world.issue(written, shipper="shipper", consignee="buyer")
    world.on(title, "shipper", "TRANSFER", recipient="bank")
    held = world.bundle(title)
    world.on(title, "bank", "TRANSFER", recipient="buyer")
    world.on(title, "buyer", "SURRENDER_FOR_DELIVERY", addressee="carrier")
    world.on(title, "carrier", "SACC")
    return {"straight-held": held, "straight-accepted": world.bundle(title)}


def _waybill(world: World) -> Mapping[str, bytes]:
    parties = {"shipper": "Minato Seiki", "consignee": "Brug Machines"}
    written = document("KML-WAYBILL-1", "SWB", is_to_order=False, **parties)
    title = world.issue(written, shipper="shipper", consignee="buyer")
    issued = world.bundle(title)
    world.on(title, "shipper", "REDIRECT", consignee="forwarder")
    redirected = world.bundle(title)
    world.on(title, "carrier", "DELIVER")
    return {
        "waybill-issued": issued,
        "waybill-redirected": redirected,
        "waybill-delivered": world.bundle(title),
    }


def _threshold(world: World) -> Mapping[str, bytes]:
    parties = {"shipper": "Cherry Exports", "endorsee": "Two of Three Partners"}
    written = document("ARX-THRESHOLD-1", "BOL", is_to_order=True, **parties)
    title = world.issue(written, shipper="shipper", endorsee="partners", issue_to="partners")
    world.on(title, "partners", "SIGN")
    world.on(title, "partners", "ENDORSE_TO_ORDER", recipient="bank")
    world.on(title, "partners", "TRANSFER", recipient="bank")
    world.on(title, "bank", "REFUSE_TRANSFER")
    return {"threshold-consents": world.bundle(title)}


def _numbers(world: World) -> Mapping[str, bytes]:
    title = world.issue(NUMBERS.encode(), shipper="shipper")
    world.on(title, "shipper", "TRANSFER", recipient="buyer")
    return {"numbers-and-scripts": world.bundle(title)}


def trusts(world: World) -> dict[str, bytes]:
    """Every genesis and policy by its file's name."""
    north, south = witness_key("north").text, witness_key("south").text
    policies: dict[str, dict[str, Value]] = {
        "aged": {"age_s_max": DAY_S, "clock_skew_s": 60},
        "one-of-one": {"quorum": 1, "witnesses": [north]},
        "one-of-two": {"quorum": 1, "witnesses": [north, south]},
        "two-of-two": {"quorum": 2, "witnesses": [north, south]},
    }
    made = {"genesis.json": world.genesis, "genesis-of-another.json": drive.genesis("another")}
    for name, asked in policies.items():
        genesis = world.genesis.decode("ascii")
        more = encode(asked).decode("ascii")[1:-1]
        text = f'{{"format": "ropewalk-policy/1",\n "genesis": {genesis},\n {more}}}\n'
        made[f"policy-{name}.json"] = text.encode("ascii")
    return made


def cases(names: list[str]) -> dict[str, Case]:
    """Every case by its name: each bundle as it is, then the policies."""
    plain = [name for name in names if not name.startswith("witnessed")]
    held, witnessed = "to-order-held.ropewalk.json", "witnessed.ropewalk.json"
    block_s = drive.GENESIS_TIME_S + 11 * BLOCK_S
    """Time of the block that `to-order-held` ends with: six registrations, five acts."""
    aged = "policy-aged.json"
    return {
        **{name.removesuffix(".ropewalk.json"): Case(name) for name in plain},
        "another-network": Case(held, "genesis-of-another.json"),
        "no-clock": Case(held, now_s=None),
        "quorum-met": Case(witnessed, "policy-one-of-one.json"),
        "quorum-met-by-one-of-two": Case(witnessed, "policy-one-of-two.json"),
        "quorum-exceeded": Case("witnessed-twice.ropewalk.json", "policy-one-of-two.json"),
        "quorum-missing": Case(held, "policy-one-of-one.json"),
        "quorum-missing-one-of-two": Case(witnessed, "policy-two-of-two.json"),
        "witness-nobody-named": Case(witnessed),
        "witness-not-in-policy": Case("witnessed-twice.ropewalk.json", "policy-one-of-one.json"),
        "just-young-enough": Case(held, aged, block_s + DAY_S + 60),
        "too-old": Case(held, aged, block_s + DAY_S + 61),
        "just-not-in-the-future": Case(held, aged, block_s - 60),
        "in-the-future": Case(held, aged, block_s - 61),
        "in-the-future-by-genesis": Case(held, now_s=block_s - 301),
    }


def told(directory: Path) -> tuple[dict[str, bytes], dict[str, Case]]:
    """Play every story in a directory that holds nothing yet; files and cases by name."""
    world = World(directory)
    try:
        made = bundles(world)
        proofs, control_cases = controls.told(world)
        made.update(exchanges.told(world))
        told_cases = cases(sorted(made))
        files, consortium_cases = consortium.told()
        later, later_cases = successions.told()
        cases_ = {**told_cases, **control_cases, **consortium_cases, **later_cases}
        return {**made, **proofs, **trusts(world), **files, **later}, cases_
    finally:
        world.close()
