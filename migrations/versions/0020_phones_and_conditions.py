"""Elders' phones and diagnoses; the phone on a meal's slip."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_FIELDS = ("NAME", "BIRTH_DATE", "ID_NUMBER", "ADDRESS")


def _corrects(*fields: str) -> None:
    """Which fields of the register may be corrected."""
    known = ", ".join(f"'{field}'" for field in fields)
    op.drop_constraint("data_request_field_known", "data_request")
    op.create_check_constraint("data_request_field_known", "data_request", f"field IN ({known})")


def upgrade() -> None:
    op.add_column("elder", sa.Column("phone_masked", sa.String(), nullable=True))
    op.add_column("elder", sa.Column("phone_hash", sa.LargeBinary(), nullable=True))
    op.add_column("elder", sa.Column("phone_cipher", sa.LargeBinary(), nullable=True))
    op.create_check_constraint(
        "elder_phone_whole",
        "elder",
        "num_nulls(phone_masked, phone_hash, phone_cipher) IN (0, 3)",
    )
    op.add_column("meal_order", sa.Column("recipient_phone_masked", sa.String(), nullable=True))
    op.create_table(
        "elder_condition",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("elder_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("code_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("name_cipher", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("until IS NULL OR until > since", name="elder_condition_period_forward"),
        sa.ForeignKeyConstraint(
            ["elder_id"], ["elder.id"], name=op.f("elder_condition_elder_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("elder_condition_pkey")),
    )
    op.create_index(
        "elder_condition_elder_id_since_id", "elder_condition", ["elder_id", "since", "id"]
    )
    _corrects(*_FIELDS, "PHONE")


def downgrade() -> None:
    _corrects(*_FIELDS)
    op.drop_table("elder_condition")
    op.drop_column("meal_order", "recipient_phone_masked")
    op.drop_column("elder", "phone_cipher")
    op.drop_column("elder", "phone_hash")
    op.drop_column("elder", "phone_masked")
