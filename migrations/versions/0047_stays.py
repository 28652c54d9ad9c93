"""Beds open and close by the day; stays are held, moved and have a history."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_ACTIONS = ("HOLD", "RESERVE", "OCCUPY", "LEAVE", "RETURN", "TRANSFER", "END", "CLOSE")


def _elder_once(where: str) -> None:
    """An elder has one full-time bed a day; the second time without those that are only held."""
    op.drop_constraint("bed_stay_elder_once", "bed_stay")
    op.create_exclude_constraint(
        "bed_stay_elder_once",
        "bed_stay",
        (sa.column("elder_id", sa.Uuid()), "="),
        (sa.func.daterange(sa.column("starts_on"), sa.column("ends_on")), "&&"),
        using="gist",
        where=sa.text(where),
    )


def upgrade() -> None:
    op.add_column("bed", sa.Column("opened_on", sa.Date(), nullable=True))
    op.add_column("bed", sa.Column("closed_on", sa.Date(), nullable=True))
    op.create_check_constraint("bed_closed_after_opened", "bed", "closed_on > opened_on")
    op.drop_index("bed_label_once", table_name="bed")
    op.create_index(
        "bed_label_once",
        "bed",
        ["station_id", "label"],
        unique=True,
        postgresql_where=sa.text("closed_on IS NULL"),
    )
    op.add_column("bed_stay", sa.Column("held_until", _MOMENT, nullable=True))
    op.add_column("bed_stay", sa.Column("back_on", sa.Date(), nullable=True))
    op.add_column("bed_stay", sa.Column("moved_from", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        "bed_stay_moved_from_fkey", "bed_stay", "bed_stay", ["moved_from"], ["id"]
    )
    op.create_check_constraint(
        "bed_stay_held_until_decided", "bed_stay", "held_until IS NULL OR state = 'HELD'"
    )
    op.create_check_constraint(
        "bed_stay_back_from_leave", "bed_stay", "back_on IS NULL OR state = 'ON_LEAVE'"
    )
    op.create_index(
        "bed_stay_held_until",
        "bed_stay",
        ["held_until"],
        postgresql_where=sa.text("held_until IS NOT NULL"),
    )
    _elder_once("full_time AND state <> 'HELD'")
    op.create_table(
        "bed_stay_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("stay_id", sa.Uuid(), nullable=False),
        sa.Column("at", _MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "action",
            sa.Enum(
                *_ACTIONS,
                name="bed_stay_log_action_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["stay_id"], ["bed_stay.id"], name="bed_stay_log_stay_id_fkey"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="bed_stay_log_account_id_fkey"
        ),
        sa.PrimaryKeyConstraint("id", name="bed_stay_log_pkey"),
    )
    op.create_index("bed_stay_log_stay_id_id", "bed_stay_log", ["stay_id", "id"])


def downgrade() -> None:
    op.drop_table("bed_stay_log")
    _elder_once("full_time")
    op.drop_index("bed_stay_held_until", table_name="bed_stay")
    op.drop_constraint("bed_stay_back_from_leave", "bed_stay")
    op.drop_constraint("bed_stay_held_until_decided", "bed_stay")
    for column in ("moved_from", "back_on", "held_until"):
        op.drop_column("bed_stay", column)
    op.drop_index("bed_label_once", table_name="bed")
    op.create_index("bed_label_once", "bed", ["station_id", "label"], unique=True)
    op.drop_constraint("bed_closed_after_opened", "bed")
    op.drop_column("bed", "closed_on")
    op.drop_column("bed", "opened_on")
