"""What persons ask for about their data, and copies of it."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_KINDS = ("ACCESS", "CORRECTION", "ERASURE")
_STATES = ("REQUESTED", "APPROVED", "DONE", "REFUSED", "WITHDRAWN", "EXPIRED")
_FIELDS = ("NAME", "BIRTH_DATE", "ID_NUMBER", "ADDRESS")
_REFUSALS = ("NOT_IDENTIFIED", "NOT_PROVED", "RETENTION", "OPEN_MATTERS", "OTHERS_RIGHTS")


def _choice(values: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _moment(name: str, *, now: bool = False) -> sa.Column[object]:
    default = sa.text("now()") if now else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=not now)


def _points(column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"data_request_{column}_fkey"))


def upgrade() -> None:
    op.create_table(
        "data_request",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("elder_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("kind", _choice(_KINDS, "data_request_kind_known"), nullable=False),
        sa.Column("state", _choice(_STATES, "data_request_state_known"), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        _moment("asked_at", now=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("reason_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("field", _choice(_FIELDS, "data_request_field_known"), nullable=True),
        sa.Column("wanted_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        _moment("decided_at"),
        sa.Column("refusal", _choice(_REFUSALS, "data_request_refusal_known"), nullable=True),
        sa.Column("note_cipher", sa.LargeBinary(), nullable=True),
        _moment("finished_at"),
        _moment("expires_at"),
        sa.Column("byte_count", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("decided_by <> asked_by", name="data_request_decider_differs"),
        sa.CheckConstraint(
            "(kind = 'CORRECTION') = (field IS NOT NULL)", name="data_request_corrects_a_field"
        ),
        sa.CheckConstraint(
            "(state = 'REFUSED') = (refusal IS NOT NULL)", name="data_request_refused_with_reason"
        ),
        sa.CheckConstraint(
            "state IN ('REQUESTED', 'WITHDRAWN') OR num_nulls(decided_by, decided_at) = 0",
            name="data_request_decided_by_somebody",
        ),
        _points("elder_id", "elder.id"),
        _points("region_code", "region.code"),
        _points("asked_by", "account.id"),
        _points("decided_by", "account.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("data_request_pkey")),
    )
    op.create_index(
        "data_request_open_once",
        "data_request",
        ["elder_id", "kind", "field"],
        unique=True,
        postgresql_where=sa.text("state IN ('REQUESTED', 'APPROVED')"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_index("data_request_elder_id_id", "data_request", ["elder_id", "id"])
    op.create_index("data_request_region_code_id", "data_request", ["region_code", "id"])
    op.create_table(
        "data_request_piece",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["data_request.id"], name=op.f("data_request_piece_request_id_fkey")
        ),
        sa.PrimaryKeyConstraint("request_id", "starts_at", name=op.f("data_request_piece_pkey")),
    )
    # Ciphertext does not get smaller: PostgreSQL need not try.
    op.execute("ALTER TABLE data_request_piece ALTER COLUMN body SET STORAGE EXTERNAL")


def downgrade() -> None:
    op.drop_table("data_request_piece")
    op.drop_table("data_request")
