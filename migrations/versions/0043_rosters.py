"""Who is on call, where and when."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

_COUNTED = """
CREATE TRIGGER count_version BEFORE UPDATE ON on_call_shift
    FOR EACH ROW WHEN (OLD IS DISTINCT FROM NEW) EXECUTE FUNCTION count_version()
"""


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "on_call_shift",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("station_id", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("backup", sa.Boolean(), nullable=False),
        sa.Column("since", moment, nullable=False),
        sa.Column("until", moment, nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("until >= since", name="on_call_shift_period_forward"),
        sa.CheckConstraint(
            "until <= since + interval '31 days'", name="on_call_shift_length_bounded"
        ),
        postgresql.ExcludeConstraint(
            (sa.column("account_id", sa.Uuid()), "="),
            (sa.func.tstzrange(sa.column("since"), sa.column("until")), "&&"),
            using="gist",
            name="on_call_shift_account_once",
        ),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name="on_call_shift_region_code_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["station_id"], ["station.id"], name="on_call_shift_station_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="on_call_shift_account_id_fkey"
        ),
        sa.ForeignKeyConstraint(["set_by"], ["account.id"], name="on_call_shift_set_by_fkey"),
        sa.PrimaryKeyConstraint("id", name="on_call_shift_pkey"),
    )
    op.create_index("on_call_shift_region_code_id", "on_call_shift", ["region_code", "id"])
    op.create_index("on_call_shift_station_id_until", "on_call_shift", ["station_id", "until"])
    op.create_index("on_call_shift_region_code_until", "on_call_shift", ["region_code", "until"])
    op.execute(_COUNTED)


def downgrade() -> None:
    op.drop_table("on_call_shift")
