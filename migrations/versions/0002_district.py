"""Stations, beds and stays, volunteers and visits, canteens and orders, assistance cases."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Exclusion constraints over a UUID and a range; a trusted extension, no superuser is needed.
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.create_table(
        "canteen",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("longitude", sa.Float(), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=False),
        sa.Column("delivers", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("canteen_region_code_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("canteen_pkey")),
    )
    op.create_index(op.f("canteen_region_code"), "canteen", ["region_code"], unique=False)
    op.create_table(
        "station",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "NURSING_HOME",
                "STREET_CENTRE",
                "COMMUNITY_STATION",
                name="station_kind_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("longitude", sa.Float(), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("station_region_code_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("station_pkey")),
    )
    op.create_index(op.f("station_region_code"), "station", ["region_code"], unique=False)
    op.create_table(
        "bed",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("station_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "INSTITUTION",
                "HOME",
                "DAY",
                name="bed_kind_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("nursing", sa.Boolean(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name=op.f("bed_station_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("bed_pkey")),
    )
    op.create_index("bed_label_once", "bed", ["station_id", "label"], unique=True)
    op.create_table(
        "menu_item",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("canteen_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "meal",
            sa.Enum(
                "BREAKFAST",
                "LUNCH",
                "DINNER",
                name="menu_item_meal_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("price", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.CheckConstraint("price > 0", name=op.f("menu_item_price_positive")),
        sa.ForeignKeyConstraint(
            ["canteen_id"], ["canteen.id"], name=op.f("menu_item_canteen_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("menu_item_pkey")),
    )
    op.create_index(
        "menu_item_dish_once", "menu_item", ["canteen_id", "day", "meal", "name"], unique=True
    )
    op.create_table(
        "assistance_case",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("elder_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "MINIMUM_LIVING",
                "EXTREME_HARDSHIP",
                name="assistance_case_kind_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "DRAFT",
                "SUBMITTED",
                "NEEDS_SUPPLEMENT",
                "ACCEPTED",
                "INVESTIGATING",
                "PUBLICIZED",
                "OBJECTED",
                "COUNTY_REVIEW",
                "APPROVED",
                "REJECTED",
                "ACTIVE",
                "REVIEW",
                "TAPERING",
                "SUSPENDED",
                "CLOSED",
                "TERMINATED",
                "WITHDRAWN",
                "ADVANCED",
                "BACKFILL",
                name="assistance_case_state_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("submitted_by", sa.Uuid(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("advisor_id", sa.Uuid(), nullable=True),
        sa.Column("accepted_by", sa.Uuid(), nullable=True),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("rejected_by", sa.Uuid(), nullable=True),
        sa.Column("reject_reason", sa.String(), nullable=True),
        sa.Column("policy_pack", sa.String(), nullable=True),
        sa.Column("clock_working_days", sa.Integer(), nullable=True),
        sa.Column("clock_source", sa.String(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_provisional", sa.Boolean(), nullable=True),
        sa.CheckConstraint(
            "state <> 'REJECTED' OR num_nulls(rejected_by, reject_reason) = 0",
            name=op.f("assistance_case_rejected_with_reason"),
        ),
        sa.CheckConstraint(
            "accepted_by <> submitted_by", name=op.f("assistance_case_acceptor_differs")
        ),
        sa.CheckConstraint(
            "num_nulls(accepted_by, accepted_on, policy_pack, clock_working_days, clock_source,"
            " due_on, due_provisional) IN (0, 7)",
            name=op.f("assistance_case_clock_whole"),
        ),
        sa.CheckConstraint(
            "accepted_on IS NOT NULL OR state IN"
            " ('DRAFT', 'SUBMITTED', 'NEEDS_SUPPLEMENT', 'REJECTED', 'WITHDRAWN')",
            name=op.f("assistance_case_accepted_with_clock"),
        ),
        sa.CheckConstraint(
            "rejected_by <> submitted_by", name=op.f("assistance_case_rejector_differs")
        ),
        sa.ForeignKeyConstraint(
            ["accepted_by"], ["account.id"], name=op.f("assistance_case_accepted_by_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["advisor_id"], ["account.id"], name=op.f("assistance_case_advisor_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["elder_id"], ["elder.id"], name=op.f("assistance_case_elder_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("assistance_case_region_code_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["rejected_by"], ["account.id"], name=op.f("assistance_case_rejected_by_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["submitted_by"], ["account.id"], name=op.f("assistance_case_submitted_by_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("assistance_case_pkey")),
    )
    op.create_index(
        "assistance_case_advisor_id_id", "assistance_case", ["advisor_id", "id"], unique=False
    )
    op.create_index(
        "assistance_case_elder_id_id", "assistance_case", ["elder_id", "id"], unique=False
    )
    op.create_index(
        "assistance_case_open_once",
        "assistance_case",
        ["elder_id", "kind"],
        unique=True,
        postgresql_where=sa.text("state NOT IN ('REJECTED', 'CLOSED', 'TERMINATED', 'WITHDRAWN')"),
    )
    op.create_index(
        "assistance_case_region_code_id", "assistance_case", ["region_code", "id"], unique=False
    )
    op.create_index(
        "assistance_case_submitted_by_id", "assistance_case", ["submitted_by", "id"], unique=False
    )
    op.create_table(
        "bed_stay",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("bed_id", sa.Uuid(), nullable=False),
        sa.Column("elder_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "HELD",
                "RESERVED",
                "OCCUPIED",
                "ON_LEAVE",
                "CLEANING",
                "CLOSED",
                name="bed_stay_state_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("full_time", sa.Boolean(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("admitted_by", sa.Uuid(), nullable=True),
        sa.Column("admitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("bed_id"), "="),
            (sa.text("daterange(starts_on, ends_on)"), "&&"),
            using="gist",
            name="bed_stay_bed_once",
        ),
        postgresql.ExcludeConstraint(
            (sa.column("elder_id"), "="),
            (sa.text("daterange(starts_on, ends_on)"), "&&"),
            where=sa.text("full_time"),
            using="gist",
            name="bed_stay_elder_once",
        ),
        sa.CheckConstraint(
            "state NOT IN ('CLEANING', 'CLOSED') OR ends_on IS NOT NULL",
            name=op.f("bed_stay_ended_with_day"),
        ),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("bed_stay_period_forward")),
        sa.ForeignKeyConstraint(
            ["admitted_by"], ["account.id"], name=op.f("bed_stay_admitted_by_fkey")
        ),
        sa.ForeignKeyConstraint(["bed_id"], ["bed.id"], name=op.f("bed_stay_bed_id_fkey")),
        sa.ForeignKeyConstraint(["elder_id"], ["elder.id"], name=op.f("bed_stay_elder_id_fkey")),
        sa.ForeignKeyConstraint(["ended_by"], ["account.id"], name=op.f("bed_stay_ended_by_fkey")),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("bed_stay_region_code_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("bed_stay_pkey")),
    )
    op.create_index("bed_stay_bed_id_id", "bed_stay", ["bed_id", "id"], unique=False)
    op.create_index("bed_stay_elder_id_id", "bed_stay", ["elder_id", "id"], unique=False)
    op.create_index("bed_stay_region_code_id", "bed_stay", ["region_code", "id"], unique=False)
    op.create_table(
        "meal_order",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("elder_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("canteen_id", sa.Uuid(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "meal",
            sa.Enum(
                "BREAKFAST",
                "LUNCH",
                "DINNER",
                name="meal_order_meal_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("delivery", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "PLACED",
                "LOCKED",
                "COOKED",
                "SERVED",
                "OUT",
                "DELIVERED",
                "FAILED",
                "SETTLED",
                "CANCELLED",
                name="meal_order_state_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("price", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("subsidy", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("own_share", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("scheme", sa.String(), nullable=False),
        sa.Column(
            "subsidy_reason",
            sa.Enum(
                "HARDSHIP",
                "DELIVERY",
                "AGED_80",
                "AGED_60",
                "BELOW_MINIMUM",
                "USED_TODAY",
                "NOT_ENTITLED",
                name="meal_order_subsidy_reason_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("quote_id", sa.Uuid(), nullable=False),
        sa.Column("placed_by", sa.Uuid(), nullable=False),
        sa.Column(
            "placed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("cancelled_by", sa.Uuid(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("price = subsidy + own_share", name=op.f("meal_order_price_adds_up")),
        sa.CheckConstraint(
            "subsidy >= 0 AND own_share >= 0", name=op.f("meal_order_shares_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["cancelled_by"], ["account.id"], name=op.f("meal_order_cancelled_by_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["canteen_id"], ["canteen.id"], name=op.f("meal_order_canteen_id_fkey")
        ),
        sa.ForeignKeyConstraint(["elder_id"], ["elder.id"], name=op.f("meal_order_elder_id_fkey")),
        sa.ForeignKeyConstraint(
            ["placed_by"], ["account.id"], name=op.f("meal_order_placed_by_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("meal_order_region_code_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("meal_order_pkey")),
    )
    op.create_index("meal_order_canteen_id_id", "meal_order", ["canteen_id", "id"], unique=False)
    op.create_index("meal_order_elder_id_id", "meal_order", ["elder_id", "id"], unique=False)
    op.create_index("meal_order_quote_once", "meal_order", ["quote_id"], unique=True)
    op.create_index("meal_order_region_code_id", "meal_order", ["region_code", "id"], unique=False)
    op.create_index("meal_order_day_id", "meal_order", ["day", "id"], unique=False)
    op.create_index(
        "meal_order_subsidy_once",
        "meal_order",
        ["elder_id", "day", "scheme"],
        unique=True,
        postgresql_where=sa.text("subsidy > 0 AND state <> 'CANCELLED'"),
    )
    op.create_table(
        "volunteer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("registered_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["account.id"], name=op.f("volunteer_id_fkey")),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("volunteer_region_code_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("volunteer_pkey")),
    )
    op.create_index("volunteer_region_code_id", "volunteer", ["region_code", "id"], unique=False)
    op.create_table(
        "assistance_case_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column(
            "action",
            sa.Enum(
                "SUBMIT",
                "ASK_SUPPLEMENT",
                "SUPPLEMENT",
                "WITHDRAW",
                "ACCEPT",
                "REJECT",
                "INVESTIGATE",
                "PUBLICIZE",
                "OBJECT",
                "PASS_TO_COUNTY",
                "APPROVE",
                "ACTIVATE",
                "REVIEW",
                "CONTINUE",
                "TAPER",
                "SUSPEND",
                "RESUME",
                "TERMINATE",
                "CLOSE",
                "ADVANCE",
                "BACKFILL",
                name="assistance_case_log_action_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "DRAFT",
                "SUBMITTED",
                "NEEDS_SUPPLEMENT",
                "ACCEPTED",
                "INVESTIGATING",
                "PUBLICIZED",
                "OBJECTED",
                "COUNTY_REVIEW",
                "APPROVED",
                "REJECTED",
                "ACTIVE",
                "REVIEW",
                "TAPERING",
                "SUSPENDED",
                "CLOSED",
                "TERMINATED",
                "WITHDRAWN",
                "ADVANCED",
                "BACKFILL",
                name="assistance_case_log_state_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("assistance_case_log_account_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["assistance_case.id"], name=op.f("assistance_case_log_case_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("assistance_case_log_pkey")),
    )
    op.create_index(
        "assistance_case_log_case_id_id", "assistance_case_log", ["case_id", "id"], unique=False
    )
    op.create_table(
        "meal_order_item",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("menu_item_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("unit_price", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("meal_order_item_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["menu_item_id"], ["menu_item.id"], name=op.f("meal_order_item_menu_item_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["meal_order.id"], name=op.f("meal_order_item_order_id_fkey")
        ),
        sa.PrimaryKeyConstraint("order_id", "menu_item_id", name=op.f("meal_order_item_pkey")),
    )
    op.create_table(
        "visit_task",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("elder_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "HOME",
                "PHONE",
                "VIDEO",
                name="visit_task_kind_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "OPEN",
                "CLAIMED",
                "CHECKED_IN",
                "DONE",
                "VERIFIED",
                "REJECTED",
                "REFUSED",
                "NO_SHOW",
                name="visit_task_state_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("scheduled_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("scheduled_to", sa.DateTime(timezone=True), nullable=False),
        sa.Column("longitude", sa.Float(), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=False),
        sa.Column("claimed_by", sa.Uuid(), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("check_in_longitude", sa.Float(), nullable=True),
        sa.Column("check_in_latitude", sa.Float(), nullable=True),
        sa.Column("check_in_accuracy_m", sa.Float(), nullable=True),
        sa.Column("check_in_far", sa.Boolean(), nullable=True),
        sa.Column("checked_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_by", sa.Uuid(), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("claimed_by"), "="),
            (sa.text("tstzrange(scheduled_from, scheduled_to)"), "&&"),
            where=sa.text("claimed_by IS NOT NULL AND state NOT IN ('REJECTED', 'NO_SHOW')"),
            using="gist",
            name="visit_task_volunteer_once",
        ),
        sa.CheckConstraint(
            "(state = 'OPEN') = (claimed_by IS NULL)", name=op.f("visit_task_claimed")
        ),
        sa.CheckConstraint("scheduled_to > scheduled_from", name=op.f("visit_task_time_forward")),
        sa.CheckConstraint("verified_by <> claimed_by", name=op.f("visit_task_verifier_differs")),
        sa.ForeignKeyConstraint(
            ["claimed_by"], ["volunteer.id"], name=op.f("visit_task_claimed_by_fkey")
        ),
        sa.ForeignKeyConstraint(["elder_id"], ["elder.id"], name=op.f("visit_task_elder_id_fkey")),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("visit_task_region_code_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["verified_by"], ["account.id"], name=op.f("visit_task_verified_by_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("visit_task_pkey")),
    )
    op.create_index(
        "visit_task_claimed_by_scheduled_from_id",
        "visit_task",
        ["claimed_by", "scheduled_from", "id"],
        unique=False,
    )
    op.create_index(
        "visit_task_elder_id_scheduled_from_id",
        "visit_task",
        ["elder_id", "scheduled_from", "id"],
        unique=False,
    )
    op.create_index(
        "visit_task_latitude_longitude", "visit_task", ["latitude", "longitude"], unique=False
    )
    op.create_index(
        "visit_task_open",
        "visit_task",
        ["region_code"],
        unique=False,
        postgresql_where=sa.text("state = 'OPEN'"),
    )
    op.create_index(
        "visit_task_region_code_scheduled_from_id",
        "visit_task",
        ["region_code", "scheduled_from", "id"],
        unique=False,
    )
    op.create_index(
        "visit_task_state_scheduled_from_id",
        "visit_task",
        ["state", "scheduled_from", "id"],
        unique=False,
    )
    op.create_index(
        "visit_task_scheduled_from_id", "visit_task", ["scheduled_from", "id"], unique=False
    )
    op.create_table(
        "visit_task_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column(
            "action",
            sa.Enum(
                "CLAIM",
                "RELEASE",
                "CHECK_IN",
                "CHECK_OUT",
                "VERIFY",
                "REJECT",
                "REFUSE",
                "MISS",
                name="visit_task_log_action_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("visit_task_log_account_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["visit_task.id"], name=op.f("visit_task_log_task_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("visit_task_log_pkey")),
    )
    op.create_index("visit_task_log_task_id_id", "visit_task_log", ["task_id", "id"], unique=False)
    op.add_column("account", sa.Column("station_id", sa.Uuid(), nullable=True))
    op.add_column("account", sa.Column("canteen_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("account_station_id_fkey"), "account", "station", ["station_id"], ["id"]
    )
    op.create_foreign_key(
        op.f("account_canteen_id_fkey"), "account", "canteen", ["canteen_id"], ["id"]
    )


def downgrade() -> None:
    op.drop_constraint(op.f("account_canteen_id_fkey"), "account", type_="foreignkey")
    op.drop_constraint(op.f("account_station_id_fkey"), "account", type_="foreignkey")
    op.drop_column("account", "canteen_id")
    op.drop_column("account", "station_id")
    op.drop_index("visit_task_log_task_id_id", table_name="visit_task_log")
    op.drop_table("visit_task_log")
    op.drop_index("visit_task_scheduled_from_id", table_name="visit_task")
    op.drop_index("visit_task_state_scheduled_from_id", table_name="visit_task")
    op.drop_index("visit_task_region_code_scheduled_from_id", table_name="visit_task")
    op.drop_index(
        "visit_task_open", table_name="visit_task", postgresql_where=sa.text("state = 'OPEN'")
    )
    op.drop_index("visit_task_latitude_longitude", table_name="visit_task")
    op.drop_index("visit_task_elder_id_scheduled_from_id", table_name="visit_task")
    op.drop_index("visit_task_claimed_by_scheduled_from_id", table_name="visit_task")
    op.drop_table("visit_task")
    op.drop_table("meal_order_item")
    op.drop_index("assistance_case_log_case_id_id", table_name="assistance_case_log")
    op.drop_table("assistance_case_log")
    op.drop_index("volunteer_region_code_id", table_name="volunteer")
    op.drop_table("volunteer")
    op.drop_index(
        "meal_order_subsidy_once",
        table_name="meal_order",
        postgresql_where=sa.text("subsidy > 0 AND state <> 'CANCELLED'"),
    )
    op.drop_index("meal_order_day_id", table_name="meal_order")
    op.drop_index("meal_order_region_code_id", table_name="meal_order")
    op.drop_index("meal_order_quote_once", table_name="meal_order")
    op.drop_index("meal_order_elder_id_id", table_name="meal_order")
    op.drop_index("meal_order_canteen_id_id", table_name="meal_order")
    op.drop_table("meal_order")
    op.drop_index("bed_stay_region_code_id", table_name="bed_stay")
    op.drop_index("bed_stay_elder_id_id", table_name="bed_stay")
    op.drop_index("bed_stay_bed_id_id", table_name="bed_stay")
    op.drop_table("bed_stay")
    op.drop_index("assistance_case_submitted_by_id", table_name="assistance_case")
    op.drop_index("assistance_case_region_code_id", table_name="assistance_case")
    op.drop_index(
        "assistance_case_open_once",
        table_name="assistance_case",
        postgresql_where=sa.text("state NOT IN ('REJECTED', 'CLOSED', 'TERMINATED', 'WITHDRAWN')"),
    )
    op.drop_index("assistance_case_elder_id_id", table_name="assistance_case")
    op.drop_index("assistance_case_advisor_id_id", table_name="assistance_case")
    op.drop_table("assistance_case")
    op.drop_index("menu_item_dish_once", table_name="menu_item")
    op.drop_table("menu_item")
    op.drop_index("bed_label_once", table_name="bed")
    op.drop_table("bed")
    op.drop_index(op.f("station_region_code"), table_name="station")
    op.drop_table("station")
    op.drop_index(op.f("canteen_region_code"), table_name="canteen")
    op.drop_table("canteen")
    # btree_gist stays: it may have been there before, and others may use it.
