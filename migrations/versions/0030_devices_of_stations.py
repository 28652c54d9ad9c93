"""Devices stand in stations too, or are in stock; alarms are an elder's or a station's."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_OPEN = sa.text("state <> 'RESOLVED'")


def upgrade() -> None:
    for table in ("device", "alarm"):
        op.alter_column(table, "elder_id", nullable=True)
        op.add_column(table, sa.Column("station_id", sa.Uuid(), nullable=True))
        op.create_foreign_key(f"{table}_station_id_fkey", table, "station", ["station_id"], ["id"])
        op.create_index(
            f"{table}_station_id_id",
            table,
            ["station_id", "id"],
            postgresql_where=sa.text("station_id IS NOT NULL"),
        )
    op.add_column(
        "device", sa.Column("canary", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.create_check_constraint(
        "device_in_one_place", "device", "num_nonnulls(elder_id, station_id) <= 1"
    )
    op.create_check_constraint(
        "device_canary_at_station", "device", "NOT canary OR station_id IS NOT NULL"
    )
    op.create_index(
        "device_canary_once",
        "device",
        ["station_id"],
        unique=True,
        postgresql_where=sa.text("canary"),
    )
    op.alter_column("alarm", "device_id", nullable=True)
    op.create_check_constraint("alarm_of_one", "alarm", "num_nonnulls(elder_id, station_id) = 1")
    op.drop_index("alarm_open_once", "alarm")
    op.create_index(
        "alarm_open_once",
        "alarm",
        ["elder_id", "station_id", "type", "purpose"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=_OPEN,
    )


def downgrade() -> None:
    for table in ("alarm_log", "alarm"):
        column = "alarm_id" if table == "alarm_log" else "id"
        op.execute(
            f"DELETE FROM {table} WHERE {column} IN"
            " (SELECT id FROM alarm WHERE elder_id IS NULL OR device_id IS NULL)"
        )
    op.drop_index("alarm_open_once", "alarm")
    op.create_index(
        "alarm_open_once",
        "alarm",
        ["elder_id", "type", "purpose"],
        unique=True,
        postgresql_where=_OPEN,
    )
    op.drop_constraint("alarm_of_one", "alarm")
    op.alter_column("alarm", "device_id", nullable=False)
    op.drop_index("device_canary_once", "device")
    op.drop_constraint("device_canary_at_station", "device")
    op.drop_constraint("device_in_one_place", "device")
    op.drop_column("device", "canary")
    placeless = "(SELECT id FROM device WHERE elder_id IS NULL)"
    for table in ("device_event", "telemetry", "rule_state"):
        op.execute(f"DELETE FROM {table} WHERE device_id IN {placeless}")
    op.execute("DELETE FROM device WHERE elder_id IS NULL")
    for table in ("alarm", "device"):
        op.drop_index(f"{table}_station_id_id", table)
        op.drop_constraint(f"{table}_station_id_fkey", table)
        op.drop_column(table, "station_id")
        op.alter_column(table, "elder_id", nullable=False)
