# SPDX-License-Identifier: Apache-2.0
"""TH45, I37: one process a data directory; the epoch of its writer only grows."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from harness.conftest import Template
from harness.driving import ForkServer, NotOpenedError, Victim
from harness.serving import RealNode

RACES = 50
RUNNERS = 3


def test_of_processes_that_start_at_once_exactly_one_opens(
    server: ForkServer, template: Template, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    recorder = template.copy(data)
    epochs = []

    def start(_number: int) -> Victim | str:
        try:
            return server.serve(data)
        except NotOpenedError as refused:
            return refused.kind

    with ThreadPoolExecutor(RUNNERS) as pool:
        for _ in range(RACES):
            found = list(pool.map(start, range(RUNNERS)))
            winners = [one for one in found if isinstance(one, Victim)]
            assert [one for one in found if one not in winners] == ["InUseError"] * (RUNNERS - 1)
            (winner,) = winners
            with winner:
                epochs.append(winner.control.ask("epoch")["epoch"])
                recorder.check(winner.control)
                assert recorder.submit(
                    winner.control, recorder.world.moves(recorder.titles[len(epochs) % 40])
                )
    assert all(before < after for before, after in itertools.pairwise(epochs))
    assert server.audit(data)["ok"]


def test_a_second_process_is_refused_while_the_first_works(
    server: ForkServer, template: Template, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    recorder = template.copy(data)
    with server.serve(data) as first:
        for _ in range(3):
            with pytest.raises(NotOpenedError) as refused:
                server.serve(data)
            assert refused.value.kind == "InUseError"
            assert recorder.submit(first.control, recorder.world.moves(recorder.titles[0]))
        recorder.check(first.control)


def test_a_victim_is_refused_while_a_node_works(
    server: ForkServer, template: Template, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    template.copy(data)
    with RealNode(data) as node:
        with pytest.raises(NotOpenedError) as refused:
            server.serve(data)
        assert refused.value.kind == "InUseError"
        assert node.stop() == 0
    server.serve(data).kill()
