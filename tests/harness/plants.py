# SPDX-License-Identifier: Apache-2.0
"""x"""


def plant(name: str) -> None:
    """X"""
