# SPDX-License-Identifier: Apache-2.0
"""The command line: `ropewalk`; it begins in main.py."""
