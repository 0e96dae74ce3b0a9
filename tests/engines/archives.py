# SPDX-License-Identifier: Apache-2.0
"""Archives for tests: honest ones, of an embedded ledger and of a consortium, and changed ones."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from network import PASSPHRASE, Network
from ropewalk.cli.archives import commitment
from ropewalk.crypto import PrivateKey, encode, sha256_hex
from ropewalk.engines.errors import ArchiveError
from ropewalk.engines.exporting import export
from ropewalk.engines.opening import DataDirectory, initialise, open_chain
from ropewalk.engines.rebuilding import Report, Terms, rebuild
from ropewalk.ledger import Candidate, inspect, network_id, read_genesis, sign_transaction
from tlog.consensus_vectors import FIRST, Makings
from verifier import consortium, drive

TERMS = Terms(commitment, verifiers=0)


def ignore(_done: int, _all: int) -> None:
    """Show no progress."""


def exported(data: Path, archive: Path, *, documents: bool = False) -> list[bytes]:
    """An archive of a directory; its lines."""
    export(DataDirectory(data), archive, documents=documents, progress=ignore)
    return archive.read_bytes().split(b"\n")[:-1]


def rebuilt(archive: Path, target: Path, terms: Terms = TERMS) -> Report:
    """A ledger from it."""
    return rebuild(archive, target, terms, ignore)


def sealed(lines: Sequence[bytes]) -> bytes:
    """Lines, but for the last, with the closing line that they have to have."""
    content = b"".join(line + b"\n" for line in lines[:-1])
    return content + encode({"sha256": sha256_hex(content)}) + b"\n"


def lived(network: Network) -> None:
    """A few acts, and a refusal that is logged."""
    for number in range(3):
        title, issued = network.issue(f"R{number}")
        text = network.transfer(title, issued, "shipper", "bank")
        network.send(text)
        network.send(network.transfer(title, issued, "bank", "consignee"))


def recognised(law: str, time_s: int) -> Candidate:
    """An act of who governs the consortium."""
    text = sign_transaction(
        {
            "act": "identity.RECOGNISE_LAW",
            "actor": consortium.GOVERNANCE,
            "body": {"law": law},
            "network": consortium.NETWORK,
            "valid_until": time_s + 600,
        },
        drive.key("governance"),
    )
    return Candidate(text, inspect(text))


def consortium_ledger(folder: Path, key: PrivateKey | None = None) -> Callable[[int], None]:
    """A member's copy of a consortium's ledger, with a block or two, and no CometBFT.

    Args:
        folder: where to make it.
        key: of a member's node that is no validator's; a validator's otherwise.

    Returns:
        What leaves the votes for the log of a size beside it.
    """
    directory, genesis = DataDirectory(folder), consortium.genesis()
    node = key or consortium.node_key(FIRST[0][0])
    folder.mkdir(parents=True)
    directory.log_key.parent.mkdir()
    node.write(directory.log_key, PASSPHRASE)
    initialise(directory, genesis, node)
    roots = {}
    time_s = read_genesis(genesis).time
    chain = open_chain(directory, PASSPHRASE, now_s=time_s)
    for law in ("JP", "DE", "FR"):
        roots[chain.tip.size] = chain.tip.log_root
        chain.extend(time_s, [recognised(law, time_s)])
    roots[chain.tip.size] = chain.tip.log_root
    chain.close()

    def leave(size: int) -> None:
        app_hash = roots[size].hex() + size.to_bytes(8, "big").hex()
        made = Makings(f"ropewalk-{network_id(genesis)[:40]}", app_hash, time_s + 60)
        directory.consensus.write_bytes(encode(made.last(FIRST)))

    return leave


def refused(content: bytes, folder: Path, terms: Terms = TERMS) -> str:
    """Why an archive is refused; nothing is left of it."""
    archive = folder / "changed"
    archive.write_bytes(content)
    before = sorted(folder.iterdir())
    with pytest.raises(ArchiveError) as caught:
        rebuilt(archive, folder / "target", terms)
    assert sorted(folder.iterdir()) == before
    return str(caught.value)
