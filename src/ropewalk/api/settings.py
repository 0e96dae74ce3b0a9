# SPDX-License-Identifier: Apache-2.0
"""The knobs of the HTTP surface, with the values a node starts with."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from ropewalk.crypto import SEALED_MAX

KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """How long a connection may take over each part of a request, in seconds."""

    head_s: float = 10.0
    """From the first byte of a head (or from the connection's start) to its end."""
    body_s: float = 30.0
    body_grace_s: float = 5.0
    """After which `body_rate_min` holds."""
    body_rate_min: int = KIB
    """Bytes a second a body must bring on average."""
    write_s: float = 30.0
    """How long a reader may leave the send buffer full."""
    keep_alive_s: int = 15
    request_s: float = 60.0
    """From the first byte of the head to the end of the answer; event streams excepted."""
    commit_s: float = 30.0
    """How long a write waits for its outcome before it is answered as unknown."""
    transfer_s: float = 300.0
    """The place of `body_s` and `request_s` where a private payload is on its way."""
    linger_s: float = 2.0
    """How long a refused sender is still read, so that it sees the refusal."""
    heartbeat_s: float = 15.0
    """Pause after which an idle event stream sends a comment."""
    shutdown_s: int = 5
    """How long requests may finish after SIGTERM."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """How much the node takes in, at a time or altogether."""

    head_bytes: int = 16 * KIB
    header_fields: int = 100
    target_bytes: int = 8 * KIB
    jose_bytes: int = 131_072
    """One transaction (docs/reference/formats.md, 3)."""
    batch_bytes: int = 10 * MIB
    """Of many transactions; 79 of the largest."""
    batch: int = 500
    """Transactions a request."""
    array: int = 10_000
    """Items in any JSON array that is read at all."""
    page: int = 500
    connections: int = 4_000
    connections_per_address: int = 1_000
    connections_spare: int = 32
    """Beyond the two above; they may ask for the node's health, nothing else."""
    streams: int = 256
    """Event streams open at a time; a quarter of them for callers who are logged in or sign."""
    streams_each: int = 64
    """Of these, of one controller, or of one address of callers who do neither."""
    bodies_bytes: int = 128 * MIB
    """Bytes of bodies held in memory at a time."""
    vault_bytes: int = SEALED_MAX
    """One private payload, encrypted; no other body is so large."""
    vault: int = 128
    """Requests about private payloads waiting at a time."""
    transfers: int = 32
    """Private payloads on their way in at a time; as many on their way out."""
    transfers_each: int = 4
    """Of these, of one controller."""
    writes: int = 2_048
    """Requests waiting for outcomes at a time."""
    reads: int = 512
    """Requests waiting for a record at a time."""
    proofs: int = 128
    """Requests waiting for entries, paths, events or pages at a time."""
    waiting: int = 64
    """Requests waiting for proofs of records or histories at a time, in a consortium for the header
    that binds them: they have a lane of their own, since no header may come."""
    views: int = 256
    """Requests waiting for the views at a time."""
    resolving: int = 16
    """Names of callbacks that are looked up at a time."""
    resolving_each: int = 4
    """Of these, of one controller; likewise of all who sign nothing."""
    large: int = 16
    """Large batches of events waiting to be decoded at a time."""
    light: int = 32
    """Requests waiting for CometBFT's answers at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiSettings:
    """All that the HTTP surface is told."""

    listen_host: str = "127.0.0.1"
    listen_port: int = 8460
    """0 takes any free port."""
    acts: list[dict[str, Any]] = field(default_factory=list)
    """The rule table, as `/v1/acts` shows it."""
    require_login: bool = False
    open_events: bool = False
    """Whether anybody may read the goods' events, and send some that nobody signed."""
    event_readers: frozenset[str] = frozenset()
    """Controllers that may read them by signed requests, where not everybody may."""
    hosts: tuple[str, ...] = ()
    """Names, without port, that the Host field may hold; empty allows any."""
    origins: tuple[str, ...] = ()
    """Origins of the node's pages; empty for http and the port it listens on."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    version: str = "0.1.0"
    nonces: Path | None = None
    """Where nonces of signed requests outlast a restart; None keeps them in memory."""
    deadlines: Deadlines = field(default_factory=Deadlines)
    caps: Caps = field(default_factory=Caps)
