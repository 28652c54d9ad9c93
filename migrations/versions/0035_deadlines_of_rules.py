"""Rules remember in one row a device, with its next deadline; alarms know which rules hold them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)

_SET_ASIDE = """
DO $$
DECLARE
    name text;
BEGIN
    ALTER TABLE rule_state RENAME TO rule_state_before;
    -- The names are wanted for the table that takes its place.
    FOR name IN SELECT conname FROM pg_constraint WHERE conrelid = 'rule_state_before'::regclass
    LOOP
        EXECUTE format(
            'ALTER TABLE rule_state_before RENAME CONSTRAINT %I TO %I', name, 'before_' || name);
    END LOOP;
END $$
"""

_FOLD = """
INSERT INTO rule_state (device_id, elder_id, latest, memory)
SELECT device_id, elder_id, max(latest), coalesce(jsonb_object_agg(rule, jsonb_build_array(
    (extract(epoch FROM breached_since) * 1000000)::bigint, raised, NULL, '[]'::jsonb
)) FILTER (WHERE raised OR breached_since IS NOT NULL), '{}'::jsonb)
FROM rule_state_before JOIN device ON device.id = device_id GROUP BY device_id, elder_id
"""

_UNFOLD = """
INSERT INTO rule_state (device_id, rule, latest, breached_since, raised)
SELECT device_id, key, latest, to_timestamp((value ->> 0)::numeric / 1000000),
    (value ->> 1)::boolean
FROM rule_state_before CROSS JOIN jsonb_each(memory)
"""


def upgrade() -> None:
    op.execute(_SET_ASIDE)
    op.create_table(
        "rule_state",
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("elder_id", sa.Uuid(), nullable=True),
        sa.Column("latest", _TIME, nullable=False),
        sa.Column(
            "memory",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("due_at", _TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("rule_state_device_id_fkey")
        ),
        sa.ForeignKeyConstraint(["elder_id"], ["elder.id"], name=op.f("rule_state_elder_id_fkey")),
        sa.PrimaryKeyConstraint("device_id", name=op.f("rule_state_pkey")),
        postgresql_with={"fillfactor": "70"},
    )
    op.create_index(op.f("rule_state_elder_id"), "rule_state", ["elder_id"])
    op.create_index(
        "rule_state_due_at",
        "rule_state",
        ["due_at"],
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.execute(_FOLD)
    op.drop_table("rule_state_before")
    op.create_index(
        "device_event_device_id_device_time", "device_event", ["device_id", "device_time"]
    )
    op.add_column("device", sa.Column("heard_since", _TIME, nullable=True))
    op.execute("UPDATE device SET heard_since = last_seen_at")
    op.add_column(
        "alarm",
        sa.Column(
            "sources",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'::text[]"),
            nullable=False,
        ),
    )


def downgrade() -> None:
    op.drop_column("alarm", "sources")
    op.drop_column("device", "heard_since")
    op.drop_index("device_event_device_id_device_time", "device_event")
    op.execute("DROP INDEX rule_state_elder_id, rule_state_due_at")
    op.execute(_SET_ASIDE)
    op.create_table(
        "rule_state",
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("latest", _TIME, nullable=False),
        sa.Column("breached_since", _TIME, nullable=True),
        sa.Column("raised", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("rule_state_device_id_fkey")
        ),
        sa.PrimaryKeyConstraint("device_id", "rule", name=op.f("rule_state_pkey")),
    )
    op.execute(_UNFOLD)
    op.drop_table("rule_state_before")
