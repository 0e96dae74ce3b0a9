# SPDX-License-Identifier: Apache-2.0
"""Desks: what concerns whom, what waits for whom, and which entries are about what."""

from alembic import op

from ropewalk.views.schema import DERIVED, DESKS, histories

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the tables, and have all that is derived derived anew, so that they are filled."""
    for table in (*DESKS, histories):
        table.create(op.get_bind(), checkfirst=True)
    for table in DERIVED:
        op.execute(table.delete())


def downgrade() -> None:
    """Drop them."""
    for table in (histories, *reversed(DESKS)):
        table.drop(op.get_bind(), checkfirst=True)
