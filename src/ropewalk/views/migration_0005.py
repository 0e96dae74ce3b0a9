# SPDX-License-Identifier: Apache-2.0
"""Portfolios: who holds what of whom, when it falls due, what lies at which bank."""

from alembic import op
from sqlalchemy import inspect

from ropewalk.views.schema import CAPITAL, DERIVED

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the tables, and have all that is derived derived anew, so that they are filled."""
    for table in CAPITAL:
        table.create(op.get_bind(), checkfirst=True)
    known = inspect(op.get_bind()).get_table_names()
    for table in DERIVED:
        if table.name in known:  # later migrations make the others
            op.execute(table.delete())


def downgrade() -> None:
    """Drop them."""
    for table in reversed(CAPITAL):
        table.drop(op.get_bind(), checkfirst=True)
