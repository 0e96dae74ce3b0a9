# SPDX-License-Identifier: Apache-2.0
"""Jurisdiction profiles: what a law asks of a receivable's terms.

A table, not a setting: the same on every node, and a change of it is a change of protocol. Source:
requirements capital.md: in China a confirmed payable runs for six months in general and never over
a year, and carries the reference of its registration outside.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Profile:
    """What one law asks."""

    days_max: int
    """From the day it is drawn up to the day of payment."""
    needs_registration: bool
    """Whether an entry in a register outside has to be named."""


PROFILES = {
    "": Profile(days_max=3_660, needs_registration=False),
    "CN": Profile(days_max=366, needs_registration=True),
}
"""By name; "" where the parties chose none."""
