# SPDX-License-Identifier: Apache-2.0
"""Rows of desks end as records do, however late they were read (I33)."""

from pathlib import Path

import pytest
from sqlalchemy import text

from ledger.world import IDS
from model.adversary import Adversary
from ropewalk.views import RecordLateError, Views, forget
from ropewalk.views.schema import DESKS
from title.bills import Bill
from views.onlooker import Onlooker, begun, game, of_desks, require_told_alike
from views.scene import Scene
from views.test_projector import dump, kill_amid


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_played_the_rows_are_the_records_told_once_more(
    tmp_path: Path, seed: int
) -> None:
    onlooker, adversary = begun(seed)
    lived = _followed(tmp_path / "lived", onlooker, adversary)
    for size in (1, 7, 500):
        folder = tmp_path / str(size)
        folder.mkdir()
        views = Views(folder, onlooker)
        views.projector.page = size
        views.projector.catch_up()
        assert of_desks(views) == of_desks(lived)
        views.close()
    lived.rebuild()
    require_told_alike(lived, onlooker)
    lived.close()


def _followed(folder: Path, onlooker: Onlooker, adversary: Adversary) -> Views:
    """Views that were led behind a game, now more and now less far."""
    folder.mkdir()
    views = Views(folder, onlooker)
    for number, lag in enumerate((0, 40, 3, 0, 90, 0)):
        adversary.play(150 * (number + 1))
        onlooker.lag = lag
        views.projector.page = (500, 7, 60)[number % 3]
        views.projector.catch_up()
    require_told_alike(views, onlooker)
    return views


def test_a_rebuild_cut_off_goes_on_and_is_the_same(tmp_path: Path) -> None:
    onlooker = game(5, 600)
    views = Views(tmp_path, onlooker)
    views.projector.catch_up()
    lived = of_desks(views)
    forget(views.database)
    assert all(rows == [] for rows in of_desks(views).values())
    views.projector.page = 50
    views.projector.step()
    assert 0 < len(of_desks(views)["subjects"]) < len(lived["subjects"])
    views.close()
    views = Views(tmp_path, onlooker)
    views.projector.catch_up()
    assert of_desks(views) == lived
    views.close()


def test_killed_at_any_moment_they_go_on_and_are_the_same(tmp_path: Path) -> None:
    (tmp_path / "whole").mkdir()
    (tmp_path / "killed").mkdir()
    whole = Views(tmp_path / "whole", game(5, 600))
    whole.projector.catch_up()
    expected = dump(whole)
    whole.close()
    kills = 0
    for pause_s in (0.0, 0.02, 0.05, 0.1, 0.2):
        kills += kill_amid(tmp_path / "killed", pause_s, "desks")
    assert kills >= 2
    views = Views(tmp_path / "killed", game(5, 600))
    views.projector.catch_up()
    assert dump(views) == expected
    views.close()


def test_a_record_that_is_late_is_waited_for_and_nothing_is_half_written(scene: Scene) -> None:
    bill = Bill("blank", scene.world)
    record = scene.world.state.pop(f"title/{bill.title}")
    with pytest.raises(RecordLateError):
        scene.views.projector.catch_up()
    assert of_desks(scene.views)["subjects"] == []
    scene.world.state[f"title/{bill.title}"] = record
    assert scene.acts("shipper") == []
    assert len(scene.views.involved(IDS["shipper"]).rows) == 1


@pytest.mark.parametrize("form", ["0002", "0004", "0005"])
def test_views_of_a_form_before_are_derived_anew_and_have_desks(tmp_path: Path, form: str) -> None:
    onlooker = game(5, 300)
    views = Views(tmp_path, onlooker)
    views.projector.catch_up()
    lived = dump(views)
    with views.database.writing() as connection:
        for table in DESKS:
            table.drop(connection)
        connection.execute(text(f"UPDATE alembic_version SET version_num = '{form}'"))  # noqa: S608
    views.close()
    views = Views(tmp_path, onlooker)
    assert views.standing().position == 0
    views.projector.catch_up()
    assert dump(views) == lived
    views.close()
