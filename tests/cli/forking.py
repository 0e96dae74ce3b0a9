# SPDX-License-Identifier: Apache-2.0
"""`ropewalk` for scripts of many commands: each is a fork of one process that has it all loaded.

A command takes the time of what it does, without half a second of imports before, and its key
files have a cheap scrypt, as those of tests/conftest.py. A signal reaches the process that asked
and not its fork: `ropewalk node`, which is ended by one, is run as always.

python -m cli.forking serve SOCKET    what forks
python -m cli.forking run WORD…       a command in a process of its own
"""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from ropewalk.cli.main import COMMANDS, main
from ropewalk.crypto import keys

ASKING = """
import array, json, os, socket, sys
there = socket.socket(socket.AF_UNIX)
there.connect({path!r})
files = array.array("i", [0, 1, 2])
there.sendmsg([b"!"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, files)])
there.sendall(json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode() + b"\\n")
code = there.recv(4)
sys.exit(int(code) if code else 70)
"""
SHELL = """#!/bin/sh
[ "$1" = node ] && exec "{python}" -m cli.forking run "$@"
exec "{python}" -I -S "{asking}" "$@"
"""


@contextmanager
def forking(folder: Path) -> Iterator[Path]:
    """A folder with a `ropewalk` that is answered by forks.

    Args:
        folder: of the test; must not be there.
    """
    folder.mkdir()
    path, asking, command = folder / "socket", folder / "asking.py", folder / "ropewalk"
    asking.write_text(ASKING.format(path=str(path)), encoding="utf-8")
    shell = SHELL.format(python=sys.executable, asking=asking)
    command.write_text(shell, encoding="utf-8")
    command.chmod(0o755)
    serving = [sys.executable, "-m", "cli.forking", "serve", str(path)]
    tests = str(Path(__file__).parents[1])
    environment = {**os.environ, "PYTHONPATH": f"{tests}:{os.environ.get('PYTHONPATH', '')}"}
    with subprocess.Popen(serving, env=environment, stdout=subprocess.PIPE) as server:
        try:
            assert server.stdout is not None
            assert server.stdout.readline() == b"ready\n"
            yield folder
        finally:
            server.terminate()


def serve(path: str) -> None:
    """Answer every asker by a fork, until ended."""
    for module, _ in COMMANDS.values():
        import_module(f"ropewalk.cli.{module}")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as here:
        here.bind(path)
        here.listen(64)
        print("ready", flush=True)
        while True:
            there, _ = here.accept()
            if os.fork() == 0:
                here.close()
                _answer(there)
            there.close()


def _answer(there: socket.socket) -> None:
    """Be the command that is asked for; ends the process."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _, files, _, _ = socket.recv_fds(there, 1, 3)
    with there.makefile("rb") as lines:
        words, folder, environment = json.loads(lines.readline())
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    there.sendall(str(_code(words)).encode())
    os._exit(0)


def _code(words: Sequence[str]) -> int:
    """Run a command; its exit code."""
    sys.argv = ["ropewalk", *words]
    code = 1
    try:
        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return code


if __name__ == "__main__":
    keys.SCRYPT_N, keys.SCRYPT_P = 1 << 4, 1
    if sys.argv[1] == "serve":
        serve(sys.argv[2])
    sys.exit(_code(sys.argv[2:]))
