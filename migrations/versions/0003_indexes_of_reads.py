"""An elder's devices in the order in which they are shown; a region's open alarms."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("device_elder_id_id", "device", ["elder_id", "id"])
    op.drop_index("device_elder_id", "device")
    op.create_index(
        "alarm_open_region_code_id",
        "alarm",
        ["region_code", "id"],
        postgresql_where=sa.text("state <> 'RESOLVED'"),
    )


def downgrade() -> None:
    op.drop_index("alarm_open_region_code_id", "alarm")
    op.create_index("device_elder_id", "device", ["elder_id"])
    op.drop_index("device_elder_id_id", "device")
