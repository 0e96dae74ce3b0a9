# SPDX-License-Identifier: Apache-2.0
"""The first form of the tables."""

from alembic import op

from ropewalk.views.schema import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    metadata.create_all(op.get_bind())


def downgrade() -> None:
    """Drop the tables."""
    metadata.drop_all(op.get_bind())
