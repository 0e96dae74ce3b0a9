# SPDX-License-Identifier: Apache-2.0
"""The portal: what people see of a node. Every party at its own desk, its keys in its browser."""

from ropewalk.portal.app import attach
from ropewalk.portal.settings import DemoDesk, DemoDesks, PortalSettings

__all__ = ["DemoDesk", "DemoDesks", "PortalSettings", "attach"]
