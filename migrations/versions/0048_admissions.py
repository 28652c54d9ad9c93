"""Applications for a bed, and what was done with them."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_STATES = (
    *("DRAFT", "SUBMITTED", "ASSESSING", "WAITLISTED", "OFFERED", "OFFER_EXPIRED"),
    *("ACCEPTED", "ADMITTED", "DISCHARGED", "REJECTED", "WITHDRAWN"),
)
_ACTIONS = (
    *("CREATE", "SUBMIT", "ASSESS", "WAITLIST", "OFFER", "ACCEPT", "ADMIT", "DISCHARGE"),
    *("EXPIRE", "REJECT", "WITHDRAW"),
)
_KINDS = ("INSTITUTION", "HOME", "DAY")
_COUNTED = """
CREATE TRIGGER count_version BEFORE UPDATE ON admission_application
    FOR EACH ROW WHEN (OLD IS DISTINCT FROM NEW) EXECUTE FUNCTION count_version()
"""


def _choice(values: tuple[str, ...], check: str) -> sa.Enum:
    return sa.Enum(*values, name=check, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        "admission_application",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("elder_id", sa.Uuid(), nullable=False),
        sa.Column("station_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("kind", _choice(_KINDS, "admission_application_kind_known"), nullable=False),
        sa.Column("nursing", sa.Boolean(), nullable=True),
        sa.Column("wanted_from", sa.Date(), nullable=True),
        sa.Column("state", _choice(_STATES, "admission_application_state_known"), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("submitted_at", _MOMENT, nullable=True),
        sa.Column("stay_id", sa.Uuid(), nullable=True),
        sa.Column("reject_reason", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "state NOT IN ('OFFERED', 'ACCEPTED', 'ADMITTED', 'DISCHARGED') OR stay_id IS NOT NULL",
            name="admission_application_with_bed",
        ),
        sa.CheckConstraint(
            "state IN ('DRAFT', 'WITHDRAWN') OR submitted_at IS NOT NULL",
            name="admission_application_submitted_at",
        ),
        sa.CheckConstraint(
            "state <> 'REJECTED' OR reject_reason IS NOT NULL",
            name="admission_application_rejected_with_reason",
        ),
        *(
            sa.ForeignKeyConstraint([column], [target], name=f"admission_application_{column}_fkey")
            for column, target in (
                ("elder_id", "elder.id"),
                ("station_id", "station.id"),
                ("region_code", "region.code"),
                ("created_by", "account.id"),
                ("stay_id", "bed_stay.id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name="admission_application_pkey"),
    )
    _index()
    op.execute(_COUNTED)
    op.create_table(
        "admission_application_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("at", _MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "action", _choice(_ACTIONS, "admission_application_log_action_known"), nullable=False
        ),
        sa.Column(
            "state", _choice(_STATES, "admission_application_log_state_known"), nullable=False
        ),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["admission_application.id"],
            name="admission_application_log_application_id_fkey",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="admission_application_log_account_id_fkey"
        ),
        sa.PrimaryKeyConstraint("id", name="admission_application_log_pkey"),
    )
    op.create_index(
        "admission_application_log_application_id_id",
        "admission_application_log",
        ["application_id", "id"],
    )


def _index() -> None:
    table = "admission_application"
    for name, columns, unique, where in (
        (
            "open_once",
            ["elder_id", "station_id", "kind"],
            True,
            "state NOT IN ('DISCHARGED', 'REJECTED', 'WITHDRAWN')",
        ),
        ("accepted_once", ["elder_id"], True, "state = 'ACCEPTED'"),
        ("stay_once", ["stay_id"], True, "stay_id IS NOT NULL"),
        ("waiting", ["station_id", "kind"], False, "state = 'WAITLISTED'"),
    ):
        op.create_index(
            f"{table}_{name}", table, columns, unique=unique, postgresql_where=sa.text(where)
        )
    for column in ("elder_id", "region_code", "station_id"):
        op.create_index(f"{table}_{column}_id", table, [column, "id"])


def downgrade() -> None:
    op.drop_table("admission_application_log")
    op.drop_table("admission_application")
