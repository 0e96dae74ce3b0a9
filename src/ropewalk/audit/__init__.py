# SPDX-License-Identifier: Apache-2.0
"""The auditor: re-executes a ledger from genesis and compares everything, trusting no root."""

from ropewalk.audit.directory import Anchor, audit_directory
from ropewalk.audit.remote import audit_node
from ropewalk.audit.report import DifferenceError, Report

__all__ = ["Anchor", "DifferenceError", "Report", "audit_directory", "audit_node"]
