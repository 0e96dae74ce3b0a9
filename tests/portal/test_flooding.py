# SPDX-License-Identifier: Apache-2.0
"""Nobody fills the room that others need."""

from contextlib import ExitStack
from pathlib import Path

from portal.lodge import Lodge
from ropewalk.api import Caps


def test_who_is_logged_in_has_news_though_an_address_takes_all_it_can(tmp_path: Path) -> None:
    with Lodge(tmp_path, caps=Caps(streams=8, streams_each=6)) as lodge, ExitStack() as held:
        cookie = lodge.cookie("shipper")

        def listen(**headers: str) -> int:
            answer = held.enter_context(lodge.http.stream("GET", "/live", headers=headers))
            return int(answer.status_code)

        assert [listen() for _ in range(6)] == [200] * 6
        assert listen() == 503
        assert listen(**cookie) == 200
        assert listen(**cookie) == 200
        assert listen(**cookie) == 503
