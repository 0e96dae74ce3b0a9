# SPDX-License-Identifier: Apache-2.0
"""The command line with all its commands loaded: for the reference, and for tests."""

from ropewalk.cli.main import make_app

app = make_app()
