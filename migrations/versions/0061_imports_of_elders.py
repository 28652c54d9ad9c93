"""Registers that people bring as spreadsheets."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None

_STATES = (
    *("WAITING", "CHECKED", "ENTERING", "DONE", "REFUSED", "FAILED", "CANCELLED"),
    *("EXPIRED",),
)
_FAILURES = ("UNREADABLE", "TOO_LARGE", "RIGHTS_WITHDRAWN", "INTERNAL")
_COLUMNS = (
    *("NAME", "ID_NUMBER", "GENDER", "BIRTH_DATE", "REGION", "ADDRESS", "PHONE", "TAGS"),
    *("TAGS_SINCE", "TAGS_SOURCE", "CONTACT_NAME", "CONTACT_RELATION", "CONTACT_PHONE"),
)
_CODES = ("INVALID_INPUT", "ALREADY_EXISTS", "NOT_FOUND", "PERMISSION_DENIED")
_ROLES = (
    *("ELDER", "GUARDIAN", "FAMILY", "VOLUNTEER", "CAREGIVER", "DISPATCHER", "STATION"),
    *("ADVISOR", "CANTEEN", "OFFICIAL", "AUDITOR", "VENDOR", "ADMIN"),
)


def _choice(values: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    _make_imports()
    _make_faults()


def _make_imports() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "elder_import",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("role", _choice(_ROLES, "elder_import_role_known"), nullable=False),
        sa.Column("region_code", sa.Text(collation="C"), nullable=True),
        sa.Column("state", _choice(_STATES, "elder_import_state_known"), nullable=False),
        sa.Column("failure", _choice(_FAILURES, "elder_import_failure_known"), nullable=True),
        sa.Column("file_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("row_count", sa.Integer(), nullable=True),
        sa.Column("bad_row_count", sa.Integer(), nullable=False),
        sa.Column("ignored", sa.ARRAY(sa.String()), server_default="{}", nullable=False),
        sa.Column("created_at", moment, server_default=sa.func.now(), nullable=False),
        sa.Column("checked_at", moment, nullable=True),
        sa.Column("finished_at", moment, nullable=True),
        sa.CheckConstraint(
            "(state = 'FAILED') = (failure IS NOT NULL)", name="elder_import_failed_with_reason"
        ),
        sa.CheckConstraint(
            "(state IN ('WAITING', 'CHECKED', 'ENTERING')) = (file_cipher IS NOT NULL)",
            name="elder_import_file_while_open",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="elder_import_account_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name="elder_import_region_code_fkey"
        ),
        sa.PrimaryKeyConstraint("id", name="elder_import_pkey"),
    )
    op.create_index("elder_import_account_id_id", "elder_import", ["account_id", "id"])


def _make_faults() -> None:
    op.create_table(
        "elder_import_fault",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column(
            "in_column", _choice(_COLUMNS, "elder_import_fault_in_column_known"), nullable=True
        ),
        sa.Column("code", _choice(_CODES, "elder_import_fault_code_known"), nullable=False),
        sa.Column(
            "facts",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["elder_import.id"], name="elder_import_fault_import_id_fkey"
        ),
        sa.PrimaryKeyConstraint("id", name="elder_import_fault_pkey"),
    )
    op.create_index("elder_import_fault_import_id_id", "elder_import_fault", ["import_id", "id"])


def downgrade() -> None:
    op.drop_table("elder_import_fault")
    op.drop_table("elder_import")
