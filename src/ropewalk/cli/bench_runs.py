# SPDX-License-Identifier: Apache-2.0
"""The benchmarks: each measures one thing beside its limit, in the same run.

A figure is a ratio, since machines are noisy: how much of what the machine can do at all.
"""

import asyncio
import http.client
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import uvloop

from ropewalk.audit import audit_directory
from ropewalk.cli.archives import commitment
from ropewalk.cli.bench_acts import acts, holdings
from ropewalk.cli.bench_books import portfolio
from ropewalk.cli.bench_capital import capital
from ropewalk.cli.bench_consortium import consortium, one_validator
from ropewalk.cli.bench_desks import desks
from ropewalk.cli.bench_events import events
from ropewalk.cli.bench_limits import resident_bytes, verification_rate
from ropewalk.cli.bench_portal import portal
from ropewalk.cli.bench_scale import load_titles, loaded
from ropewalk.cli.bench_world import PASSPHRASE, Held, World, batches, submit_all
from ropewalk.cli.child import ChildNode
from ropewalk.client import History, bundle_of, read_trust, verify_bundle
from ropewalk.engines.embedded import EmbeddedEngine
from ropewalk.engines.exporting import export
from ropewalk.engines.opening import DataDirectory
from ropewalk.engines.rebuilding import Terms
from ropewalk.engines.rebuilding import rebuild as rebuild_from

Tell = Callable[[str], None]
Result = dict[str, Any]


def title(tell: Tell, *, titles: int = 10_000, rounds: int = 6) -> Result:
    """Signed transfers a second, end to end: parse, verify, execute, both roots, fsync."""
    with tempfile.TemporaryDirectory(prefix="ropewalk-bench-") as folder:
        world = World(Path(folder), 200)
        engine = world.open()
        try:
            world.enrol(engine)
            tell(f"issuing {titles:,} titles")
            held = world.issue(engine, titles)
            tell(f"signing {titles * rounds:,} transfers")
            texts = [text for _ in range(rounds) for text in world.transfers(held)]
            before = verification_rate()
            tell("transferring")
            rate = _rate(engine, texts)
            after = verification_rate()
        finally:
            engine.close()
        size = sum(path.stat().st_size for path in Path(folder).glob("ledger.db*"))
    limit = (before + after) / 2
    acts = titles * (rounds + 1)
    return {
        "figures": {"transfers_per_s": round(rate), "stored_bytes_per_act": round(size / acts)},
        "limits": {"libsodium_verifications_per_s_2_cores": round(limit)},
        "ratios": {"of_verification": round(rate / limit, 3)},
        "goals": {"of_verification": ">= 0.25"},
    }


def _rate(engine: EmbeddedEngine, texts: list[str]) -> float:
    start = time.perf_counter()
    submit_all(engine, texts)
    return len(texts) / (time.perf_counter() - start)


def http_batches(tell: Tell, *, titles: int = 10_000, rounds: int = 4) -> Result:
    """Batches of 500 over HTTP, against the engine's own rate in the same run."""
    with tempfile.TemporaryDirectory(prefix="ropewalk-bench-") as folder:
        world = World(Path(folder), 200)
        engine = world.open()
        world.enrol(engine)
        held = world.issue(engine, titles)
        tell("the engine's own rate")
        texts = [text for _ in range(rounds) for text in world.transfers(held)]
        own = _rate(engine, texts)
        engine.close()
        texts = [text for _ in range(rounds) for text in world.transfers(held)]
        tell("the same over HTTP")
        with ChildNode(world.folder, "127.0.0.1:0", PASSPHRASE, Path(folder) / "log") as node:
            rate = _post_batches(node.url, texts)
    return {
        "figures": {"transfers_per_s": round(rate)},
        "limits": {"engine_transfers_per_s": round(own)},
        "ratios": {"of_engine": round(rate / own, 3)},
        "goals": {"of_engine": ">= 0.7"},
    }


def _post_batches(url: str, texts: list[str], connections: int = 16) -> float:
    bodies = [msgspec.json.encode({"transactions": batch}) for batch in batches(texts)]
    todo = iter(bodies)
    lock, failures = threading.Lock(), []

    def client() -> None:
        connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=60)
        while True:
            with lock:
                body = next(todo, None)
            if body is None:
                return
            answer = _post(connection, body, "application/json")
            if b'"refused"' in answer or b'"committed"' not in answer:
                failures.append(answer[:300])

    threads = [threading.Thread(target=client) for _ in range(connections)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise AssertionError(failures[0])
    return len(texts) / (time.perf_counter() - start)


def _post(connection: http.client.HTTPConnection, body: bytes, kind: str) -> bytes:
    connection.request("POST", "/v1/transactions", body, {"Content-Type": kind})
    return connection.getresponse().read()


def http_single(tell: Tell, *, per_s: int = 500, seconds: int = 10) -> Result:
    """Single posts at a steady rate: how long each waits until it is durable."""
    with tempfile.TemporaryDirectory(prefix="ropewalk-bench-") as folder:
        world = World(Path(folder), 200)
        engine = world.open()
        world.enrol(engine)
        held = world.issue(engine, per_s * (seconds + 2))
        engine.close()
        texts = world.transfers(held)
        tell(f"{per_s} single posts a second for {seconds} s")
        with ChildNode(world.folder, "127.0.0.1:0", PASSPHRASE, Path(folder) / "log") as node:
            _post_steadily(node.url, texts[: per_s * 2], per_s)
            waits = _post_steadily(node.url, texts[per_s * 2 :], per_s)
    waits.sort()
    return {
        "figures": {
            "posts_per_s": per_s,
            "p50_ms": round(waits[len(waits) // 2] * 1e3, 1),
            "p99_ms": round(waits[len(waits) * 99 // 100] * 1e3, 1),
        },
        "limits": {},
        "ratios": {},
        "goals": {"p99_ms": "<= 50"},
    }


def _post_steadily(url: str, texts: list[str], per_s: int, connections: int = 64) -> list[float]:
    """Seconds from when each post was due until its answer was there."""
    return uvloop.run(_posting(url, texts, per_s, connections))


async def _posting(url: str, texts: list[str], per_s: int, connections: int) -> list[float]:
    host, _, port = url.removeprefix("http://").partition(":")
    idle: asyncio.Queue[Line] = asyncio.Queue()
    for _ in range(connections):
        idle.put_nowait(Line(*await asyncio.open_connection(host, int(port))))
    waits: list[float] = []

    async def post(line: Line, text: str, due: float) -> None:
        await line.post(text, host)
        waits.append(time.perf_counter() - due)
        idle.put_nowait(line)

    start = time.perf_counter() + 0.1
    async with asyncio.TaskGroup() as posts:
        for index, text in enumerate(texts):
            due = start + index / per_s
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            posts.create_task(post(await idle.get(), text, due))
    while not idle.empty():
        idle.get_nowait().close()
    return waits


class Line:
    """One connection of a client that costs as little as it can, since it shares the machine."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def post(self, text: str, host: str) -> None:
        """Post one transaction, and require it to be committed."""
        head = f"POST /v1/transactions HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/jose"
        self._writer.write(f"{head}\r\nContent-Length: {len(text)}\r\n\r\n{text}".encode("ascii"))
        answer = await self._reader.readuntil(b"\r\n\r\n")
        length = int(answer.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        body = await self._reader.readexactly(length)
        if b'"committed"' not in body:
            raise AssertionError(body[:300])

    def close(self) -> None:
        """Hang up."""
        self._writer.close()


SCALE_ROUNDS = 7
"""A round is over in a second, and the disk has moods that last about as long."""


def scale(tell: Tell, *, large: int = 1_000_000, small: int = 10_000) -> Result:
    """A million live titles against ten thousand: cost of a transfer, memory, restart.

    Holdings that were loaded last wait when it begins, so they are merged meanwhile.
    """
    small_cost, _, _ = _at_scale(tell, small)
    large_cost, memory, restart = _at_scale(tell, large)
    return {
        "figures": {
            "titles": large,
            "resident_mib": round(memory / 2**20),
            "restart_s": round(restart, 2),
            "us_per_transfer": round(large_cost * 1e6, 1),
        },
        "limits": {f"us_per_transfer_at_{small}": round(small_cost * 1e6, 1)},
        "ratios": {"cost_of_small": round(large_cost / small_cost, 2)},
        "goals": {"cost_of_small": "<= 1.5", "resident_mib": "<= 1024", "restart_s": "<= 5"},
    }


def _at_scale(tell: Tell, count: int) -> tuple[float, int, float]:
    with tempfile.TemporaryDirectory(prefix="ropewalk-bench-") as folder:
        world = World(Path(folder), 200)
        engine = world.open()
        world.enrol(engine)
        engine.close()
        tell(f"loading {count:,} titles")
        load_titles(world, count, tell)
        start = time.perf_counter()
        engine = world.open()
        restart = time.perf_counter() - start
        step = max(1, count // 10_000)
        chosen = [loaded(world, number) for number in range(0, count, step)][:10_000]
        costs = []
        for _ in range(SCALE_ROUNDS):
            texts = world.transfers(chosen)
            tell(f"transferring {len(texts):,} of {count:,}")
            costs.append(1 / _rate(engine, texts))
        memory = resident_bytes()
        engine.close()
    return statistics.median(costs), memory, restart


def proof(tell: Tell, *, titles: int = 10_000, acts: int = 5) -> Result:
    """A title's bundle made and verified, both in-process."""
    with tempfile.TemporaryDirectory(prefix="ropewalk-bench-") as folder:
        world = World(Path(folder), 200)
        engine = world.open()
        world.enrol(engine)
        held = world.issue(engine, titles)
        for _ in range(acts - 1):
            submit_all(engine, world.transfers(held))
        tell("making and verifying proofs")
        trust = read_trust(world.genesis)
        made, verified, sizes = [], [], []
        for one in held[:: titles // 100]:
            start = time.perf_counter()
            data = _bundle(engine, world, one)
            made.append(time.perf_counter() - start)
            start = time.perf_counter()
            verdict = verify_bundle(data, trust, None)
            verified.append(time.perf_counter() - start)
            sizes.append(len(data))
            if not verdict.ok:
                raise AssertionError(verdict)
        single = _median_time(lambda: engine.prove(f"title/{held[0].title}"))
        engine.close()
    return {
        "figures": {
            "state_proof_ms": round(single * 1e3, 2),
            "bundle_made_ms": round(statistics.median(made) * 1e3, 2),
            "bundle_verified_ms": round(statistics.median(verified) * 1e3, 2),
            "bundle_bytes": max(sizes),
        },
        "limits": {},
        "ratios": {},
        "goals": {
            "state_proof_ms": "<= 5",
            "bundle_verified_ms": "<= 50",
            "bundle_bytes": "<= 20480 for five acts without the document",
        },
    }


def _bundle(engine: EmbeddedEngine, world: World, held: Held) -> bytes:
    history = engine.history(held.title)
    built = msgspec.convert(msgspec.to_builtins(history), History)
    return bundle_of(built, world.network, held.title, None)


def _median_time(work: Callable[[], object], times: int = 100) -> float:
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def audit(tell: Tell, *, titles: int = 5_000, rounds: int = 3) -> Result:
    """Transactions a second that an audit executes again and compares."""
    with tempfile.TemporaryDirectory(prefix="ropewalk-bench-") as folder:
        world = World(Path(folder), 200)
        engine = world.open()
        world.enrol(engine)
        held = world.issue(engine, titles)
        for _ in range(rounds):
            submit_all(engine, world.transfers(held))
        engine.close()
        limit = verification_rate()
        tell("auditing")
        start = time.perf_counter()
        report = audit_directory(Path(folder), None, lambda _done, _all: None)
        taken = time.perf_counter() - start
        if not report.ok:
            raise AssertionError(report.first_difference)
    rate = report.transactions / taken
    return {
        "figures": {"transactions_per_s": round(rate)},
        "limits": {"libsodium_verifications_per_s_2_cores": round(limit)},
        "ratios": {"of_verification": round(rate / limit, 3)},
        "goals": {},
    }


def rebuild(tell: Tell, *, titles: int = 10_000, rounds: int = 4) -> Result:
    """Transactions a second that a ledger is rebuilt from its archive with, all of it verified."""
    with tempfile.TemporaryDirectory(prefix="ropewalk-bench-") as folder:
        (Path(folder) / "data").mkdir()
        world = World(Path(folder) / "data", 200)
        engine = world.open()
        world.enrol(engine)
        held = world.issue(engine, titles)
        for _ in range(rounds):
            submit_all(engine, world.transfers(held))
        engine.close()
        archive = Path(folder) / "bench.ropewalk-archive"
        start = time.perf_counter()
        export(DataDirectory(world.folder), archive, documents=False, progress=_ignore)
        exported = time.perf_counter() - start
        before = verification_rate()
        tell("rebuilding")
        found = rebuild_from(archive, Path(folder) / "again", Terms(commitment), _ignore)
        limit = (before + verification_rate()) / 2
        size = archive.stat().st_size
    rate = found.transactions / found.seconds
    return {
        "figures": {
            "transactions_per_s": round(rate),
            "s_per_million": round(1e6 / rate, 1),
            "export_s_per_million": round(exported / found.transactions * 1e6, 1),
            "archive_bytes_per_act": round(size / found.transactions),
        },
        "limits": {"libsodium_verifications_per_s_2_cores": round(limit)},
        "ratios": {"of_verification": round(rate / limit, 3)},
        "goals": {},
    }


def _ignore(_done: int, _total: int) -> None:
    """Show no progress."""


RUNS: dict[str, Callable[..., Result]] = {
    "title": title,
    "http": http_batches,
    "single": http_single,
    "scale": scale,
    "proof": proof,
    "audit": audit,
    "rebuild": rebuild,
    "acts": acts,
    "holdings": holdings,
    "events": events,
    "capital": capital,
    "portfolio": portfolio,
    "desks": desks,
    "portal": portal,
    "consortium": consortium,
    "one-validator": one_validator,
}
