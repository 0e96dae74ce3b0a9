# SPDX-License-Identifier: Apache-2.0
"""The command line: `ropewalk`."""

from ropewalk.cli.main import main

__all__ = ["main"]
