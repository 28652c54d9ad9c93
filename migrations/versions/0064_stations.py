"""Places of care: whom they answer for, when they are open, who belongs to them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None

# A trigger of each table that counts its changes.
_COUNTED = """
CREATE TRIGGER count_version BEFORE UPDATE ON station
    FOR EACH ROW WHEN (OLD IS DISTINCT FROM NEW) EXECUTE FUNCTION count_version()
"""

# Of each day at most four intervals, each within the day and ending after it begins, and none that
# begins before the one before it has ended.
_UNSOUND = (
    "strict $.* ? (@.size() > 4 || @[0][1] > @[1][0] || @[1][1] > @[2][0]"
    " || @[2][1] > @[3][0] || exists (@[*] ? (@.size() != 2 || @[0] < 0 || @[0] >= @[1]"
    " || @[1] > 1440)))"
)


def upgrade() -> None:
    _say_more_of_stations()
    _make_log()
    _make_areas()
    _make_assignments()


def _say_more_of_stations() -> None:
    nothing = sa.text("'{}'::jsonb")
    op.add_column("station", sa.Column("phone", sa.String(), nullable=True))
    op.add_column("station", sa.Column("day_places", sa.Integer(), nullable=True))
    for name in ("hours", "exceptions"):
        column = sa.Column(name, JSONB(), server_default=nothing, nullable=False)
        op.add_column("station", column)
        op.create_check_constraint(
            f"station_{name}_sound", "station", f"NOT jsonb_path_exists({name}, '{_UNSOUND}')"
        )
    version = sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False)
    op.add_column("station", version)
    op.create_check_constraint(
        "station_day_places_bounded", "station", "day_places BETWEEN 0 AND 10000"
    )
    op.execute(_COUNTED)


def _make_log() -> None:
    op.create_table(
        "station_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("station_id", sa.Uuid(), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column(
            "field",
            sa.Enum(
                *("NAME", "ADDRESS", "PHONE", "DAY_PLACES", "HOURS", "EXCEPTIONS"),
                name="station_log_field_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("before", sa.String(), nullable=True),
        sa.Column("after", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name="station_log_station_id_fkey"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="station_log_account_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="station_log_pkey"),
    )
    op.create_index("station_log_station_id_id", "station_log", ["station_id", "id"])


def _make_areas() -> None:
    op.create_table(
        "station_area",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("station_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        *_period(set_by_nobody=False),
        sa.CheckConstraint("until >= since", name="station_area_period_forward"),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name="station_area_region_code_fkey"
        ),
        *_people("station_area"),
        sa.PrimaryKeyConstraint("id", name="station_area_pkey"),
    )
    op.execute(
        "ALTER TABLE station_area ADD CONSTRAINT station_area_once EXCLUDE USING gist ("
        "station_id WITH =, region_code WITH =, daterange(since, until) WITH &&)"
    )
    op.create_index(
        "station_area_region_code_since_id", "station_area", ["region_code", "since", "id"]
    )
    op.create_index("station_area_station_id_id", "station_area", ["station_id", "id"])


def _make_assignments() -> None:
    op.create_table(
        "station_assignment",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("station_id", sa.Uuid(), nullable=False),
        sa.Column("elder_id", sa.Uuid(), nullable=False),
        *_period(set_by_nobody=True),
        sa.CheckConstraint("until >= since", name="station_assignment_period_forward"),
        sa.ForeignKeyConstraint(
            ["elder_id"], ["elder.id"], name="station_assignment_elder_id_fkey"
        ),
        *_people("station_assignment"),
        sa.PrimaryKeyConstraint("id", name="station_assignment_pkey"),
    )
    op.execute(
        "ALTER TABLE station_assignment ADD CONSTRAINT station_assignment_elder_once"
        " EXCLUDE USING gist (elder_id WITH =, daterange(since, until) WITH &&)"
    )
    op.create_index(
        "station_assignment_elder_id_since_id", "station_assignment", ["elder_id", "since", "id"]
    )
    op.create_index("station_assignment_station_id_id", "station_assignment", ["station_id", "id"])


def _period(*, set_by_nobody: bool) -> list[sa.Column[object]]:
    return [
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("set_by", sa.Uuid(), nullable=set_by_nobody),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
    ]


def _people(table: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([one], [target], name=f"{table}_{one}_fkey")
        for one, target in (
            ("station_id", "station.id"),
            ("set_by", "account.id"),
            ("ended_by", "account.id"),
        )
    ]


def downgrade() -> None:
    for table in ("station_assignment", "station_area", "station_log"):
        op.drop_table(table)
    op.execute("DROP TRIGGER count_version ON station")
    for column in ("version", "exceptions", "hours", "day_places", "phone"):
        op.drop_column("station", column)
