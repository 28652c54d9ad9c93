"""Persons and their accounts in time, what is revoked, and the audit trail."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

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


def _moment(name: str, *, nullable: bool = False, now: bool = False) -> sa.Column[object]:
    default = sa.text("now()") if now else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("phone_masked", sa.String(), nullable=True),
        sa.Column("phone_hash", sa.LargeBinary(), nullable=True),
        sa.Column("phone_cipher", sa.LargeBinary(), nullable=True),
        _moment("created_at", now=True),
        sa.PrimaryKeyConstraint("id", name=op.f("person_pkey")),
        sa.UniqueConstraint("phone_hash", name=op.f("person_phone_hash_once")),
    )
    op.add_column("account", sa.Column("person_id", sa.Uuid(), nullable=True))
    op.add_column("account", _moment("since", now=True))
    op.add_column("account", _moment("until", nullable=True))
    op.add_column("account", sa.Column("granted_by", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("account_person_id_fkey"), "account", "person", ["person_id"], ["id"]
    )
    op.create_foreign_key(
        op.f("account_granted_by_fkey"), "account", "account", ["granted_by"], ["id"]
    )
    op.create_check_constraint(
        op.f("account_period_forward"), "account", "until IS NULL OR until >= since"
    )
    op.create_index(op.f("account_person_id"), "account", ["person_id"])
    op.create_table(
        "revocation",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        _moment("until"),
        sa.PrimaryKeyConstraint("subject_id", name=op.f("revocation_pkey")),
    )
    role = sa.Enum(
        *_ROLES,
        name="audit_entry_role_known",
        native_enum=False,
        create_constraint=True,
        length=40,
    )
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        _moment("at", now=True),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("role", role, nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("object_type", sa.String(), nullable=True),
        sa.Column("object_id", sa.Uuid(), nullable=True),
        sa.Column("elder_id", sa.Uuid(), nullable=True),
        sa.Column(
            "fields",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'::text[]"),
            nullable=False,
        ),
        sa.Column("purpose", sa.String(), nullable=True),
        sa.Column("request_id", sa.String(), nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("audit_entry_pkey")),
    )
    op.create_index("audit_entry_actor", "audit_entry", ["actor_id", "id"])
    op.create_index(
        "audit_entry_elder",
        "audit_entry",
        ["elder_id", "id"],
        postgresql_where=sa.text("elder_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_table("audit_entry")
    op.drop_table("revocation")
    op.drop_index(op.f("account_person_id"), "account")
    for name in ("person_id", "since", "until", "granted_by"):
        op.drop_column("account", name)
    op.drop_table("person")
