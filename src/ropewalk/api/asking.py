# SPDX-License-Identifier: Apache-2.0
"""How often each bank asks before funding: a registry asked without end could be read out."""

from collections import Counter
from typing import Final

from ropewalk.api.errors import BusyError

A_MINUTE: Final = 60
"""Titles that one bank asks for."""


class Asked:
    """How often each bank asked in the minute that runs."""

    def __init__(self) -> None:
        self._minute = 0
        self._asked: Counter[str] = Counter()

    def take(self, bank: str, now_s: float) -> None:
        """Count one question.

        Raises:
            BusyError: the bank asked as often as it may.
        """
        minute = int(now_s) // 60
        if minute != self._minute:
            self._minute, self._asked = minute, Counter()
        if self._asked[bank] >= A_MINUTE:
            raise BusyError(f"{A_MINUTE} questions a minute", retry_after_s=60)
        self._asked[bank] += 1
