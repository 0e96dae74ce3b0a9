# SPDX-License-Identifier: Apache-2.0
"""Events that others took the place of are found by box and by call."""

from alembic import op

from ropewalk.views.schema import PAST

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the indexes where they are not there; new tables have them from the start."""
    for index in PAST:
        index.create(op.get_bind(), checkfirst=True)


def downgrade() -> None:
    """Drop them."""
    for index in PAST:
        index.drop(op.get_bind(), checkfirst=True)
