# SPDX-License-Identifier: Apache-2.0
"""A node over real HTTP for the client's tests."""

import threading
from collections.abc import Iterator

import pytest

from network import Network
from ropewalk.api import ApiSettings, build_server


@pytest.fixture
def node_url(network: Network) -> Iterator[str]:
    """URL of a node serving the network on a loopback port."""
    server = build_server(network.engine, ApiSettings(listen_port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.01)
    yield server.url
    server.should_exit = True
    thread.join()
