# SPDX-License-Identifier: Apache-2.0
"""Claims say which party answered for the device that made them.

No ledger had devices when the form before was written, so that rows which are there say nothing.
"""

from alembic import op
from sqlalchemy import Column, String, inspect

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the column where it is not there; new tables have it from the start."""
    known = {one["name"] for one in inspect(op.get_bind()).get_columns("batches")}
    if "device_of" not in known:
        column = Column("device_of", String(32), nullable=False, server_default="")
        op.add_column("batches", column)


def downgrade() -> None:
    """Drop it."""
    op.drop_column("batches", "device_of")
