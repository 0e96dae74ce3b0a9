# SPDX-License-Identifier: Apache-2.0
"""Under which names a node answers, as its command line says."""

from pathlib import Path

import httpx2
import pytest
from typer.testing import CliRunner

from ropewalk.cli.child import ChildNode
from ropewalk.cli.everything import app
from ropewalk.cli.exits import UsageError
from ropewalk.cli.reached import LOOPBACK, names_of, origins_of


@pytest.mark.parametrize("listen", ["127.0.0.1", "localhost", "::1"])
def test_a_node_of_this_machine_alone_answers_under_its_own_names(listen: str) -> None:
    assert names_of(listen, (), ()) == LOOPBACK


def test_a_node_that_listens_on_more_answers_under_any_name_unless_told() -> None:
    assert names_of("0.0.0.0", (), ()) == ()  # noqa: S104 - nothing is bound
    assert names_of("10.0.0.7", (), ("https://portal.example",)) == ()
    assert names_of("10.0.0.7", ("Ledger.example",), ()) == ("ledger.example",)


def test_what_people_type_is_a_name_too() -> None:
    typed = ("https://Portal.example/",)
    assert origins_of(typed) == ("https://portal.example",)
    assert names_of("127.0.0.1", ("a.example",), typed) == ("a.example", "portal.example")
    assert "portal.example" in names_of("127.0.0.1", (), typed)


@pytest.mark.parametrize("host", ["https://a.example", "a.example:443", "a b", ""])
def test_what_is_no_name_is_refused(host: str) -> None:
    with pytest.raises(UsageError):
        names_of("127.0.0.1", (host,), ())


@pytest.mark.parametrize("origin", ["portal.example", "ftp://a.example", "https://a/b", "null"])
def test_what_is_no_origin_is_refused(origin: str) -> None:
    with pytest.raises(UsageError):
        origins_of((origin,))


def test_a_running_node_takes_nothing_that_is_for_another_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROPEWALK_PASSPHRASE", "test")
    monkeypatch.setenv("ROPEWALK_HOSTS", "ledger.example other.example")
    data = tmp_path / "data"
    assert CliRunner().invoke(app, ["init", "--data", str(data)]).exit_code == 0
    with ChildNode(
        data, "127.0.0.1:0", "test", tmp_path / "log", "--host", "ledger.example"
    ) as one:
        told = {"ledger.example": 200, "evil.example": 421, "other.example": 421}
        for host, status in told.items():
            answer = httpx2.get(f"{one.url}/v1/acts", headers={"host": host})
            assert answer.status_code == status, host
