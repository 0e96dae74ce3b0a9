# SPDX-License-Identifier: Apache-2.0
"""G8, TH18: a ledger put back to yesterday, or forked, is found by whoever kept a bundle."""

import shutil
from pathlib import Path

import pytest

from harness.conftest import Template
from harness.driving import ForkServer, NotOpenedError, bundle, command, copy
from harness.recording import Recorder

MOVED = 2


def lengthen(server: ForkServer, recorder: Recorder, data: Path, bundles: list[Path]) -> None:
    """Some blocks more, and a bundle after each."""
    with server.serve(data) as victim:
        for path in bundles:
            texts = [text for one in recorder.titles[:MOVED] for text in recorder.world.moves(one)]
            assert recorder.submit(victim.control, texts)
            title = recorder.titles[0].identifier
            bundle(victim, recorder.world.network, title, path)
        recorder.check(victim.control)
        victim.stop()


def test_a_whole_directory_put_back_opens_but_not_against_a_bundle(
    server: ForkServer, template: Template, tmp_path: Path
) -> None:
    data, yesterday = tmp_path / "data", tmp_path / "yesterday"
    recorder = template.copy(data)
    early, late = tmp_path / "early.json", tmp_path / "late.json"
    lengthen(server, recorder, data, [early])
    copy(data, yesterday)
    lengthen(server, recorder, data, [late])
    command(["audit", str(data), "--against", str(late)])
    command(["audit", str(data), "--against", str(early)])
    copy(yesterday, data)
    with server.serve(data) as victim:
        victim.stop()
    assert server.audit(data)["ok"]
    command(["audit", str(data), "--against", str(early)])
    report = command(["audit", str(data), "--against", str(late)], exits=1)
    assert report["first_difference"].startswith("checkpoint"), report


@pytest.mark.parametrize("closed", [True, False], ids=["closed", "killed"])
def test_a_database_put_back_below_the_watermark_is_refused(
    server: ForkServer, template: Template, tmp_path: Path, *, closed: bool
) -> None:
    data, yesterday = tmp_path / "data", tmp_path / "yesterday"
    recorder = template.copy(data)
    copy(data, yesterday)
    with server.serve(data) as victim:
        assert recorder.submit(victim.control, recorder.world.moves(recorder.titles[0]))
        if closed:
            victim.stop()
    for path in data.glob("ledger.db*"):
        path.unlink()
    shutil.copyfile(yesterday / "ledger.db", data / "ledger.db")
    with pytest.raises(NotOpenedError) as refused:
        server.serve(data)
    assert refused.value.kind == "BehindWatermarkError"
    assert server.audit(data)["first_difference"].startswith("watermark")


def test_an_old_database_under_a_newer_log_is_refused(
    server: ForkServer, template: Template, tmp_path: Path
) -> None:
    data, other = tmp_path / "data", tmp_path / "other"
    recorder = template.copy(data)
    with server.serve(data) as victim:
        assert recorder.submit(victim.control, recorder.world.moves(recorder.titles[0]))
        victim.stop()
    copy(data, other)
    with server.serve(data) as victim:
        assert recorder.submit(victim.control, recorder.world.moves(recorder.titles[1]))
        victim.stop()
    shutil.copyfile(other / "ledger.db", data / "ledger.db")
    with pytest.raises(NotOpenedError) as refused:
        server.serve(data)
    assert refused.value.kind == "BehindWatermarkError"


def test_each_of_two_continuations_fails_against_the_others_bundle(
    server: ForkServer, template: Template, tmp_path: Path
) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    recorders = [template.copy(one), template.copy(other)]
    bundles = [tmp_path / "one.json", tmp_path / "other.json"]
    recorders[1].titles[:MOVED] = reversed(recorders[1].titles[:MOVED])
    for data, recorder, kept in zip((one, other), recorders, bundles, strict=True):
        lengthen(server, recorder, data, [kept])
    for data, own, foreign in ((one, *bundles), (other, *reversed(bundles))):
        command(["audit", str(data), "--against", str(own)])
        report = command(["audit", str(data), "--against", str(foreign)], exits=1)
        assert report["first_difference"].startswith("checkpoint"), report


def test_a_watermark_of_another_continuation_is_refused(
    server: ForkServer, template: Template, tmp_path: Path
) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    recorders = [template.copy(one), template.copy(other)]
    recorders[1].titles[:MOVED] = reversed(recorders[1].titles[:MOVED])
    for data, recorder in zip((one, other), recorders, strict=True):
        lengthen(server, recorder, data, [data.with_suffix(".json")])
    shutil.copyfile(other / "watermark", one / "watermark")
    with pytest.raises(NotOpenedError) as refused:
        server.serve(one)
    assert refused.value.kind == "DamageError"
