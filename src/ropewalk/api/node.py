# SPDX-License-Identifier: Apache-2.0
"""What every route needs: the engine, the settings and the lanes to the engine."""

import os
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any, Final

from fastapi import Depends, Request

from ropewalk.api.asking import Asked
from ropewalk.api.errors import ForbiddenError, LoginRequiredError
from ropewalk.api.intake import Intake
from ropewalk.api.lanes import ASKING, Allowance, Lane, Streams
from ropewalk.api.logs import make_log
from ropewalk.api.metrics import Metrics
from ropewalk.api.nonces import Nonces
from ropewalk.api.policy import ANYBODY, EVENTS, MESSAGES, READ_ALL, Policy, policy_of
from ropewalk.api.pulse import Pulse
from ropewalk.api.settings import ApiSettings, Caps
from ropewalk.engines.port import Engine
from ropewalk.identity import Party
from ropewalk.ledger import decode_record
from ropewalk.vault import Vault
from ropewalk.views import (
    EVERYTHING,
    EventsClosedError,
    NoViewsError,
    Reader,
    Standing,
    Views,
)

COMMIT_THREADS: Final = 4
READ_THREADS: Final = 6
PROOF_THREADS: Final = 2
"""Of what the log answers at once: entries, paths, pages, events."""
WAITING_THREADS: Final = 8
"""Of what may wait for consensus, seconds long: they sleep, mostly."""
VIEWS_THREADS: Final = 4
"""Of what the views are asked, and of claims that are checked on their way in."""
RESOLVING_THREADS: Final = 8
"""Of names of callbacks that are looked up: a stranger's resolver may be slow on purpose."""
WEIGHING_THREADS: Final = 1
"""Of batches of events so large that few may be decoded at a time."""
LARGE_BYTES: Final = 1_048_576
"""A batch of so many bytes is large; 500 events of the usual kind are not."""
PAYLOAD_THREADS: Final = 2
TRANSFER_THREADS: Final = 4
"""Of what moves private payloads to the vault's disk, a piece at a time; as many from it."""
LIGHT_THREADS: Final = 2
"""Of what CometBFT is asked."""


def _transfers(caps: Caps) -> dict[str, int]:
    return {
        "threads": TRANSFER_THREADS,
        "places": caps.transfers,
        "places_each": caps.transfers_each,
    }


def _nobody(_request: Request) -> str:
    """Who is logged in at a node that lets nobody in."""
    return ANYBODY


class Node:
    """One node's HTTP surface at work."""

    resident: Callable[[Request], str] = staticmethod(_nobody)
    """Who is logged in and asks; the portal knows."""

    def __init__(
        self,
        engine: Engine,
        settings: ApiSettings,
        views: Views | None = None,
        vault: Vault | None = None,
    ) -> None:
        caps = settings.caps
        self.engine = engine
        self.settings = settings
        self._views = views
        self.vault = vault
        self.policy = self._policy(vault)
        self.asked = Asked()
        self.nonces = Nonces(settings.nonces)
        self._run = os.urandom(8).hex()
        self._requests = count()
        self.log: Any = make_log(settings.log_level)
        self.metrics = Metrics()
        self.pulse = Pulse(engine)
        self.writes = Lane("write", threads=COMMIT_THREADS, places=caps.writes)
        self.intake = Intake(engine, self.writes)
        self.reads = Lane("read", threads=READ_THREADS, places=caps.reads)
        self.proofs = Lane("proof", threads=PROOF_THREADS, places=caps.proofs)
        self.waiting = Lane("waiting", threads=WAITING_THREADS, places=caps.waiting)
        self.looking = Lane("views", threads=VIEWS_THREADS, places=caps.views)
        self.resolving = Lane(
            "resolving",
            threads=RESOLVING_THREADS,
            places=caps.resolving,
            places_each=caps.resolving_each,
        )
        self.weighing = Lane("weighing", threads=WEIGHING_THREADS, places=caps.large)
        self.light = Lane("light", threads=LIGHT_THREADS, places=caps.light)
        self.payloads = Lane("vault", threads=PAYLOAD_THREADS, places=caps.vault)
        self.transfers = Lane("transfer", **_transfers(caps))
        self.handouts = Lane("handout", **_transfers(caps))
        self.health = Lane("health", threads=1, places=64)
        self.streams = Streams(caps.streams, caps.streams_each)
        self.bodies = Allowance(caps.bodies_bytes, "the node holds as many bodies as it takes")
        for lane in self.lanes:
            self.metrics.taken.labels(lane.name).set_function(partial(getattr, lane, "taken"))
        self.metrics.taken.labels("stream").set_function(partial(getattr, self.streams, "used"))

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """All lanes to the engine."""
        reading = (self.reads, self.proofs, self.waiting, self.looking, self.light)
        return (
            self.writes,
            *reading,
            self.resolving,
            self.weighing,
            self.payloads,
            self.transfers,
            self.handouts,
            self.health,
        )

    def lane_for(self, body: bytes) -> Lane:
        """Where a batch of events is decoded: the large ones a few at a time."""
        return self.weighing if len(body) >= LARGE_BYTES else self.looking

    @property
    def views(self) -> Views:
        """The node's views.

        Raises:
            NoViewsError: it keeps none.
        """
        if self._views is None:
            raise NoViewsError("this node keeps no views; ask another member's")
        return self._views

    def standing(self) -> Standing | None:
        """How far the views are, None where there are none."""
        return None if self._views is None else self._views.standing()

    def _policy(self, vault: Vault | None) -> Policy:
        standings = {} if vault is None else {"standings": vault.standings}
        return policy_of(self.settings, is_bank=self._is_bank, **standings)

    def _is_bank(self, actor: str) -> bool:
        party = self.engine.record(f"party/{actor}")
        return party is not None and "bank" in decode_record(party.encode("ascii"), Party).roles

    def controller_of(self, request: Request) -> str:
        """Who signed a request (`api/signatures.py`), or is logged in; `ANYBODY` where none."""
        caller = getattr(request.state, "caller", None)
        return self.resident(request) if caller is None else str(caller.controller)

    def admit(self, request: Request, action: str) -> None:
        """Let whoever asks go on, or refuse; who it is stands in the request's state afterwards."""
        asking = self.controller_of(request)
        setattr(request.state, ASKING, asking)
        self.authorise(action, request.url.path, asking)

    def reader_of(self, request: Request) -> Reader:
        """Whose events a request may see; the policy let it pass already."""
        asking = self.controller_of(request)
        whole = self.policy.may_read(asking, READ_ALL, request.url.path)
        return EVERYTHING if whole else asking

    def correlation(self) -> str:
        """A name for one request in the log: 128 bits, the first half drawn at the start."""
        return f"{self._run}{next(self._requests):016x}"

    def authorise(self, action: str, subject: str, actor: str = ANYBODY) -> None:
        """Let a request pass, or not.

        Raises:
            LoginRequiredError: it needs a login.
            EventsClosedError: events that nobody signed are not taken from them.
            ForbiddenError: nobody may do that.
        """
        if self.policy.may_read(actor, action, subject):
            return
        if action in MESSAGES:
            raise EventsClosedError(
                "this node takes no events of yours that nobody signed: "
                "sign a claim and POST /v1/claims"
            )
        if self.settings.require_login or action in EVENTS:
            raise LoginRequiredError
        raise ForbiddenError("the node's policy does not allow this")

    async def close(self) -> None:
        """Let go of the threads; the engine is its owner's to close."""
        await self.pulse.close()
        for lane in self.lanes:
            lane.close()
        self.nonces.close()


def of(request: Request) -> Node:
    """The node a request came to."""
    node: Node = request.app.state.node
    return node


def guard(action: str) -> Any:
    """A route's dependency that asks the policy. Every route has one; a test holds it."""

    async def authorise(request: Request) -> None:
        of(request).admit(request, action)

    authorise.__dict__["action"] = action
    return Depends(authorise)
