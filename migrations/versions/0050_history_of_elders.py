"""Who changed what of an elder's entry, and how often it was written."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

_FIELDS = (
    "'NAME', 'GENDER', 'BIRTH_DATE', 'ID_NUMBER', 'REGION', 'ADDRESS', 'PHONE', 'CONTACT',"
    " 'HOUSEHOLD'"
)

_COUNTED = """
CREATE TRIGGER count_version BEFORE UPDATE ON elder
    FOR EACH ROW WHEN (OLD IS DISTINCT FROM NEW) EXECUTE FUNCTION count_version()
"""


def upgrade() -> None:
    op.add_column(
        "elder", sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False)
    )
    op.execute(_COUNTED)
    op.create_table(
        "elder_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("elder_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=True),
        sa.Column("before", sa.String(), nullable=True),
        sa.Column("after", sa.String(), nullable=True),
        sa.Column("before_cipher", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(f"field IN ({_FIELDS})", name="elder_log_field_known"),
        sa.ForeignKeyConstraint(["elder_id"], ["elder.id"], name="elder_log_elder_id_fkey"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="elder_log_account_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="elder_log_pkey"),
    )
    op.create_index("elder_log_elder_id_id", "elder_log", ["elder_id", "id"])


def downgrade() -> None:
    op.drop_table("elder_log")
    op.execute("DROP TRIGGER count_version ON elder")
    op.drop_column("elder", "version")
