"""Telemetry lies in partitions by day; readings and events are of whose the device was then."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_SET_ASIDE = """
DO $$
DECLARE
    name text;
BEGIN
    ALTER TABLE telemetry RENAME TO telemetry_before;
    -- The names are wanted for the table that takes its place.
    FOR name IN SELECT conname FROM pg_constraint WHERE conrelid = 'telemetry_before'::regclass
    LOOP
        EXECUTE format(
            'ALTER TABLE telemetry_before RENAME CONSTRAINT %I TO %I', name, 'before_' || name);
    END LOOP;
END $$
"""

_MAKE = """
CREATE FUNCTION make_telemetry_day(day date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET timezone = 'UTC' SET lock_timeout = '1s' AS $$
DECLARE
    name text := 'telemetry_' || to_char(day, 'YYYYMMDD');
    first timestamptz := day;
    beyond timestamptz := day + 1;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('telemetry_days'));
    IF to_regclass(name) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE telemetry INCLUDING DEFAULTS)', name);
    LOCK TABLE telemetry_default IN ACCESS EXCLUSIVE MODE;
    EXECUTE format(
        'WITH moved AS (DELETE FROM telemetry_default WHERE device_time >= %L AND device_time < %L'
        ' RETURNING *) INSERT INTO %I SELECT * FROM moved', first, beyond, name);
    EXECUTE format(
        'ALTER TABLE telemetry ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
        name, first, beyond);
    RETURN true;
END $$
"""

_DROP = """
CREATE FUNCTION drop_telemetry_day(before date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET timezone = 'UTC' SET lock_timeout = '200ms' AS $$
DECLARE
    oldest text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('telemetry_days'));
    SELECT min(relname) INTO oldest FROM pg_inherits JOIN pg_class ON oid = inhrelid
    WHERE inhparent = 'telemetry'::regclass AND relname ~ '^telemetry_[0-9]{8}$';
    IF oldest IS NULL OR oldest >= 'telemetry_' || to_char(before, 'YYYYMMDD') THEN
        RETURN false;
    END IF;
    EXECUTE format('DROP TABLE %I', oldest);
    RETURN true;
END $$
"""

_FUNCTIONS = ("make_telemetry_day(date)", "drop_telemetry_day(date)")

# The days that there are, the last three months at most, and a week ahead.
_MAKE_DAYS = """
SELECT make_telemetry_day(day::date) FROM (
    SELECT DISTINCT date_trunc('day', device_time, 'UTC') AT TIME ZONE 'UTC' AS day
    FROM telemetry_before WHERE device_time BETWEEN now() - interval '90 days' AND now()
    UNION SELECT generate_series(
        date_trunc('day', now() AT TIME ZONE 'UTC'),
        date_trunc('day', now() AT TIME ZONE 'UTC') + interval '7 days', '1 day'
    )
) AS days ORDER BY day
"""

_COLUMNS = "device_id, device_time, seq, received_at, measures"


def upgrade() -> None:
    op.execute(_SET_ASIDE)
    op.create_table(
        "telemetry",
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("device_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("elder_id", sa.Uuid(), nullable=True),
        sa.Column(
            "measures",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("device_id", "device_time", "seq", name=op.f("telemetry_pkey")),
        postgresql_partition_by="RANGE (device_time)",
    )
    op.create_index("telemetry_received_at", "telemetry", ["received_at"], postgresql_using="brin")
    op.create_index("telemetry_elder_id", "telemetry", ["elder_id"])
    op.execute("CREATE TABLE telemetry_default PARTITION OF telemetry DEFAULT")
    op.execute(_MAKE)
    op.execute(_DROP)
    for function in _FUNCTIONS:
        op.execute(f"REVOKE EXECUTE ON FUNCTION {function} FROM public")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO yiyang_service")
    op.execute(_MAKE_DAYS)
    op.execute(
        f"INSERT INTO telemetry ({_COLUMNS}, elder_id) SELECT {_COLUMNS}, elder_id"
        " FROM telemetry_before JOIN device ON device.id = device_id"
    )
    op.drop_table("telemetry_before")
    op.add_column("device_event", sa.Column("elder_id", sa.Uuid(), nullable=True))
    op.execute(
        "UPDATE device_event SET elder_id = device.elder_id FROM device WHERE device.id = device_id"
    )
    op.create_foreign_key(
        op.f("device_event_elder_id_fkey"), "device_event", "elder", ["elder_id"], ["id"]
    )
    op.create_index("device_event_elder_id", "device_event", ["elder_id"])


def downgrade() -> None:
    op.drop_index("device_event_elder_id", "device_event")
    op.drop_column("device_event", "elder_id")
    for function in _FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    op.execute(_SET_ASIDE)
    op.create_table(
        "telemetry",
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("device_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "measures",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("telemetry_device_id_fkey")
        ),
        sa.PrimaryKeyConstraint("device_id", "device_time", "seq", name=op.f("telemetry_pkey")),
    )
    op.execute(f"INSERT INTO telemetry ({_COLUMNS}) SELECT {_COLUMNS} FROM telemetry_before")
    op.drop_table("telemetry_before")
