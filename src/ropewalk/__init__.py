# SPDX-License-Identifier: Apache-2.0
"""Ropewalk: a shared ledger for the cargo, capital and information of the shipping chain."""

__version__ = "0.1.0"
