# SPDX-License-Identifier: Apache-2.0
"""Network namespaces: a cable for each member, and a hub in which cables are put together.

Nothing of it lies in the machine's own network. Members' CometBFT run inside; their nodes, met by
unix sockets, stay outside and answer the test on loopback.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence

import pytest

PREFIX = f"rw{os.getpid() % 10_000}"


def needed() -> None:
    """Skip, or fail where nothing may be skipped, unless namespaces can be made."""
    if os.geteuid() == 0 and shutil.which("ip"):
        done = subprocess.run(["ip", "netns", "add", f"{PREFIX}try"], check=False)
        if done.returncode == 0:
            _ip("netns", "del", f"{PREFIX}try")
            return
    if os.environ.get("CI") == "true":
        pytest.fail("network namespaces need root, and iproute2")
    pytest.skip("network namespaces need root, and iproute2")


def available() -> bool:
    """Whether they can be made."""
    try:
        needed()
    except (pytest.skip.Exception, pytest.fail.Exception):
        return False
    return True


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


class Spaces:
    """A namespace for each member, all on one hub at first."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.hub = f"{PREFIX}hub"
        _ip("netns", "add", self.hub)
        for bridge in ("side0", "side1"):
            _ip("-n", self.hub, "link", "add", bridge, "type", "bridge")
            _ip("-n", self.hub, "link", "set", bridge, "up")
        for number in range(count):
            self._cable(number)

    def _cable(self, number: int) -> None:
        own, port = self.name(number), f"port{number}"
        _ip("netns", "add", own)
        far = ("peer", "name", port, "netns", self.hub)
        _ip("link", "add", "cable", "netns", own, "type", "veth", *far)
        _ip("-n", own, "link", "set", "lo", "up")
        _ip("-n", own, "addr", "add", f"{self.address(number)}/24", "dev", "cable")
        _ip("-n", own, "link", "set", "cable", "up")
        _ip("-n", self.hub, "link", "set", port, "master", "side0", "up")

    @staticmethod
    def name(number: int) -> str:
        """Of a member's namespace."""
        return f"{PREFIX}m{number}"

    @staticmethod
    def address(number: int) -> str:
        """Of a member."""
        return f"10.77.0.{number + 1}"

    def words(self, number: int) -> list[str]:
        """What to put before a command to run it there."""
        return ["ip", "netns", "exec", self.name(number)]

    def part(self, minority: Sequence[int]) -> None:
        """Cut the network in two; nothing is told to those on either side."""
        for number in range(self.count):
            side = f"side{int(number in minority)}"
            _ip("-n", self.hub, "link", "set", f"port{number}", "master", side)

    def heal(self) -> None:
        """Put everybody on one side."""
        self.part(())

    def cut(self, one: int, other: int) -> None:
        """Let nothing pass from one to another; what comes back has nowhere to go either."""
        _ip("-n", self.name(one), "route", "add", "blackhole", f"{self.address(other)}/32")

    def mend(self, one: int, other: int) -> None:
        """Undo a cut."""
        _ip("-n", self.name(one), "route", "del", "blackhole", f"{self.address(other)}/32")

    def slow(self, number: int, rate: str) -> None:
        """Let a member send at a rate of so many bits, `1mbit` say; "" for as fast as it goes."""
        words = ["netns", "exec", self.name(number), "tc", "qdisc"]
        if not rate:
            _ip(*words, "del", "dev", "cable", "root")
            return
        shape = ("tbf", "rate", rate, "burst", "16k", "latency", "400ms")
        _ip(*words, "add", "dev", "cable", "root", *shape)

    def close(self) -> None:
        """Remove all of it, with whatever runs inside gone before."""
        for name in (*(self.name(number) for number in range(self.count)), self.hub):
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)
