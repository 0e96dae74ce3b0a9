# SPDX-License-Identifier: Apache-2.0
"""Contents of papers through the vault: the other side fetches what the ledger commits to.

A content travels with its salt, encrypted, in one payload of a node's vault; whoever fetches it
holds both to the commitment on the ledger before anything is kept. Source: design, «What is on the
ledger and what is not»; docs/reference/papers.md.
"""

import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from ropewalk.client.actor import Actor
from ropewalk.client.errors import VerificationError
from ropewalk.client.node import Node
from ropewalk.client.papers import content_commitment
from ropewalk.client.shelf import Kept
from ropewalk.client.vaulting import Vaulting
from ropewalk.crypto import EncodingError, from_base64, to_base64


class _Content(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    content: str
    format: Literal["ropewalk-content/1"]
    salt: Annotated[str, msgspec.Meta(max_length=64)]


def share_content(
    actor: Actor, kept: Kept, readers: Sequence[str], also: Sequence[Node] = ()
) -> str:
    """Put a content with its salt into the vault of the actor's node, for these readers.

    Args:
        actor: who puts it, and may read and erase it.
        kept: as it lies on the shelf.
        readers: controllers that may read it.
        also: further nodes, whose vaults get it too.

    Returns:
        The payload's hash, by which it is fetched.
    """
    told = _Content(
        content=to_base64(kept.document), format="ropewalk-content/1", salt=to_base64(kept.salt)
    )
    with tempfile.TemporaryDirectory(prefix="ropewalk-content-") as folder:
        file = Path(folder) / "content"
        file.write_bytes(msgspec.json.encode(told))
        return Vaulting(actor).put(file, readers=readers, also=also).hash


def fetch_content(actor: Actor, name: str, commitments: Collection[str]) -> Kept:
    """A content and its salt from the vault of the actor's node, held to the ledger.

    Args:
        actor: a reader.
        name: the payload's hash.
        commitments: one of which it must be, as the ledger has them.

    Raises:
        VerificationError: item `content`: it is none, or not what the ledger commits to.
    """
    with tempfile.TemporaryDirectory(prefix="ropewalk-content-") as folder:
        file = Path(folder) / "content"
        Vaulting(actor).get(name, file)
        data = file.read_bytes()
    try:
        found = msgspec.json.decode(data, type=_Content, strict=True)
        kept = Kept(document=from_base64(found.content), salt=from_base64(found.salt))
    except (msgspec.MsgspecError, EncodingError) as error:
        raise VerificationError("content", f"the payload is no content: {error}") from error
    if content_commitment(kept.salt, kept.document) not in commitments:
        raise VerificationError("content", "it is not what the ledger commits to")
    return kept
