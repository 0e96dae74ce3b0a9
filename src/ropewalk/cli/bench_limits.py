# SPDX-License-Identifier: Apache-2.0
"""The limits that figures stand beside, measured in the same run, and what machine it was."""

import os
import platform
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from ropewalk.crypto import PrivateKey, verify_signature

SECONDS = 1.5
MESSAGE_SIZE = 500


def _verifications_a_second(_worker: int) -> float:
    key = PrivateKey(bytes(32))
    message = b"\x2a" * MESSAGE_SIZE
    signature = key.sign(message)
    count, start = 0, time.perf_counter()
    while (passed := time.perf_counter() - start) < SECONDS:
        for _ in range(200):
            if not verify_signature(key.public_key, message, signature):
                raise AssertionError("a right signature was refused")
        count += 200
    return count / passed


def verification_rate(cores: int = 2) -> float:
    """Ed25519 verifications a second by libsodium, over `cores` processes at once."""
    with ProcessPoolExecutor(cores) as pool:
        return sum(pool.map(_verifications_a_second, range(cores)))


def machine() -> dict[str, Any]:
    """What it was measured on."""
    model = platform.processor() or platform.machine()
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    except OSError:
        pass
    return {
        "cores": len(os.sched_getaffinity(0)),
        "cpu": model,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
    }


def resident_bytes(process: int | str = "self") -> int:
    """Resident memory of a process, by default of this one."""
    pages = Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
