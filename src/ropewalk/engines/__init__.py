# SPDX-License-Identifier: Apache-2.0
"""Engines: what feeds the state machine its blocks and keeps what comes out."""

from ropewalk.engines.port import Engine

__all__ = ["Engine"]
