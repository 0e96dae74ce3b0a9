# SPDX-License-Identifier: Apache-2.0
"""Serve a node in the foreground until it is told to stop."""

import gc
import logging
import resource
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

from fastapi import FastAPI
from typing_extensions import override
from uvicorn import Config
from uvicorn import Server as UvicornServer

from ropewalk.api.app import create_app
from ropewalk.api.logs import Forwarder
from ropewalk.api.protocol import protocol_for
from ropewalk.api.settings import ApiSettings
from ropewalk.engines.port import Engine
from ropewalk.vault import Vault
from ropewalk.views import Views

FILES_SPARE: Final = 128
"""File descriptors left to the engine."""
LOCAL: Final = ("127.0.0.1", "0.0.0.0", "::1", "::", "localhost")  # noqa: S104 - names, not binds


class Server(UvicornServer):
    """uvicorn's server that says when it is ready and ends quietly on a signal."""

    @property
    def url(self) -> str:
        """Where it listens, once it does."""
        listener: socket.socket = self.servers[0].sockets[0]
        host, port = listener.getsockname()[:2]
        return f"http://{'localhost' if host in LOCAL else host}:{port}"

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then say so."""
        await super().startup(sockets)
        if self.started:
            sys.stderr.write(f"ready {self.url}\n")
            sys.stderr.flush()

    @contextmanager
    @override
    def capture_signals(self) -> Iterator[None]:
        """Stop on SIGTERM and SIGINT, without dying of them afterwards."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {
            each: signal.signal(each, self.handle_exit) for each in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)


def build_server(
    engine: Engine,
    settings: ApiSettings,
    views: Views | None = None,
    private: Vault | None = None,
    extend: Callable[[FastAPI], None] | None = None,
) -> Server:
    """A server that is not running yet."""
    settings = _within_files(settings)
    app = create_app(engine, settings, views, private, extend)
    node = app.state.node
    _forward_logs(node.log)
    limits = settings.deadlines
    return Server(
        Config(
            app,
            host=settings.listen_host,
            port=settings.listen_port,
            loop="uvloop",
            http=protocol_for(node),
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=limits.keep_alive_s,
            timeout_graceful_shutdown=limits.shutdown_s,
            h11_max_incomplete_event_size=2 * settings.caps.head_bytes,
            backlog=1024,
        )
    )


def serve(
    engine: Engine,
    settings: ApiSettings,
    views: Views | None = None,
    private: Vault | None = None,
    extend: Callable[[FastAPI], None] | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT; says `ready <url>` on stderr when it does.

    Args:
        engine: Its owner closes it afterwards.
        settings: The node's settings.
        views: What it derives; their owner closes them.
        private: The vault, where there is one; its owner closes it.
        extend: Adds what else the node shows.

    Raises:
        SystemExit: it cannot listen there.
    """
    server = build_server(engine, settings, views, private, extend)
    gc.collect()
    gc.freeze()  # or everything loaded is looked through again and again, tens of ms at a time
    server.run()


def _within_files(settings: ApiSettings) -> ApiSettings:
    """Never promise more connections than the process may open files."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = max(16, files - FILES_SPARE - settings.caps.connections_spare)
    caps = replace(settings.caps, connections=min(settings.caps.connections, most))
    return replace(settings, caps=caps)


def _forward_logs(log: object) -> None:
    for name in ("uvicorn", "asyncio"):
        logger = logging.getLogger(name)
        logger.handlers = [Forwarder(log)]
        logger.propagate = False
        logger.setLevel(logging.WARNING)
