# SPDX-License-Identifier: Apache-2.0
"""What each act costs beside a transfer in the same run, and how fast holdings are listed."""

import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from ropewalk.cli.bench_scale import load_titles
from ropewalk.cli.bench_world import World, submit_all
from ropewalk.client import transaction_id
from ropewalk.crypto import Value, sha256_hex
from ropewalk.identity import Propose, proposed_hash
from ropewalk.title import CargoList, cargo_hash, title_id

Tell = Callable[[str], None]
Result = dict[str, Any]
TITLES = 400
CHILDREN = 4
SHIPPER, BANK, CARRIER = 1, 2, 0
DAY_S = 86_400
PAGES = 200


@dataclass(slots=True)
class _Bench:
    """A network, its titles, and microseconds of each act so far."""

    world: World
    engine: Any
    titles: list[str]
    last: list[str]
    issues: list[dict[str, Value]]
    costs: dict[str, float] = field(default_factory=dict)

    def run(self, name: str, texts: list[str], *, moves: bool = True) -> None:
        """Submit one act on every title, timed."""
        start = time.perf_counter()
        submit_all(self.engine, texts)
        self.costs[name] = (time.perf_counter() - start) / len(texts) * 1e6
        if moves:
            self.last = [transaction_id(text) for text in texts]

    def act(self, act: str, actor: int, *, moves: bool = True, **members: Value) -> None:
        """The same act on every title, by one party."""
        world = self.world
        texts = [
            world.signed(
                f"title.{act}",
                world.ids[actor],
                {**self.seen(number), **members},
                world.keys[actor],
            )
            for number in range(len(self.titles))
        ]
        self.run(act, texts, moves=moves)

    def agreed(self, act: str, actor: int, approver: int, bodies: list[dict[str, Value]]) -> None:
        """An act proposed by one party and carried out by another's approval."""
        world, until = self.world, int(time.time()) + DAY_S
        proposals = [Propose(act=f"title.{act}", body=dict(one), until=until) for one in bodies]
        texts = [
            world.signed(
                "identity.PROPOSE",
                world.ids[actor],
                {"act": f"title.{act}", "body": body, "until": until},
                world.keys[actor],
            )
            for body in bodies
        ]
        self.run(f"PROPOSE {act}", texts, moves=False)
        hashes = [proposed_hash(world.network, world.ids[actor], one) for one in proposals]
        approvals = [
            world.signed(
                "identity.APPROVE",
                world.ids[approver],
                {"act_hash": one, "until": until},
                world.keys[approver],
            )
            for one in hashes
        ]
        self.run(f"APPROVE {act}", approvals)

    def seen(self, number: int) -> dict[str, Value]:
        """What every act on a title names."""
        return {"last_act": self.last[number], "title": self.titles[number]}


def _cargo(packages: int) -> dict[str, Value]:
    item: dict[str, Value] = {
        "item": sha256_hex(b"goods"),
        "package_code": "CT",
        "packages": packages,
        "volume_dm3": packages,
        "weight_g": packages * 1_000,
    }
    return {"equipments": [sha256_hex(b"box")], "items": [item]}


def _hash(cargo: dict[str, Value]) -> str:
    return cargo_hash(msgspec.convert(cargo, CargoList))


def acts(tell: Tell, *, titles: int = TITLES) -> Result:
    """Microseconds of each act through the engine, in times a transfer's."""
    with tempfile.TemporaryDirectory(prefix="ropewalk-bench-") as folder:
        world = World(Path(folder), 4)
        engine = world.open()
        try:
            world.enrol(engine)
            bench = _issued(world, engine, titles)
            tell(f"every act on {titles:,} titles")
            _play(bench)
        finally:
            engine.close()
    transfer = bench.costs["TRANSFER"]
    ratios = {name: round(cost / transfer, 2) for name, cost in bench.costs.items()}
    for name in ("PROPOSE SPLIT", "APPROVE SPLIT"):
        ratios[f"{name} a child"] = round(ratios.pop(name) / CHILDREN, 2)
    return {
        "figures": {f"{name} us": round(cost, 1) for name, cost in bench.costs.items()},
        "limits": {"TRANSFER us": round(transfer, 1)},
        "ratios": ratios,
        "goals": dict.fromkeys(ratios, "<= 3"),
    }


def _issued(world: World, engine: Any, count: int) -> _Bench:
    warming = [world.issue_body(count + number, SHIPPER) for number in range(count)]
    submit_all(
        engine, [world.signed("title.ISSUE", world.ids[0], one, world.keys[0]) for one in warming]
    )
    issues = [
        {**world.issue_body(number, SHIPPER), "cargo": _hash(_cargo(10 * CHILDREN))}
        for number in range(count)
    ]
    texts = [world.signed("title.ISSUE", world.ids[0], body, world.keys[0]) for body in issues]
    identifiers = [title_id(world.network, world.ids[0], dict(body)) for body in issues]
    bench = _Bench(world, engine, identifiers, [], issues)
    bench.run("ISSUE", texts)
    return bench


def _play(bench: _Bench) -> None:
    """A life with every exception, ending in a split."""
    ids, soon = bench.world.ids, int(time.time()) + DAY_S
    for _ in range(2):  # the first round warms everything up; the second counts
        bench.act("TRANSFER", SHIPPER, recipient=ids[BANK])
        bench.act("REFUSE_TRANSFER", BANK)
    bench.act("SIGN", SHIPPER)
    bench.act("ENDORSE_TO_ORDER", SHIPPER, recipient=ids[SHIPPER])
    bench.act("DEMONSTRATE_CONTROL", SHIPPER, moves=False, challenge="0" * 64)
    bench.act("PLEDGE", SHIPPER, amount=1, currency="USD", due=0, pledgee=ids[BANK])
    bench.act("TRUST_RECEIPT", BANK, purpose="SURRENDER_FOR_DELIVERY", until=soon)
    bench.act("SURRENDER_FOR_DELIVERY", SHIPPER, addressee=ids[CARRIER])
    bench.act("SREJ", CARRIER)
    bench.act("RELEASE_PLEDGE", BANK)
    bench.act("SURRENDER_FOR_AMENDMENT", SHIPPER, addressee=ids[CARRIER])
    amended = [_changed(body, "A", endorsee=ids[SHIPPER]) for body in bench.issues]
    bodies: list[dict[str, Value]] = [
        {**bench.seen(number), "replacement": one} for number, one in enumerate(amended)
    ]
    bench.agreed("REISSUE", CARRIER, SHIPPER, bodies)
    bench.titles = [title_id(bench.world.network, ids[CARRIER], dict(one)) for one in amended]
    bench.agreed("SPLIT", SHIPPER, CARRIER, _plans(bench, amended))


def _plans(bench: _Bench, issues: list[dict[str, Value]]) -> list[dict[str, Value]]:
    plans: list[dict[str, Value]] = []
    for number, body in enumerate(issues):
        children: list[Value] = []
        for child in range(CHILDREN):
            cargo = _cargo(10)
            issue = _changed(body, f"C{child}", cargo=_hash(cargo))
            children.append({"cargo": cargo, "issue": issue})
        plan: dict[str, Value] = {"cargo": _cargo(10 * CHILDREN), "children": children}
        plans.append({**bench.seen(number), **plan})
    return plans


def _changed(body: dict[str, Value], suffix: str, **members: Value) -> dict[str, Value]:
    reference = f"{body['transport_document_reference']}{suffix}"
    return {**body, "transport_document_reference": reference, **members}


def holdings(tell: Tell, *, titles: int = 100_000) -> Result:
    """Pages of the titles of a party that holds very many."""
    with tempfile.TemporaryDirectory(prefix="ropewalk-bench-") as folder:
        world = World(Path(folder), 2)
        load_titles(world, titles, tell, part=titles // 10)
        engine = world.open(verifiers=1)
        try:
            taken, after = [], ""
            for _ in range(PAGES):
                start = time.perf_counter()
                page = engine.titles_in_control(world.ids[1], after, 500)
                taken.append((time.perf_counter() - start) * 1e3)
                after = page.next
        finally:
            engine.close()
    taken.sort()
    return {
        "figures": {
            "titles": titles,
            "page_of_500_p50_ms": round(statistics.median(taken), 2),
            "page_of_500_p99_ms": round(taken[int(len(taken) * 0.99)], 2),
        },
        "limits": {},
        "ratios": {},
        "goals": {"page_of_500_p99_ms": "<= 50"},
    }
