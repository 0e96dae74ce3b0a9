# SPDX-License-Identifier: Apache-2.0
"""The deployment's files say what the code says, and what systemd takes."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from ropewalk.cli.cometbft import MODULE, VERSION
from ropewalk.cli.consortium import PEER_PORT, seats_at
from ropewalk.cli.everything import app
from ropewalk.cli.options import DEFAULT_LISTEN, listen_address
from ropewalk.engines.cometbft_home import EMPTY_BLOCKS_S, RPC_SOCKET, CometBftHome

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
CONTAINERFILE = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
HTTP_PORT = listen_address(DEFAULT_LISTEN)[1]
DATA = "/var/lib/ropewalk"
MEMBERS = [f"node{number}" for number in range(4)]


def settings(unit: Path) -> dict[str, list[str]]:
    """A unit's settings, each with its values in order."""
    found: dict[str, list[str]] = {}
    for line in unit.read_text(encoding="utf-8").splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


def compose() -> dict[str, Any]:
    """The compose file, its anchors resolved."""
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return found


def require_options(words: list[str]) -> None:
    """Every command and option that is written down exists."""
    command: Any = typer.main.get_command(app)
    while getattr(command, "commands", None):
        command, words = command.commands[words[0]], words[1:]
    known = {one for parameter in command.params for one in parameter.opts}
    asked = {one for one in words if one.startswith("--")}
    later = {"--engine"} if command.name == "node" else set()
    assert asked - later <= known


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_a_unit_is_hardened_and_always_restarted(unit: Path) -> None:
    found = settings(unit)
    for name, value in {
        "CapabilityBoundingSet": "",
        "NoNewPrivileges": "yes",
        "PrivateTmp": "yes",
        "ProtectHome": "yes",
        "ProtectSystem": "strict",
        "ReadWritePaths": f"{DATA}/%i",
        "RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX",
        "Restart": "always",
        "StartLimitIntervalSec": "0",
        "UMask": "0077",
        "User": "ropewalk",
        "WorkingDirectory": f"{DATA}/%i",
    }.items():
        assert found[name] == [value], name
    assert found["SystemCallFilter"][0] == "@system-service"
    assert {"MemoryMax", "LimitNOFILE"} <= set(found)


def test_the_units_run_what_the_supervisor_runs() -> None:
    node, cometbft = (
        settings(DEPLOY / "systemd" / f"ropewalk-{name}@.service") for name in ("node", "cometbft")
    )
    words = node["ExecStart"][0].split()[1:]
    assert words[:5] == ["node", "--engine", "cometbft", "--data", f"{DATA}/%i"]
    require_options(words)
    assert node["Environment"] == [f"ROPEWALK_LISTEN={DEFAULT_LISTEN}"]
    home = CometBftHome(Path(f"{DATA}/%i"))
    assert cometbft["ExecStart"][0].split()[1:] == ["start", "--home", str(home.path)]
    assert cometbft["ExecStartPre"] == [f"/bin/rm -f {home.data / RPC_SOCKET}"]
    assert "ropewalk-node@%i.service" in cometbft["After"][0]


@pytest.fixture
def installed(tmp_path: Path) -> list[Path]:
    """The units as of a member, with a program that exists in the place of ours."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    made = []
    for unit in UNITS:
        text = re.sub(r"/opt/ropewalk\S*", "/bin/true", unit.read_text(encoding="utf-8"))
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
        made.append(tmp_path / unit.name.replace("@", "@a"))
        made[-1].write_text(text, encoding="utf-8")
    return made


def analysed(*words: object) -> subprocess.CompletedProcess[str]:
    command = ["systemd-analyze", *(str(one) for one in words)]
    return subprocess.run(command, capture_output=True, check=False, timeout=60, text=True)


def test_systemd_takes_the_units(installed: list[Path]) -> None:
    done = analysed("verify", *installed)
    said = [line for line in done.stderr.splitlines() if "ropewalk-" in line]
    assert (done.returncode, said) == (0, [])


def test_systemd_finds_the_units_little_exposed(installed: list[Path]) -> None:
    version = re.match(r"systemd (\d+)", analysed("--version").stdout)
    if version is None or int(version[1]) < 250:
        pytest.skip("this systemd can't judge a unit that is not loaded")
    done = analysed("security", "--offline=true", "--threshold=20", *installed)
    assert done.returncode == 0, done.stdout


def test_the_container_builds_the_same_cometbft_and_from_the_lock() -> None:
    assert f"ARG COMETBFT_VERSION={VERSION}\n" in CONTAINERFILE
    assert f"{MODULE}@${{COMETBFT_VERSION}}" in CONTAINERFILE
    assert "--require-hashes -r requirements.lock" in CONTAINERFILE
    assert "--no-deps --no-build-isolation ." in CONTAINERFILE
    assert f"EXPOSE {HTTP_PORT} {PEER_PORT}" in CONTAINERFILE
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", CONTAINERFILE, re.MULTILINE)
    assert all((ROOT / name).exists() for names in copied for name in names.split())
    program = re.search(r"ROPEWALK_COMETBFT=(\S+)", CONTAINERFILE)
    assert program is not None
    assert f"COPY --from=cometbft /out/cometbft {program[1]}\n" in CONTAINERFILE


def test_a_container_runs_as_nobody_special() -> None:
    assert CONTAINERFILE.rindex("USER ropewalk") < CONTAINERFILE.index("ENTRYPOINT")
    for name in MEMBERS:
        service = compose()["services"][name]
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]


def test_the_four_members_find_each_other() -> None:
    file = compose()
    services = file["services"]
    assert sorted(services) == ["ceremony", *MEMBERS]
    ceremony = services["ceremony"]["command"]
    require_options(ceremony)
    hosts = ceremony[ceremony.index("--hosts") + 1].split(",")
    seats = seats_at(hosts, DEFAULT_LISTEN)
    assert [one.name for one in seats] == MEMBERS
    for one in seats:
        service = services[one.name]
        address = service["networks"]["peers"]["ipv4_address"]
        assert one.peer_address == f"{address}:{PEER_PORT}"
        assert service["volumes"] == [f"./network/{one.name}:{DATA}"]
    assert file["networks"]["peers"]["internal"]
    assert ceremony[ceremony.index("--out") + 1] == "/network"
    assert services["ceremony"]["volumes"] == ["./network:/network"]


def test_the_members_serve_where_the_file_says() -> None:
    services = compose()["services"]
    for number, name in enumerate(MEMBERS):
        service = services[name]
        assert service["ports"] == [f"127.0.0.1:{HTTP_PORT + number}:{HTTP_PORT}"]
        words = service["command"]
        assert words[:3] == ["network", "up", DATA]
        assert words[words.index("--listen") + 1] == f"0.0.0.0:{HTTP_PORT}"
        require_options(words)


def test_a_member_is_well_if_its_height_grows() -> None:
    health = compose()["services"]["node0"]["healthcheck"]
    assert health["test"][:2] == ["CMD", "ropewalk"]
    require_options(health["test"][2:])
    within = int(health["test"][-1])
    assert 2 * EMPTY_BLOCKS_S < within < int(health["timeout"].removesuffix("s"))
