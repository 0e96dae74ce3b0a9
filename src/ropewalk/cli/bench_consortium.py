# SPDX-License-Identifier: Apache-2.0
"""The consortium measured: validators, their nodes and all clients on this one machine."""

import http.client
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from ropewalk.cli.bench_limits import verification_rate
from ropewalk.cli.bench_world import LAWS, ORIGIN, PASSPHRASE, Held, World, batches
from ropewalk.cli.cometbft import find_cometbft
from ropewalk.cli.consortium import Charter, form, seats_here
from ropewalk.cli.supervisor import Network, Part

Tell = Callable[[str], None]
Result = dict[str, Any]
READY_S = 120.0
LANES = 16
"""Clients, each with titles of its own, so that acts on one title keep their order; spread over
the nodes."""

BATCH = 250
PORTS = "127.0.0.1:0"


@contextmanager
def running(validators: int, parties: int = 100) -> Iterator[tuple[Network, World]]:
    """A network of validators on this machine, its parties enrolled."""
    asked = os.environ.get("ROPEWALK_COMETBFT")
    named = Path(asked) if asked else None
    with tempfile.TemporaryDirectory(prefix="ropewalk-bench-") as folder:
        place = Path(folder) / "network"
        charter = Charter(origin=ORIGIN, laws=LAWS, governance=())
        form(place, seats_here(validators, PORTS, PORTS), PASSPHRASE, charter)
        world = World(place, parties, (place / "genesis.json").read_bytes())
        with Network(place, PASSPHRASE, cometbft=find_cometbft(named)) as network:
            network.await_ready(READY_S)
            post(network.urls[0], list(batches(world.registrations(), BATCH)))
            yield network, world


def consortium(tell: Tell, *, validators: int = 4, titles: int = 4_000, rounds: int = 6) -> Result:
    """Signed transfers a second, committed by a consortium; how long one waits; where time goes."""
    with running(validators) as (network, world):
        tell(f"issuing {titles:,} titles")
        held, texts = world.issues(titles)
        in_lanes(network.urls, [[texts[start::LANES]] for start in range(LANES)])
        settle(network)
        tell(f"signing {titles * rounds:,} transfers")
        parts = _parts(held, LANES)
        lanes = [[world.transfers(part) for _ in range(rounds)] for part in parts]
        before, used = verification_rate(), cpu_s(network)
        tell("transferring")
        start = time.perf_counter()
        in_lanes(network.urls, lanes)
        took = time.perf_counter() - start
        spent = {name: now - used[name] for name, now in cpu_s(network).items()}
        tell("200 single posts a second")
        waits = steadily(network.urls, world.transfers(held), per_s=200, seconds=10)
        after = verification_rate()
    transfers, limit = titles * rounds, (before + after) / 2
    return {
        "figures": {
            "validators": validators,
            "transfers_per_s": round(transfers / took),
            "latency_at_200_per_s_p50_ms": round(statistics.median(waits) * 1e3),
            "latency_at_200_per_s_p99_ms": round(sorted(waits)[len(waits) * 99 // 100] * 1e3),
            **{
                f"cpu_us_per_transfer_and_member_{name}": round(seconds / transfers * 1e6, 1)
                for name, seconds in spent.items()
            },
        },
        "limits": {"libsodium_verifications_per_s_2_cores": round(limit)},
        "ratios": {"of_verification": round(transfers / took * validators / limit, 3)},
        "goals": {
            "transfers_per_s": ">= 5,000" if validators == 1 else ">= 1,400",
            "latency_at_200_per_s_p50_ms": "<= 600",
        },
    }


def one_validator(tell: Tell) -> Result:
    """The same with a single validator: what consensus among several costs is the difference."""
    return consortium(tell, validators=1)


def _parts(held: Sequence[Held], count: int) -> list[list[Held]]:
    return [list(held[start::count]) for start in range(count)]


def in_lanes(urls: Sequence[str], lanes: Sequence[Sequence[list[str]]]) -> None:
    """Post every lane's rounds, one after the other, all lanes at once, spread over the nodes."""
    failures: list[BaseException] = []

    def drive(number: int, rounds: Sequence[list[str]]) -> None:
        try:
            for texts in rounds:
                post(urls[number % len(urls)], list(batches(texts, BATCH)))
        except BaseException as error:  # noqa: BLE001  # told by the thread that waits
            failures.append(error)

    threads = [
        threading.Thread(target=drive, args=(number, rounds)) for number, rounds in enumerate(lanes)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def post(url: str, parts: Sequence[list[str]]) -> None:
    """Post batches, one after the other, and require all of it to be committed."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=90)
    for texts in parts:
        body = msgspec.json.encode({"transactions": texts})
        connection.request("POST", "/v1/transactions", body, {"Content-Type": "application/json"})
        answer = connection.getresponse().read()
        outcomes = msgspec.json.decode(answer).get("outcomes", [])
        bad = [one for one in outcomes if one["status"] != "committed"]
        if bad or len(outcomes) != len(texts):
            raise AssertionError(f"a bench act was not committed: {bad[:1] or answer[:300]!r}")
    connection.close()


def settle(network: Network) -> None:
    """Wait until every member stands where the first one does."""
    network.await_height(max(one.height for one in network.sights()), READY_S)


def steadily(urls: Sequence[str], texts: list[str], *, per_s: int, seconds: int) -> list[float]:
    """Seconds that single posts wait for their commit, sent at a steady rate."""
    waits: list[float] = []
    todo = texts[: per_s * seconds]
    start = time.perf_counter() + 0.1
    lock = threading.Lock()

    def client(own: list[tuple[int, str]]) -> None:
        connections: dict[str, http.client.HTTPConnection] = {}
        for number, text in own:
            url = urls[number % len(urls)]
            connection = connections.setdefault(
                url, http.client.HTTPConnection(url.removeprefix("http://"), timeout=90)
            )
            pause = start + number / per_s - time.perf_counter()
            if pause > 0:
                time.sleep(pause)
            began = time.perf_counter()
            connection.request(
                "POST", "/v1/transactions", text.encode(), {"Content-Type": "application/jose"}
            )
            answer = connection.getresponse().read()
            if b'"committed"' not in answer:
                raise AssertionError(answer[:300])
            with lock:
                waits.append(time.perf_counter() - began)

    clients = per_s
    numbered = list(enumerate(todo))
    threads = [
        threading.Thread(target=client, args=(numbered[first::clients],))
        for first in range(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(waits) != len(todo):
        raise AssertionError("a single post failed")
    return waits


def cpu_s(network: Network) -> dict[str, float]:
    """CPU seconds used so far: by nodes, their verifying processes, and CometBFT, a member each."""
    used = {"node": 0.0, "verifiers": 0.0, "cometbft": 0.0}
    for number in range(len(network.urls)):
        node = network.part(number, Part.NODE).pid
        used["node"] += _cpu_s(node)
        used["verifiers"] += sum(_cpu_s(child) for child in _children(node))
        used["cometbft"] += _cpu_s(network.part(number, Part.COMETBFT).pid)
    return {name: seconds / len(network.urls) for name, seconds in used.items()}


def _cpu_s(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [int(one) for one in path.read_text(encoding="ascii").split()]
    return found
