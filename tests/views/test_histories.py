# SPDX-License-Identifier: Apache-2.0
"""Acts are found by what they are about, in the log's order, whatever page they were read in."""

from pathlib import Path

from ropewalk.exchange import Exchange, find_exchange
from ropewalk.views import Views, histories
from ropewalk.views.desks import Records, names_of
from views.onlooker import Onlooker, game


def told(views: Views, subjects: list[histories.Subject], limit: int = 500) -> list[int]:
    with views.database.reading() as connection:
        return [one.position for one in histories.history(connection, subjects, limit)]


def exchange_of(onlooker: Onlooker, identifier: str) -> Exchange:
    found = find_exchange(Records(onlooker), identifier)
    assert found is not None
    return found


def by_hand(onlooker: Onlooker, subject: histories.Subject) -> list[int]:
    """Positions of the acts on a subject, read off the events themselves."""
    found = set()
    for event in onlooker.events(0, 10**6):
        about = set(names_of(event.name, event.attributes))
        if event.name == "exchange.opened":
            about |= set(histories.moved_by(exchange_of(onlooker, event.attributes["exchange"])))
        if subject in about:
            found.add(event.position)
    return sorted(found)


def test_every_subjects_acts_are_those_of_the_log(tmp_path: Path) -> None:
    onlooker = game(11, 900)
    subjects = sorted(
        {
            subject
            for event in onlooker.events(0, 10**6)
            for subject in names_of(event.name, event.attributes)
        }
    )
    assert len({kind for kind, _ in subjects}) > 4
    for size in (7, 500):
        folder = tmp_path / str(size)
        folder.mkdir()
        views = Views(folder, onlooker)
        views.projector.page = size
        views.projector.catch_up()
        for subject in subjects:
            assert told(views, [subject]) == by_hand(onlooker, subject), subject
        views.close()


def test_the_newest_of_many_are_told_oldest_first(tmp_path: Path) -> None:
    onlooker = game(12, 600)
    views = Views(tmp_path, onlooker)
    views.projector.catch_up()
    titles = [
        ("title", event.attributes["title"])
        for event in onlooker.events(0, 10**6)
        if event.name == "title.issued"
    ][:40]
    every = told(views, titles)
    assert len(every) > 5
    assert told(views, titles, 5) == every[-5:]
    assert told(views, []) == []
    with views.database.reading() as connection:
        touched = histories.history(connection, titles, 5)
    assert all(one.subjects and set(one.subjects) <= set(titles) for one in touched)
    views.close()


def test_what_acts_were_about_together_is_found_from_either(tmp_path: Path) -> None:
    onlooker = game(13, 900)
    views = Views(tmp_path, onlooker)
    views.projector.catch_up()
    opened = [
        event.attributes["exchange"]
        for event in onlooker.events(0, 10**6)
        if event.name == "exchange.opened"
    ]
    tried = 0
    with views.database.reading() as connection:
        for exchange in opened:
            for subject in histories.moved_by(exchange_of(onlooker, exchange)):
                assert ("exchange", exchange) in histories.beside(connection, subject)
                assert subject in histories.beside(connection, ("exchange", exchange))
                tried += 1
    assert tried > 0
    views.close()
