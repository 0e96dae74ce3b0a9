# SPDX-License-Identifier: Apache-2.0
"""What a node asks of its own CometBFT: take a batch, and show a header with its votes.

Over a unix socket that only the node's user may open, so no port of CometBFT's RPC is open at all.
"""

from pathlib import Path
from typing import Any

import httpx2

from ropewalk.crypto import to_base64
from ropewalk.engines.errors import EngineAwayError, RpcRefusedError
from ropewalk.engines.port import LightMethod

TIMEOUT_S = 10
ALREADY_KNOWN = "tx already exists in cache"
_WHOLE_SET = {"page": "1", "per_page": "100"}


class CometRpc:
    """A client of one CometBFT; any thread may use it."""

    def __init__(self, socket: Path) -> None:
        self._client = httpx2.Client(
            transport=httpx2.HTTPTransport(uds=str(socket)),
            base_url="http://cometbft",
            timeout=TIMEOUT_S,
        )

    def broadcast(self, batch: bytes) -> None:
        """Give a batch to the mempool.

        Raises:
            EngineAwayError: nobody can tell whether it was taken.
            RpcRefusedError: it was not.
        """
        try:
            result = self._ask("broadcast_tx_sync", {"tx": to_base64(batch)})
        except RpcRefusedError as error:
            if ALREADY_KNOWN in str(error):
                return
            raise
        if result.get("code"):
            raise RpcRefusedError(str(result.get("log", "")))

    def commit(self, height: int) -> dict[str, Any]:
        """A header and the votes for it, as CometBFT tells them.

        Raises:
            EngineAwayError: it does not answer.
            RpcRefusedError: it has no such height.
        """
        return self._ask("commit", {"height": str(height)})

    def validators(self, height: int) -> dict[str, Any]:
        """The validators of a height, as CometBFT tells them.

        Raises:
            EngineAwayError: it does not answer.
            RpcRefusedError: it has no such height.
        """
        return self._ask("validators", {"height": str(height), **_WHOLE_SET})

    def light(self, method: LightMethod, height: int) -> dict[str, Any]:
        """What it tells a light client of a height, 0 for the last: `result` or `error`.

        Raises:
            EngineAwayError: it does not answer.
        """
        parameters = {"height": str(height)} if height else {}
        if method == "validators":
            parameters |= _WHOLE_SET
        answer = self._post(method, parameters)
        return {name: answer[name] for name in ("result", "error") if name in answer}

    def _ask(self, method: str, parameters: dict[str, str]) -> dict[str, Any]:
        answer = self._post(method, parameters)
        if "error" in answer:
            told = answer["error"]
            raise RpcRefusedError(f"{told.get('message', '')}: {told.get('data', '')}")
        result: dict[str, Any] = answer["result"]
        return result

    def _post(self, method: str, parameters: dict[str, str]) -> dict[str, Any]:
        request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}
        try:
            answer: dict[str, Any] = self._client.post("/", json=request).json()
        except (httpx2.HTTPError, ValueError) as error:
            raise EngineAwayError(f"CometBFT does not answer: {error}") from error
        return answer

    def close(self) -> None:
        """Hang up."""
        self._client.close()
