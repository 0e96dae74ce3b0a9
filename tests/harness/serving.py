# SPDX-License-Identifier: Apache-2.0
"""A real `ropewalk node`, spoken to over HTTP as a victim is over its sockets."""

import http.client
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from harness.driving import PASSPHRASE, ROOT, Answer, GoneError

READY_S = 30
LISTENING = ("--listen", "127.0.0.1:0", "--log-level", "error")


class HttpLine:
    """Keeps to `driving.Line`'s `ask`."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def ask(self, do: str, **request: Any) -> Answer:
        """Ask and wait.

        Raises:
            GoneError: the node died before its answer arrived.
        """
        try:
            return self._ask(do, request)
        except (OSError, http.client.HTTPException) as error:
            raise GoneError from error

    def _ask(self, do: str, request: dict[str, Any]) -> Answer:
        match do:
            case "submit":
                return self._submit(request["texts"])
            case "ask":
                found = [self._get(f"/v1/transactions/{one}") for one in request["ids"]]
                return {"outcomes": found}
            case "records":
                names = [key.removeprefix("title/") for key in request["keys"]]
                titles = [self._get(f"/v1/titles/{one}") for one in names]
                return {"records": [json.dumps([1, one["record"]]) for one in titles if one]}
            case "entries":
                page = f"from={request['start']}&limit={request['limit']}"
                return self._get(f"/v1/log/entries?{page}") or {}
            case "condition":
                note = self._fetch("/v1/log/checkpoint", "text/plain").decode()
                return {"checkpoint": note, "size": int(note.split("\n")[1])}
            case _:
                raise ValueError(do)

    def _submit(self, texts: list[str]) -> Answer:
        body = json.dumps({"transactions": texts})
        headers = {"content-type": "application/json"}
        self._connection.request("POST", "/v1/transactions", body, headers)
        answer: Answer = json.loads(self._connection.getresponse().read())
        return answer if "outcomes" in answer else {"error": str(answer)}

    def _get(self, path: str) -> Answer | None:
        answer: Answer = json.loads(self._fetch(path, "application/json"))
        return None if answer.get("status") == 404 else answer

    def _fetch(self, path: str, accept: str) -> bytes:
        self._connection.request("GET", path, headers={"accept": accept})
        return self._connection.getresponse().read()

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


class RealNode:
    """`ropewalk node` in a process of its own; ready once made."""

    def __init__(self, data: Path, *, core: int | None = None) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "ropewalk.cli", "node", "--data", str(data), *LISTENING],
            env={
                **os.environ,
                "ROPEWALK_PASSPHRASE": PASSPHRASE,
                "PYTHONPATH": str(ROOT / "src"),
            },
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        if core is not None:
            os.sched_setaffinity(self._process.pid, {core})
        self.said: list[str] = []
        self.port = 0
        self._ready = threading.Event()
        self._reader = threading.Thread(target=self._follow, daemon=True)
        self._reader.start()
        self._ready.wait(READY_S)
        if not self.port:
            self.kill()
            raise GoneError("".join(self.said))

    def _follow(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as lines:
            for line in lines:
                self.said.append(line.decode(errors="replace"))
                if line.startswith(b"ready "):
                    self.port = int(line.rpartition(b":")[2])
                    self._ready.set()
        self._ready.set()

    def line(self) -> HttpLine:
        """A connection."""
        return HttpLine(self.port)

    def signal_kill(self) -> None:
        """`kill -9`."""
        self._process.kill()

    def kill(self) -> None:
        """`kill -9`, and wait until nothing is left."""
        self._process.kill()
        self._process.wait()
        self._reader.join()

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        self._process.terminate()
        code = self._process.wait(60)
        self._reader.join()
        return code

    def __enter__(self) -> Self:
        """Use as a context."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Kill what is left."""
        self.kill()
