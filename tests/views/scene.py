# SPDX-License-Identifier: Apache-2.0
"""A world as it is played, and what its desks say of it."""

from pathlib import Path

from cargo.quay import port
from ledger.world import IDS, NAMES
from ropewalk.views import Views
from ropewalk.views.desk_reading import Todo
from views.onlooker import Onlooker, require_told_alike

Asked = set[tuple[str, str]]


class Scene:
    """A world as it is played, and the views of it."""

    def __init__(self, folder: Path) -> None:
        self.world = port()
        self.onlooker = Onlooker(self.world)
        self.views = Views(folder, self.onlooker)

    def todos(self, name: str, *, ahead: int = 0) -> list[Todo]:
        """What waits for somebody, now or so many seconds ahead."""
        self.views.projector.catch_up()
        require_told_alike(self.views, self.onlooker)
        return self.views.todos(IDS[name], self.world.time_s + ahead).rows

    def acts(self, name: str, *, ahead: int = 0) -> list[str]:
        """The acts that wait for somebody, without their rooms."""
        return [one.act.partition(".")[2] for one in self.todos(name, ahead=ahead)]

    def asked(self, *, ahead: int = 0) -> Asked:
        """Everybody that something waits for, and which act that is."""
        return {(NAMES[who], act) for who in NAMES for act in self.acts(NAMES[who], ahead=ahead)}
