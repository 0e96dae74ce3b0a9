# SPDX-License-Identifier: Apache-2.0
"""Contents of papers through the vault: for their readers, and held to the ledger's commitment."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.conftest import SETTINGS, running
from ropewalk.client import (
    Kept,
    Node,
    NotFoundError,
    RefusedError,
    VerificationError,
    content_commitment,
    fetch_content,
    share_content,
)
from ropewalk.vault import Vault
from vaults import World, now_s, world

KEPT = Kept(document=b'{"units":2}', salt=b"s" * 32)
COMMITTED = content_commitment(KEPT.salt, KEPT.document)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as found:
        yield found


def test_the_other_side_fetches_what_was_committed_to(here: World) -> None:
    carrier = here.party("carrier").controller
    name = share_content(here.sender("shipper"), KEPT, [carrier])
    found = fetch_content(here.sender("carrier"), name, {COMMITTED})
    assert (found.document, found.salt) == (KEPT.document, KEPT.salt)


def test_another_content_than_the_ledgers_is_refused(here: World) -> None:
    carrier = here.party("carrier").controller
    other = Kept(document=b'{"units":3}', salt=KEPT.salt)
    name = share_content(here.sender("shipper"), other, [carrier])
    with pytest.raises(VerificationError, match="not what the ledger commits to"):
        fetch_content(here.sender("carrier"), name, {COMMITTED})


def test_nobody_else_fetches_it(here: World) -> None:
    name = share_content(here.sender("shipper"), KEPT, [here.party("carrier").controller])
    with pytest.raises((NotFoundError, RefusedError)):
        fetch_content(here.sender("bank"), name, {COMMITTED})
    (payload,) = [one for one in here.network.folder.rglob("objects/*/*") if one.is_file()]
    assert KEPT.document not in payload.read_bytes()


def test_what_is_no_content_is_refused(here: World) -> None:
    name = here.put("shipper", b"not a content", "carrier")
    with pytest.raises(VerificationError, match="no content"):
        fetch_content(here.sender("carrier"), name, {COMMITTED})


def test_further_nodes_hand_it_out_under_the_same_name(here: World, tmp_path: Path) -> None:
    carrier = here.party("carrier").controller
    vault = Vault(tmp_path / "other", now_s)
    with running(here.network.engine, SETTINGS, vault) as there, Node(there.url) as other:
        name = share_content(here.sender("shipper"), KEPT, [carrier], [other])
        for node in (here.node, other):
            found = fetch_content(here.sender("carrier", node=node), name, {COMMITTED})
            assert found.document == KEPT.document
    vault.close()
