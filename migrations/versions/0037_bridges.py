"""Several bridges may share a tenant's devices."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bridge_member",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "seen_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("adopted", sa.Integer(), nullable=False),
        sa.Column("settled", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "name", name=op.f("bridge_member_pkey")),
    )
    op.create_table(
        "bridge_view",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("members", sa.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "epoch", name=op.f("bridge_view_pkey")),
    )


def downgrade() -> None:
    op.drop_table("bridge_view")
    op.drop_table("bridge_member")
