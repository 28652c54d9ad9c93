"""When advisors were in touch with elders."""

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None

_TABLE = "contact_note"


def _points_to(column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=f"{_TABLE}_{column}_fkey")


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    channel = sa.Enum(
        *("HOME", "OFFICE", "PHONE", "VIDEO", "MESSAGE"),
        name="contact_note_channel_known",
        native_enum=False,
        create_constraint=True,
        length=40,
    )
    op.create_table(
        _TABLE,
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("elder_id", sa.Uuid(), nullable=False),
        sa.Column("channel", channel, nullable=False),
        sa.Column("contacted_at", moment, nullable=False),
        sa.Column("note_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("noted_by", sa.Uuid(), nullable=False),
        sa.Column("noted_at", moment, server_default=sa.text("now()"), nullable=False),
        sa.Column("withdrawn_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", moment, nullable=True),
        sa.CheckConstraint("contacted_at <= noted_at", name="contact_note_not_to_come"),
        sa.CheckConstraint(
            "num_nulls(withdrawn_at, withdrawn_by) IN (0, 2)", name="contact_note_withdrawn_whole"
        ),
        _points_to("elder_id", "elder.id"),
        *(_points_to(one, "account.id") for one in ("noted_by", "withdrawn_by")),
        sa.PrimaryKeyConstraint("id", name="contact_note_pkey"),
    )
    op.create_index(
        "contact_note_elder_id_contacted_at_id", _TABLE, ["elder_id", "contacted_at", "id"]
    )
    op.create_index("contact_note_contacted_at_id", _TABLE, ["contacted_at", "id"])


def downgrade() -> None:
    op.drop_table(_TABLE)
