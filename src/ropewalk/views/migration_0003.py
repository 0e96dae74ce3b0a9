# SPDX-License-Identifier: Apache-2.0
"""Parties read what concerns them: whose consignment an event is, and who reads it."""

from alembic import op
from sqlalchemy import inspect

from ropewalk.views.schema import DERIVED, READING

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables, and have all that is derived derived anew, so that they are filled."""
    for table in READING:
        table.create(op.get_bind(), checkfirst=True)
    known = inspect(op.get_bind()).get_table_names()
    for table in DERIVED:
        if table.name in known:  # later migrations make the others
            op.execute(table.delete())


def downgrade() -> None:
    """Drop them."""
    for table in reversed(READING):
        table.drop(op.get_bind(), checkfirst=True)
