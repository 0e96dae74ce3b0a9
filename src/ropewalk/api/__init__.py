# SPDX-License-Identifier: Apache-2.0
"""The node's HTTP surface over an engine's port."""

from ropewalk.api.app import create_app
from ropewalk.api.capital import Records
from ropewalk.api.edge import host_name
from ropewalk.api.errors import ApiError, ContentTooLargeError, UnknownRecordError
from ropewalk.api.events import EventStream
from ropewalk.api.node import Node, guard, of
from ropewalk.api.policy import ANYBODY, reads_all
from ropewalk.api.portfolio import AskedStatement, statement_page, statement_table
from ropewalk.api.problems import as_api_error
from ropewalk.api.records import Reader
from ropewalk.api.server import Server, build_server, serve
from ropewalk.api.settings import ApiSettings, Caps, Deadlines
from ropewalk.api.signatures import caller_of, guard_signed, is_active

__all__ = [
    "ANYBODY",
    "ApiError",
    "ApiSettings",
    "AskedStatement",
    "Caps",
    "ContentTooLargeError",
    "Deadlines",
    "EventStream",
    "Node",
    "Reader",
    "Records",
    "Server",
    "UnknownRecordError",
    "as_api_error",
    "build_server",
    "caller_of",
    "create_app",
    "guard",
    "guard_signed",
    "host_name",
    "is_active",
    "of",
    "reads_all",
    "serve",
    "statement_page",
    "statement_table",
]
