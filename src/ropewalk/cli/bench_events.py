# SPDX-License-Identifier: Apache-2.0
"""The benchmark of events: claimed in batches, taken into the views, found again.

A line's traffic: boxes of eight events each, some 5,000 boxes under way at a time, voyages of 3,000
boxes, 300 ships, 40 services, 60 ports of which few have most calls.
"""

import hashlib
import http.client
import random
import sqlite3
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from ropewalk.cli.bench_limits import resident_bytes, verification_rate
from ropewalk.cli.bench_world import PASSPHRASE, World, submit_all
from ropewalk.cli.child import ChildNode
from ropewalk.crypto import random_bytes
from ropewalk.views import Batch, Views

Tell = Callable[[str], None]
CLAIMANT: Final = "ab" * 16
BATCH: Final = 500
BOXES_UNDER_WAY: Final = 5_000
VOYAGE_BOXES: Final = 3_000
CONNECTIONS: Final = 4
SINGLES: Final = 30_000
PORTS: Final = ("NLRTM", "SGSIN", "CNSHA", "DEHAM", "USNYC", "BEANR", "CNNGB", "KRPUS", "USLAX")
SMALL_PORTS: Final = tuple(f"FR{chr(65 + n // 26)}{chr(65 + n % 26)}X" for n in range(51))
STEPS: Final = ("BKG", "GTOT", "GTIN", "LOAD", "DEPA", "ARRI", "DISC", "GTOT")
_VALUES: Final = {
    letter: 10 + n + (n + 9) // 10 for n, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
}


def box_of(number: int) -> str:
    """A container's number with its check digit (ISO 6346)."""
    text = f"{('MSCU', 'MSKU', 'CMAU', 'HLXU')[number % 4]}{number % 1_000_000:06}"
    values = [_VALUES.get(sign, ord(sign) - 48) for sign in text]
    total = sum(value << place for place, value in enumerate(values))
    return f"{text}{total % 11 % 10}"


def event(number: int) -> dict[str, Any]:
    """The event that is reported as the so-manieth."""
    step = number % len(STEPS)
    box = number // len(STEPS) + (len(STEPS) - step) * BOXES_UNDER_WAY
    second = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(1_700_000_000 + number // 4))
    named = [
        {"documentReferenceType": "BKG", "documentReferenceValue": f"BK{box // 3:09}"},
        {"documentReferenceType": "TRD", "documentReferenceValue": f"TD{box // 3:09}"},
    ]
    digest = hashlib.blake2b(number.to_bytes(8, "big"), digest_size=16).hexdigest()
    found: dict[str, Any] = {
        "eventID": f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-a{digest[17:20]}-{digest[20:]}",
        "eventCreatedDateTime": second,
        "eventClassifierCode": "ACT",
        "eventDateTime": second,
    }
    if step == 0:
        return found | {
            "eventType": "SHIPMENT",
            "shipmentEventTypeCode": "CONF",
            "documentTypeCode": "BKG",
            "documentID": f"BK{box // 3:09}",
            "documentReferences": named,
        }
    call = _call(box, is_loading=step < 5)
    if STEPS[step] in ("DEPA", "ARRI"):
        kind = {"eventType": "TRANSPORT", "transportEventTypeCode": STEPS[step]}
        return found | kind | {"transportCall": call, "documentReferences": named}
    return found | {
        "eventType": "EQUIPMENT",
        "equipmentEventTypeCode": STEPS[step],
        "equipmentReference": box_of(box),
        "ISOEquipmentCode": "45R1" if box % 10 == 0 else "42G1",
        "emptyIndicatorCode": "EMPTY" if step in (1, 7) else "LADEN",
        "transportCall": call,
        "documentReferences": named,
    }


def _call(box: int, *, is_loading: bool) -> dict[str, Any]:
    voyage = box // VOYAGE_BOXES
    place = voyage * 2 + (0 if is_loading else 1)
    port = PORTS[place % len(PORTS)] if place % 3 else SMALL_PORTS[place % len(SMALL_PORTS)]
    ship = voyage % 300
    return {
        "transportCallID": f"TC-{voyage:06}-{'L' if is_loading else 'D'}",
        "carrierServiceCode": f"S{ship % 40:02}",
        "exportVoyageNumber": f"{voyage:05}E",
        "importVoyageNumber": f"{voyage:05}W",
        "transportCallSequenceNumber": 1 if is_loading else 2,
        "UNLocationCode": port,
        "facilityCode": "TERM",
        "facilityCodeListProvider": "SMDG",
        "facilityTypeCode": "POTE",
        "modeOfTransport": "VESSEL",
        "vessel": {"vesselIMONumber": _imo(910_000 + ship), "vesselName": f"VESSEL {ship}"},
    }


def _imo(number: int) -> str:
    total = sum(
        int(digit) * weight for digit, weight in zip(str(number), range(7, 1, -1), strict=True)
    )
    return f"{number}{total % 10}"


def batch_of(first: int, by: str = CLAIMANT) -> Batch:
    """A claim's batch."""
    raws = [msgspec.Raw(msgspec.json.encode(event(first + n))) for n in range(BATCH)]
    return Batch(by=by, salt=random_bytes(32).hex(), version="2.2", events=raws)


@dataclass(frozen=True, slots=True)
class _Said:
    """A ledger event of a ledger that is no more than a list."""

    position: int
    root: str
    index: int = 0
    height: int = 1
    time: int = 1
    transaction: str = "00" * 32
    name: str = "cargo.claimed"

    @property
    def attributes(self) -> dict[str, str]:
        """As the act tells."""
        return {"actor": CLAIMANT, "count": str(BATCH), "root": self.root}


class _List:
    """A source for the projector alone."""

    def __init__(self, said: list[_Said]) -> None:
        self._said = said

    def events(self, start: int, limit: int) -> list[_Said]:
        """As the port has it."""
        return self._said[start : start + limit]

    def record(self, key: str) -> None:
        """As the port has it; there is none."""
        del key

    def await_height(self, height: int, timeout_s: float) -> int:
        """As the port has it."""
        del timeout_s
        return height


def _projecting(tell: Tell, count: int) -> float:
    """Rows a second that a projector alone writes."""
    tell(f"projecting {count:,} events")
    with tempfile.TemporaryDirectory(prefix="ropewalk-bench-") as folder:
        said: list[_Said] = []
        views = Views(Path(folder), _List(said))
        for number in range(count // BATCH):
            batch = batch_of(number * BATCH)
            views.payloads.put(batch)
            said.append(_Said(number, batch.root))
        start = time.perf_counter()
        views.projector.catch_up()
        taken = time.perf_counter() - start
        views.close()
    return count / taken


def events(tell: Tell, *, count: int = 100_000, lookups: int = 3_000) -> dict[str, Any]:
    """Claims in batches over HTTP, then look-ups of every usual kind over HTTP."""
    single, limit = _singly(tell)
    rows = _projecting(tell, min(count, 20_000))
    with tempfile.TemporaryDirectory(prefix="ropewalk-bench-") as folder:
        world = World(Path(folder), 4)
        engine = world.open()
        world.enrol(engine)
        engine.close()
        log = Path(folder) / "log"
        with ChildNode(world.folder, "127.0.0.1:0", PASSPHRASE, log, "--open-events") as node:
            posted = _post_all(tell, node.url, world, count)
            lag = _await_views(Path(folder), count)
            sizes = _sizes(Path(folder), count)
            before = resident_bytes(node.pid)
            taken = _look_up(tell, node.url, count, lookups)
            after = resident_bytes(node.pid)
    return {
        "figures": {
            "events": count,
            "claimed_events_per_s": round(posted),
            "single_claims_per_s": round(single),
            "views_behind_s": round(lag, 1),
            "projected_rows_per_s": round(rows),
            **{f"look_up_{name}_ms": value for name, value in taken.items()},
            **sizes,
            "resident_mib": round(after / 2**20),
            "resident_growth_mib": round((after - before) / 2**20, 1),
        },
        "limits": {"libsodium_verifications_per_s_2_cores": round(limit)},
        "ratios": {"single_claims_of_verification": round(single / limit, 3)},
        "goals": {
            "look_up_p99_ms": "<= 50",
            "claimed_events_per_s": ">= 20000",
            "single_claims_of_verification": ">= 0.25",
        },
    }


def _singly(tell: Tell) -> tuple[float, float]:
    """Claims of one event each, a second, and signatures that the machine verifies a second."""
    tell(f"signing {SINGLES:,} claims of one event")
    with tempfile.TemporaryDirectory(prefix="ropewalk-bench-") as folder:
        world = World(Path(folder), 4)
        engine = world.open()
        world.enrol(engine)
        texts = _single_claims(world)
        before = verification_rate()
        start = time.perf_counter()
        submit_all(engine, texts)
        rate = SINGLES / (time.perf_counter() - start)
        engine.close()
    return rate, (before + verification_rate()) / 2


def _single_claims(world: World) -> list[str]:
    texts = []
    for number in range(SINGLES):
        who = number % len(world.ids)
        body: dict[str, Any] = {"count": 1, "root": random_bytes(32).hex()}
        texts.append(world.signed("cargo.CLAIM", world.ids[who], body, world.keys[who]))
    return texts


def _post_all(tell: Tell, url: str, world: World, count: int) -> float:
    """Events a second, the time to make and sign them left aside."""
    spent, done = 0.0, 0
    while done < count:
        chunk = min(count - done, 20_000)
        bodies = [
            _body(world, batch_of(done + first, world.ids[0])) for first in range(0, chunk, BATCH)
        ]
        start = time.perf_counter()
        _post(url, bodies)
        spent += time.perf_counter() - start
        done += chunk
        tell(f"claimed {done:,} events, {done / spent:,.0f} a second")
    return done / spent


def _body(world: World, batch: Batch) -> bytes:
    body: dict[str, Any] = {"count": len(batch.events), "root": batch.root}
    text = world.signed("cargo.CLAIM", world.ids[0], body, world.keys[0])
    return msgspec.json.encode({"transaction": text, **msgspec.structs.asdict(batch)})


def _post(url: str, bodies: list[bytes]) -> None:
    todo, lock = iter(bodies), threading.Lock()
    failures: list[bytes] = []

    def client() -> None:
        connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=60)
        while True:
            with lock:
                body = next(todo, None)
            if body is None:
                return
            connection.request("POST", "/v1/claims", body, {"content-type": "application/json"})
            answer = connection.getresponse()
            content = answer.read()
            if answer.status != 200:
                failures.append(content[:300])

    threads = [threading.Thread(target=client) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise RuntimeError(failures[0])


def _await_views(folder: Path, count: int) -> float:
    """How long the views take to have all of it."""
    start = time.perf_counter()
    with closing(sqlite3.connect(folder / "views.sqlite", timeout=60)) as database:
        query = "SELECT count(*) FROM batches WHERE state = 'here'"
        while database.execute(query).fetchone()[0] * BATCH < count:
            time.sleep(0.2)
    return time.perf_counter() - start


def _sizes(folder: Path, count: int) -> dict[str, int]:
    views = sum(path.stat().st_size for path in folder.glob("views.sqlite"))
    claims = sum(path.stat().st_size for path in (folder / "claims").rglob("*.json"))
    sent = sum(len(msgspec.json.encode(event(n))) for n in range(1_000))
    return {
        "sent_bytes_per_event": sent // 1_000,
        "views_bytes_per_event": views // count,
        "claim_bytes_per_event": claims // count,
    }


def queries(count: int, draw: random.Random) -> Iterator[str]:
    """Look-ups as they are usual, without end."""
    while True:
        one = event(draw.randrange(count))
        call = one.get("transportCall") or _call(draw.randrange(count) // 8, is_loading=True)
        box = one.get("equipmentReference") or box_of(draw.randrange(count // 8))
        ship = call["vessel"]["vesselIMONumber"]
        created = one["eventCreatedDateTime"]
        booking = one["documentReferences"][0]["documentReferenceValue"]
        yield from (
            _query(carrierBookingReference=booking),
            _query(
                transportDocumentReference=one["documentReferences"][1]["documentReferenceValue"]
            ),
            _query(carrierBookingReference=booking, equipmentReference=box),
            _query(equipmentReference=box),
            _query(equipmentReference=box, equipmentEventTypeCode="GTIN,GTOT"),
            _query(transportCallID=call["transportCallID"]),
            _query(transportCallID=call["transportCallID"], equipmentEventTypeCode="LOAD"),
            _query(vesselIMONumber=ship),
            _query(vesselIMONumber=ship, transportEventTypeCode="ARRI,DEPA"),
            _query(vesselIMONumber=ship, exportVoyageNumber=call["exportVoyageNumber"]),
            _query(exportVoyageNumber=call["exportVoyageNumber"], eventType="TRANSPORT"),
            _query(carrierServiceCode=call["carrierServiceCode"]),
            _query(carrierServiceCode=call["carrierServiceCode"], UNLocationCode="NLRTM"),
            _query(UNLocationCode=call["UNLocationCode"]),
            _query(UNLocationCode=call["UNLocationCode"], equipmentEventTypeCode="GTIN"),
            _query(UNLocationCode="NLRTM", vesselIMONumber=ship),
            _query(eventType="SHIPMENT"),
            _query(eventType="SHIPMENT,EQUIPMENT"),
            _query(shipmentEventTypeCode="CONF,ISSU"),
            _query(documentTypeCode="BKG,TRD"),
            _query(transportEventTypeCode="ARRI"),
            _query(equipmentEventTypeCode="LOAD,DISC"),
            _query(**{"eventCreatedDateTime:gte": created}),
            _query(**{"eventCreatedDateTime:gte": created}, eventType="EQUIPMENT"),
            _query(**{"eventCreatedDateTime:lt": created}, sort="eventCreatedDateTime:DESC"),
            _query(**{"eventCreatedDateTime:gte": created}, UNLocationCode=call["UNLocationCode"]),
            _query(**{"eventCreatedDateTime:gte": created}, vesselIMONumber=ship),
        )


def _query(**filters: str) -> str:
    return f"/v2/events?{urllib.parse.urlencode(filters)}"


def _look_up(tell: Tell, url: str, count: int, lookups: int) -> dict[str, float]:
    tell(f"looking up {lookups:,} times")
    draw = random.Random(7)  # noqa: S311 - look-ups, not keys
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=60)
    taken: list[tuple[float, str]] = []
    for _, path in zip(range(lookups), queries(count, draw), strict=False):
        start = time.perf_counter()
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        taken.append(((time.perf_counter() - start) * 1000, path))
        if answer.status != 200:
            raise RuntimeError(path)
    taken.sort()
    for slow, path in taken[-3:]:
        tell(f"{slow:.1f} ms {path}")
    return {
        "p50": round(taken[len(taken) // 2][0], 2),
        "p99": round(taken[len(taken) * 99 // 100][0], 2),
        "max": round(taken[-1][0], 2),
    }
