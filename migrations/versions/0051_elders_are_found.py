"""Elders are found by name, pinyin and initials, and by the end of the id number."""

import sqlalchemy as sa
from alembic import op

from domain.elders.spelling import spelled

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

_BATCH = 10_000


def upgrade() -> None:
    # A trusted extension: the database's owner may create it.
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.add_column(
        "elder", sa.Column("spelling", sa.String(), server_default=sa.text("''"), nullable=False)
    )
    op.add_column("elder", sa.Column("id_number_end_hash", sa.LargeBinary(), nullable=True))
    _spell()
    # After the rows: an index of all at once is made in a fraction of the time.
    op.create_index(
        "elder_spelling",
        "elder",
        ["spelling"],
        postgresql_using="gin",
        postgresql_ops={"spelling": "gin_trgm_ops"},
    )
    op.create_index("elder_id_number_end_hash", "elder", ["id_number_end_hash"])


def _spell() -> None:
    """Those who are there already; the ends of their numbers only keys can tell."""
    connection, last = op.get_bind(), None
    some = sa.text(
        "SELECT id, name FROM elder WHERE CAST(:last AS uuid) IS NULL OR id > :last"
        f" ORDER BY id LIMIT {_BATCH}"
    )
    # No change of an entry: its version stays.
    op.execute("ALTER TABLE elder DISABLE TRIGGER count_version")
    put = sa.text("UPDATE elder SET spelling = :spelling WHERE id = :id")
    while rows := connection.execute(some, {"last": last}).all():
        connection.execute(put, [{"id": key, "spelling": spelled(name)} for key, name in rows])
        last = rows[-1][0]
    op.execute("ALTER TABLE elder ENABLE TRIGGER count_version")


def downgrade() -> None:
    op.drop_index("elder_id_number_end_hash", table_name="elder")
    op.drop_index("elder_spelling", table_name="elder")
    op.drop_column("elder", "id_number_end_hash")
    op.drop_column("elder", "spelling")
    op.execute("DROP EXTENSION pg_trgm")
