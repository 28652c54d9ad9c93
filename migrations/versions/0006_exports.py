"""Lists as files: who asked for which, and the pieces of what was written."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_STATES = ("WAITING", "RUNNING", "DONE", "FAILED", "CANCELLED", "EXPIRED")
_FAILURES = ("RIGHTS_WITHDRAWN", "TOO_LARGE", "QUERY_REFUSED", "INTERNAL")
_ROLES = (
    "ELDER",
    "GUARDIAN",
    "FAMILY",
    "VOLUNTEER",
    "CAREGIVER",
    "DISPATCHER",
    "STATION",
    "ADVISOR",
    "CANTEEN",
    "OFFICIAL",
    "AUDITOR",
    "VENDOR",
    "ADMIN",
)


def _choice(values: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        "export",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("role", _choice(_ROLES, "export_role_known"), nullable=False),
        sa.Column("region_code", sa.Text(collation="C"), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column(
            "variables",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("list_name", sa.String(), nullable=False),
        sa.Column("state", _choice(_STATES, "export_state_known"), nullable=False),
        sa.Column("failure", _choice(_FAILURES, "export_failure_known"), nullable=True),
        sa.Column("expected_rows", sa.Integer(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("byte_count", sa.BigInteger(), nullable=False),
        sa.Column("cursor", sa.String(), nullable=True),
        sa.Column("masked", sa.String(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'FAILED') = (failure IS NOT NULL)", name="export_failed_with_reason"
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("export_account_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("export_region_code_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("export_pkey")),
    )
    op.create_index("export_account_id_id", "export", ["account_id", "id"])
    op.create_index(
        "export_kept_until",
        "export",
        ["expires_at"],
        postgresql_where=sa.text("state = 'DONE'"),
    )
    op.create_table(
        "export_piece",
        sa.Column("export_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["export_id"], ["export.id"], name=op.f("export_piece_export_id_fkey")
        ),
        sa.PrimaryKeyConstraint("export_id", "starts_at", name=op.f("export_piece_pkey")),
    )
    # Ciphertext does not get smaller: PostgreSQL need not try.
    op.execute("ALTER TABLE export_piece ALTER COLUMN body SET STORAGE EXTERNAL")


def downgrade() -> None:
    op.drop_table("export_piece")
    op.drop_table("export")
