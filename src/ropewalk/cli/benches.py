# SPDX-License-Identifier: Apache-2.0
"""`ropewalk bench`."""


def bench() -> None:
    """Placeholder."""
