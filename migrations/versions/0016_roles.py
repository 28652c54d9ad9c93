"""Nobody holds a role twice at a place at a time."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "ALTER TABLE account ADD CONSTRAINT account_role_once EXCLUDE USING gist ("
        " person_id WITH =, role WITH =,"
        " (coalesce(elder_id::text, vendor_id::text, station_id::text, canteen_id::text,"
        " region_code, '')) WITH =,"
        " tstzrange(since, until) WITH &&) WHERE (person_id IS NOT NULL)"
    )


def downgrade() -> None:
    op.drop_constraint("account_role_once", "account")
