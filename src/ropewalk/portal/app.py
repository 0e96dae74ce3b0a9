# SPDX-License-Identifier: Apache-2.0
"""The portal's routes, added to a node's."""

from fastapi import FastAPI

from ropewalk.portal import (
    acts,
    box,
    desk,
    exchange,
    finance,
    gate,
    issue,
    keys,
    live,
    names,
    network,
    papers,
    passkeys,
    proposal,
    release,
    rope,
    sea,
    search,
    sheet_pdf,
    title,
    verify,
    voyage,
    welcome,
)
from ropewalk.portal.mailbox import Mailbox
from ropewalk.portal.pages import Portal
from ropewalk.portal.settings import PortalSettings


def attach(app: FastAPI, settings: PortalSettings) -> Portal:
    """Add the portal to a node's application.

    Args:
        app: made by `ropewalk.api.create_app`.
        settings: what the portal is told.
    """
    portal = Portal(settings)
    app.state.portal = portal
    app.state.mailbox = Mailbox()
    app.state.node.resident = portal.sessions.resident
    app.include_router(portal.assets.router())
    app.include_router(portal.sessions.router())
    for page in (welcome, desk, title, exchange, finance, network, acts, verify, live):
        app.include_router(page.router)
    for page in (keys, passkeys, proposal, rope, sea, search, sheet_pdf, voyage):
        app.include_router(page.router)
    for page in (issue, papers, box, release, gate):
        app.include_router(page.router)
    app.include_router(names.router)
    app.include_router(names.giving)
    return portal
