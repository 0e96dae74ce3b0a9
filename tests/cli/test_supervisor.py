# SPDX-License-Identifier: Apache-2.0
"""What ends comes again, until it is ended; nothing outlives its supervisor."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from comet import (
    WORD,
    eventually,
    founded,
)
from ropewalk.cli.supervisor import Network, Part, Plan, consortium_plan, read_places
from ropewalk.cli.watching import Place
from ropewalk.engines.port import InUseError

TRAP = """
import pathlib, signal, sys, time
def end(*_):
    with open("{order}", "a") as file:
        file.write("{name}\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
pathlib.Path("{name}.up").touch()
pathlib.Path("{socket}").touch()
time.sleep(600)
"""


def traps(folder: Path) -> Plan:
    """Processes that do nothing but note, in a file, the order in which they are ended."""

    def plan(place: Place, _cometbft: Path) -> dict[Part, list[str]]:
        return {part: script(place, part) for part in Part}

    def script(place: Place, part: Part) -> list[str]:
        name = folder / f"{place.name}-{part.value}"
        socket_path = place.data / "abci.sock" if part is Part.NODE else f"{name}.sock"
        text = TRAP.format(order=folder / "order", name=name, socket=socket_path)
        return [sys.executable, "-c", text]

    return plan


@pytest.fixture
def trapped(tmp_path: Path) -> Iterator[Network]:
    """Two members whose processes do nothing."""
    founded(tmp_path / "net", 2)
    with Network(tmp_path / "net", WORD, cometbft=Path("-"), plan=traps(tmp_path)) as network:
        yield network


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_what_ends_comes_again(trapped: Network) -> None:
    one = trapped.part(0, Part.NODE)
    eventually(lambda: one.pid > 0)
    first = one.pid
    os.kill(first, signal.SIGKILL)
    eventually(lambda: one.pid not in (0, first))
    second = one.pid
    one.kill()
    eventually(lambda: one.pid not in (0, first, second))
    assert one.starts == 3


def test_what_is_stopped_stays_so_until_it_is_started(trapped: Network) -> None:
    one, other = trapped.part(0, Part.COMETBFT), trapped.part(0, Part.NODE)
    eventually(lambda: one.pid > 0 and other.pid > 0)
    beside = other.pid
    one.stop()
    one.stop()
    other_starts = other.starts
    time.sleep(1.5)
    assert one.pid == 0
    assert (other.pid, other.starts) == (beside, other_starts)
    one.start()
    eventually(lambda: one.pid > 0)
    one.kill(hold=True)
    time.sleep(1.5)
    assert one.pid == 0


def test_what_was_halted_by_a_signal_is_ended_all_the_same(trapped: Network) -> None:
    one = trapped.part(0, Part.NODE)
    eventually(lambda: one.pid > 0)
    one.send(signal.SIGSTOP)
    one.stop(5)
    assert one.pid == 0


def test_a_process_that_always_ends_is_started_ever_more_slowly(tmp_path: Path) -> None:
    founded(tmp_path / "net", 1)
    told: list[str] = []
    ends: Plan = lambda _place, _cometbft: {Part.COMETBFT: ["true"]}  # noqa: E731
    with Network(tmp_path / "net", WORD, cometbft=Path("-"), plan=ends, tell=told.append):
        eventually(lambda: len(told) == 3)
    assert [line.rpartition("again in ")[2] for line in told] == ["0.5 s", "1 s", "2 s"]
    assert told[0].startswith("node0 cometbft ended (exit 0, ")


def test_a_process_that_can_t_start_is_given_up_and_says_why(tmp_path: Path) -> None:
    founded(tmp_path / "net", 2)
    told: list[str] = []
    ends: Plan = lambda _place, _: {  # noqa: E731
        Part.NODE: ["sh", "-c", "echo before; echo why; exit 5"],
        Part.COMETBFT: ["sleep", "600"],
    }
    with Network(
        tmp_path / "net", WORD, cometbft=Path("-"), plan=ends, tell=told.append
    ) as network:
        eventually(lambda: network.is_given_up, 30)
        node = network.part(0, Part.NODE)
        eventually(lambda: network.part(0, Part.COMETBFT).pid == 0)
        assert node.starts == 4
        node.start()
        eventually(lambda: node.starts == 5)
    mine = [one for one in told if one.startswith("node0 node ")]
    assert mine[0].startswith("node0 node ended (exit 5: why, ")
    assert mine[3].startswith("node0 node can't start, and is given up after 4 attempts (exit 5: w")


def test_cometbft_without_what_it_signed_last_is_not_tried(tmp_path: Path) -> None:
    founded(tmp_path / "net", 1)
    (tmp_path / "net/node0/cometbft/data/priv_validator_state.json").unlink()
    told: list[str] = []
    lives: Plan = lambda _place, _: {Part.COMETBFT: ["sleep", "600"]}  # noqa: E731
    with Network(
        tmp_path / "net", WORD, cometbft=Path("-"), plan=lives, tell=told.append
    ) as network:
        eventually(lambda: network.is_given_up, 30)
        assert network.part(0, Part.COMETBFT).starts == 0
    assert "voting twice" in told[-1]


def test_cometbft_goes_before_the_nodes(tmp_path: Path) -> None:
    founded(tmp_path / "net", 2)
    with Network(tmp_path / "net", WORD, cometbft=Path("-"), plan=traps(tmp_path)):
        eventually(lambda: len(list(tmp_path.glob("*.up"))) == 4, 30)
    order = [Path(line).name for line in (tmp_path / "order").read_text("ascii").splitlines()]
    assert {one.partition("-")[2] for one in order[:2]} == {"cometbft"}
    assert {one.partition("-")[2] for one in order[2:]} == {"node"}


def test_a_member_is_run_once(trapped: Network, tmp_path: Path) -> None:
    second = Network(tmp_path / "net", WORD, cometbft=Path("-"), plan=traps(tmp_path))
    with pytest.raises(InUseError), second:
        pass
    assert all(trapped.part(number, Part.NODE).starts <= 1 for number in (0, 1))


ORPHANS = """
import sys, time
from pathlib import Path
from ropewalk.cli.supervisor import Network, Part
words = [sys.executable, "-c", "import time; time.sleep(600)"]
network = Network(
    Path(sys.argv[1]), "x", cometbft=Path("-"), plan=lambda *_: {Part.COMETBFT: words}
)
with network:
    while not all(network.part(number, Part.COMETBFT).pid for number in (0, 1)):
        time.sleep(0.01)
    print(*(network.part(number, Part.COMETBFT).pid for number in (0, 1)), flush=True)
    time.sleep(600)
"""


def test_nothing_outlives_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    founded(tmp_path / "net", 2)
    command = [sys.executable, "-c", ORPHANS, str(tmp_path / "net")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as supervisor:
        assert supervisor.stdout is not None
        pids = [int(one) for one in supervisor.stdout.readline().split()]
        assert len(pids) == 2
        supervisor.kill()
    eventually(lambda: not any(is_alive(pid) for pid in pids))


def test_the_passphrase_reaches_the_node_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROPEWALK_PASSPHRASE", "of the supervisor")
    monkeypatch.setenv("CMT_RPC_UNSAFE", "true")
    monkeypatch.setenv("CMTHOME", "elsewhere")
    founded(tmp_path / "net", 1)
    shows: Plan = lambda place, _cometbft: {  # noqa: E731
        Part.NODE: ["sh", "-c", f"env; touch {place.data}/abci.sock"],
        Part.COMETBFT: ["env"],
    }
    logs = [tmp_path / "net/node0" / f"{part.value}.log" for part in Part]
    with Network(tmp_path / "net", WORD, cometbft=Path("-"), plan=shows):
        eventually(lambda: all(log.exists() and b"PATH=" in log.read_bytes() for log in logs), 20)
    node, cometbft = (log.read_text(encoding="utf-8") for log in logs)
    assert f"ROPEWALK_PASSPHRASE={WORD}\n" in node
    assert "ROPEWALK_PASSPHRASE" not in cometbft
    assert "CMT" not in node + cometbft
    assert {log.stat().st_mode & 0o777 for log in logs} == {0o600}


def test_nodes_are_run_as_consortium_nodes(tmp_path: Path) -> None:
    founded(tmp_path / "net", 2)
    _, places = read_places(tmp_path / "net", "127.0.0.1:9000")
    plan = consortium_plan(places[1], Path("/opt/cometbft"))
    node = " ".join(plan[Part.NODE])
    data = tmp_path / "net/node1"
    assert node.endswith(f"node --engine cometbft --data {data} --listen 127.0.0.1:9001")
    assert plan[Part.COMETBFT] == ["/opt/cometbft", "start", "--home", str(data / "cometbft")]
    more = consortium_plan(places[1], Path("/opt/cometbft"), "--demo-desks", "desks.json")
    assert more[Part.NODE] == [*plan[Part.NODE], "--demo-desks", "desks.json"]
    assert more[Part.COMETBFT] == plan[Part.COMETBFT]
    assert places[1].url == "http://localhost:9001"
