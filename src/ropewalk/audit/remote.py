# SPDX-License-Identifier: Apache-2.0
"""Audit a node over HTTP: fetch its whole log, execute it again, hold its checkpoint to it."""

from collections.abc import Iterator

from ropewalk.audit.directory import Anchor, Progress
from ropewalk.audit.replaying import Replay
from ropewalk.audit.report import DifferenceError, Report
from ropewalk.client import MalformedAnswerError, Node
from ropewalk.ledger import GenesisError, read_genesis
from ropewalk.tlog import Checkpoint, Note, ProofError, SignatureMissingError

PAGE = 500
NO_VALIDATOR = (
    "this node is no validator: its checkpoint is vouched for by nobody; ask another member"
)


def audit_node(node: Node, anchor: Anchor | None, progress: Progress) -> Report:
    """Audit what a node hands out.

    Args:
        node: asked for genesis, checkpoint and entries.
        anchor: a checkpoint somebody kept.
        progress: called as the audit goes on.
    """
    try:
        genesis = node.genesis()
        replay = Replay(genesis)
        note = node.checkpoint().encode()
        checkpoint = Checkpoint.parse(Note.parse(note).text)
    except (GenesisError, ProofError, MalformedAnswerError, ValueError) as error:
        return Report(ok=False, height=0, first_difference=f"checkpoint: {error}")
    try:
        _re_execute(node, replay, checkpoint, anchor, progress)
        replay.keys.verify(note)
    except SignatureMissingError as error:
        difference = f"checkpoint: {NO_VALIDATOR if _is_led(replay) else error}"
    except ProofError as error:
        difference = f"checkpoint: {error}"
    except (DifferenceError, MalformedAnswerError, LookupError, ValueError) as error:
        difference = str(error)
    else:
        difference = ""
    return Report(
        ok=not difference,
        height=max(replay.height, 0),
        first_difference=difference,
        transactions=replay.transactions,
    )


def _is_led(replay: Replay) -> bool:
    """Whether validators lead the ledger, and nobody carries it on."""
    return bool(read_genesis(replay.genesis).validators) and not replay.keys.succeeded_at


def _re_execute(
    node: Node,
    replay: Replay,
    checkpoint: Checkpoint,
    anchor: Anchor | None,
    progress: Progress,
) -> None:
    for block in replay.blocks(_entries(node, checkpoint.size, progress)):
        if anchor is not None:
            anchor.meet(block.last + 1, block.log_root)
    if replay.frontier.root() != checkpoint.root:
        raise DifferenceError("checkpoint: the entries lead to another root")
    if anchor is not None:
        anchor.require_met(checkpoint.size)


def _entries(node: Node, size: int, progress: Progress) -> Iterator[bytes]:
    position = 0
    while position < size:
        progress(position, size)
        page = node.entries(position, min(PAGE, size - position))
        if not page:
            raise DifferenceError(f"entry {position}: the node does not hand it out")
        for logged in page:
            yield str(logged["entry"]).encode("utf-8")
        position += len(page)
    progress(size, size)
