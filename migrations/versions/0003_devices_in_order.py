"""An elder's devices in the order in which they are shown."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("device_elder_id_id", "device", ["elder_id", "id"])
    op.drop_index("device_elder_id", "device")


def downgrade() -> None:
    op.create_index("device_elder_id", "device", ["elder_id"])
    op.drop_index("device_elder_id_id", "device")
