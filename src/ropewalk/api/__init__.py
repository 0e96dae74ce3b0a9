# SPDX-License-Identifier: Apache-2.0
"""The node's HTTP surface over an engine's port."""

from ropewalk.api.app import create_app
from ropewalk.api.errors import ApiError
from ropewalk.api.policy import reads_all
from ropewalk.api.server import Server, build_server, serve
from ropewalk.api.settings import ApiSettings, Caps, Deadlines

__all__ = [
    "ApiError",
    "ApiSettings",
    "Caps",
    "Deadlines",
    "Server",
    "build_server",
    "create_app",
    "reads_all",
    "serve",
]
