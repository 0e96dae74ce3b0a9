# SPDX-License-Identifier: Apache-2.0
"""Track and trace: what was reported of the goods, read once at the edge, and what follows from it."""

from ropewalk.tracking.event import Event, References

__all__ = ["Event", "References"]
