"""The double-entry ledger: minutes of the time bank, happiness points, money."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

_EXACT = "coalesce(scale(amount), -1) = CASE currency WHEN 'CNY' THEN 2 ELSE 0 END"
_BOOK = ("region_code", "currency")

_POST = """
CREATE FUNCTION ledger_post() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Takes the lock of the account's row, and its CHECK is what refuses an overdraft.
    UPDATE ledger_account SET balance = balance + NEW.amount, postings = postings + 1
    WHERE id = NEW.account_id
    RETURNING balance, postings INTO NEW.balance_after, NEW.number;
    RETURN NEW;
END $$
"""

_SET_ASIDE = """
CREATE FUNCTION ledger_set_aside() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'HELD' THEN
            RAISE EXCEPTION 'A hold begins as HELD';
        END IF;
        UPDATE ledger_account SET held = held + NEW.amount WHERE id = NEW.account_id;
        RETURN NEW;
    END IF;
    IF (OLD.id, OLD.account_id, OLD.region_code, OLD.currency, OLD.amount)
        IS DISTINCT FROM (NEW.id, NEW.account_id, NEW.region_code, NEW.currency, NEW.amount)
        OR (OLD.state <> 'HELD' AND OLD.state <> NEW.state)
    THEN
        RAISE EXCEPTION 'What is set aside is ended once, and not changed';
    END IF;
    IF OLD.state <> NEW.state THEN
        UPDATE ledger_account SET held = held - NEW.amount WHERE id = NEW.account_id;
    END IF;
    RETURN NEW;
END $$
"""

_KEEP_ACCOUNT = """
CREATE FUNCTION ledger_keep_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.balance := 0;
        NEW.held := 0;
        NEW.postings := 0;
    -- Postings and holds change it, from triggers of their own; nobody else does.
    ELSIF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'An account changes by postings and holds alone';
    END IF;
    RETURN NEW;
END $$
"""

_ONLY_ADD = """
CREATE FUNCTION ledger_only_add() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'ledger_transfer' THEN
        -- An erasure takes the reason away, and nothing else.
        IF NEW.reason IS NULL THEN
            NEW.reason := OLD.reason;
            IF NEW IS NOT DISTINCT FROM OLD THEN
                NEW.reason := NULL;
                RETURN NEW;
            END IF;
        END IF;
    END IF;
    RAISE EXCEPTION 'What was posted stays: %', TG_TABLE_NAME;
END $$
"""

_BALANCED = """
CREATE FUNCTION ledger_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wanted uuid;
    moved ledger_transfer;
    wrong text;
BEGIN
    IF TG_TABLE_NAME = 'ledger_transfer' THEN
        wanted := NEW.id;
    ELSE
        wanted := NEW.transfer_id;
    END IF;
    SELECT * INTO moved FROM ledger_transfer WHERE id = wanted;
    IF (
        SELECT (sum(amount), sum(amount) FILTER (WHERE amount > 0))
            IS DISTINCT FROM (0::numeric, moved.amount)
        FROM ledger_posting WHERE transfer_id = moved.id
    ) THEN
        wrong := 'A transfer sums to zero';
    -- Whatever is added to it later is refused by its amount.
    ELSIF TG_TABLE_NAME = 'ledger_transfer' THEN
        wrong := ledger_wrong_with(moved);
    END IF;
    IF wrong IS NOT NULL THEN
        RAISE check_violation USING MESSAGE = wrong, CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$
"""

_WRONG_WITH = """
CREATE FUNCTION ledger_wrong_with(moved ledger_transfer) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    IF moved.kind = 'VISIT_CREDIT' AND NOT EXISTS (
        SELECT FROM visit_task WHERE id = moved.visit_task_id AND state = 'VERIFIED')
    THEN
        RETURN 'No hour without a verified visit';
    ELSIF moved.kind = 'VISIT_CREDIT' AND EXISTS (
        SELECT FROM ledger_posting AS posting
        JOIN ledger_account AS account ON account.id = posting.account_id
        JOIN ledger_posting AS given ON given.account_id = account.id
        JOIN ledger_transfer AS credit ON credit.id = given.transfer_id
        WHERE posting.transfer_id = moved.id AND account.holder = 'VOLUNTEER'
            AND credit.kind = 'VISIT_CREDIT' AND NOT EXISTS (
                SELECT FROM ledger_transfer AS back WHERE back.reverses_id = credit.id)
        GROUP BY account.id
        HAVING sum(given.amount) > 36000
            OR sum(given.amount) FILTER (WHERE credit.credited_on = moved.credited_on) > 120)
    THEN
        RETURN 'At most 120 minutes a day, and 36,000 in all';
    ELSIF moved.kind <> 'VISIT_CREDIT' AND moved.currency = 'MINUTES' AND EXISTS (
        SELECT FROM ledger_posting JOIN ledger_account AS account ON account.id = account_id
        WHERE transfer_id = moved.id AND amount < 0 AND holder = 'ISSUED')
    THEN
        RETURN 'No hour without a visit';
    ELSIF moved.kind = 'REDEMPTION' AND NOT EXISTS (
        SELECT FROM ledger_hold AS hold JOIN ledger_posting AS posting
            ON posting.account_id = hold.account_id AND posting.amount = -hold.amount
        WHERE hold.id = moved.hold_id AND hold.state = 'REDEEMED'
            AND posting.transfer_id = moved.id)
    THEN
        RETURN 'What was set aside is what is spent';
    ELSIF moved.kind = 'REVERSAL' AND EXISTS (
        SELECT account_id, amount FROM ledger_posting WHERE transfer_id = moved.id
        EXCEPT SELECT posting.account_id, -posting.amount
        FROM ledger_posting AS posting JOIN ledger_transfer AS done ON done.id = posting.transfer_id
        WHERE done.id = moved.reverses_id AND done.kind <> 'REVERSAL'
            AND done.amount = moved.amount)
    THEN
        RETURN 'A reversal is the opposite of a transfer that is none itself';
    END IF;
    RETURN NULL;
END $$
"""

_TRIGGERS = (
    "CREATE TRIGGER ledger_post BEFORE INSERT ON ledger_posting"
    " FOR EACH ROW EXECUTE FUNCTION ledger_post()",
    "CREATE TRIGGER ledger_only_add BEFORE UPDATE OR DELETE ON ledger_posting"
    " FOR EACH ROW EXECUTE FUNCTION ledger_only_add()",
    "CREATE TRIGGER ledger_only_add BEFORE UPDATE OR DELETE ON ledger_transfer"
    " FOR EACH ROW EXECUTE FUNCTION ledger_only_add()",
    "CREATE TRIGGER ledger_keep_account BEFORE INSERT OR UPDATE ON ledger_account"
    " FOR EACH ROW EXECUTE FUNCTION ledger_keep_account()",
    "CREATE TRIGGER ledger_only_add BEFORE DELETE ON ledger_account"
    " FOR EACH ROW EXECUTE FUNCTION ledger_only_add()",
    "CREATE TRIGGER ledger_set_aside BEFORE INSERT OR UPDATE ON ledger_hold"
    " FOR EACH ROW EXECUTE FUNCTION ledger_set_aside()",
    "CREATE TRIGGER ledger_only_add BEFORE DELETE ON ledger_hold"
    " FOR EACH ROW EXECUTE FUNCTION ledger_only_add()",
    "CREATE CONSTRAINT TRIGGER ledger_transfer_balanced AFTER INSERT ON ledger_transfer"
    " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_balanced()",
    "CREATE CONSTRAINT TRIGGER ledger_posting_balanced AFTER INSERT ON ledger_posting"
    " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_balanced()",
)


def upgrade() -> None:
    _make_accounts()
    _make_holds()
    _make_transfers()
    _make_postings()
    for function in (_POST, _SET_ASIDE, _KEEP_ACCOUNT, _ONLY_ADD, _WRONG_WITH, _BALANCED):
        op.execute(function)
    for trigger in _TRIGGERS:
        op.execute(trigger)


def _key() -> sa.Column[object]:
    return sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False)


def _region() -> sa.Column[str]:
    return sa.Column("region_code", sa.Text(collation="C"), nullable=False)


def _choice(name: str, check: str, *values: str) -> sa.Column[str]:
    kind = sa.Enum(*values, name=check, native_enum=False, create_constraint=True, length=40)
    return sa.Column(name, kind, nullable=False)


def _currency(table: str) -> sa.Column[str]:
    return _choice("currency", f"{table}_currency_known", "MINUTES", "POINTS", "CNY")


def _moment(name: str, *, now: bool) -> sa.Column[object]:
    return sa.Column(
        name,
        sa.DateTime(timezone=True),
        server_default=sa.text("now()") if now else None,
        nullable=not now,
    )


def _points_to(table: str, column: str, target: str, key: str = "id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.{key}"], name=f"{table}_{column}_fkey")


def _of_book(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column, *_BOOK],
        [f"{target}.id", *(f"{target}.{name}" for name in _BOOK)],
        name=f"{table}_{column}_fkey",
    )


def _make_accounts() -> None:
    table = "ledger_account"
    op.create_table(
        table,
        _key(),
        _region(),
        _currency(table),
        _choice(
            "holder",
            "ledger_account_holder_known",
            *("VOLUNTEER", "ELDER", "ISSUED", "REDEEMED", "DONATED"),
        ),
        sa.Column("volunteer_id", sa.Uuid(), nullable=True),
        sa.Column("elder_id", sa.Uuid(), nullable=True),
        sa.Column("balance", sa.Numeric(), server_default=sa.text("0"), nullable=False),
        sa.Column("held", sa.Numeric(), server_default=sa.text("0"), nullable=False),
        sa.Column("postings", sa.Integer(), server_default="0", nullable=False),
        _moment("opened_at", now=True),
        sa.CheckConstraint(
            "(holder = 'VOLUNTEER') = (volunteer_id IS NOT NULL)"
            " AND (holder = 'ELDER') = (elder_id IS NOT NULL)",
            name="ledger_account_of_one",
        ),
        sa.CheckConstraint(
            "held >= 0 AND (holder = 'ISSUED' OR balance >= held)",
            name="ledger_account_not_overdrawn",
        ),
        _points_to(table, "region_code", "region", "code"),
        _points_to(table, "volunteer_id", "volunteer"),
        _points_to(table, "elder_id", "elder"),
        sa.PrimaryKeyConstraint("id", name="ledger_account_pkey"),
        sa.UniqueConstraint("id", *_BOOK, name="ledger_account_of_book"),
    )
    op.create_index(
        "ledger_account_once",
        table,
        [*_BOOK, "holder", "volunteer_id", "elder_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_index("ledger_account_region_code_id", table, ["region_code", "id"])
    op.create_index("ledger_account_volunteer_id", table, ["volunteer_id"])
    op.create_index("ledger_account_elder_id", table, ["elder_id"])


def _make_holds() -> None:
    table = "ledger_hold"
    op.create_table(
        table,
        _key(),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        _region(),
        _currency(table),
        sa.Column("amount", sa.Numeric(), nullable=False),
        _choice("state", "ledger_hold_state_known", "HELD", "REDEEMED", "RELEASED"),
        sa.Column("elder_id", sa.Uuid(), nullable=True),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        _moment("made_at", now=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        _moment("ended_at", now=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.CheckConstraint(f"amount > 0 AND {_EXACT}", name="ledger_hold_amount_exact"),
        sa.CheckConstraint(
            "(state = 'HELD') = (ended_at IS NULL) AND (ended_at IS NULL) = (ended_by IS NULL)",
            name="ledger_hold_ended_by_somebody",
        ),
        _of_book(table, "account_id", "ledger_account"),
        _points_to(table, "region_code", "region", "code"),
        _points_to(table, "elder_id", "elder"),
        _points_to(table, "made_by", "account"),
        _points_to(table, "ended_by", "account"),
        sa.PrimaryKeyConstraint("id", name="ledger_hold_pkey"),
    )
    op.create_index("ledger_hold_account_id_id", table, ["account_id", "id"])
    op.create_index("ledger_hold_elder_id", table, ["elder_id"])
    op.create_index("ledger_hold_region_code_state_id", table, ["region_code", "state", "id"])


def _make_transfers() -> None:
    table = "ledger_transfer"
    op.create_table(
        table,
        _key(),
        _region(),
        _currency(table),
        _choice(
            "kind",
            "ledger_transfer_kind_known",
            *("VISIT_CREDIT", "REDEMPTION", "DONATION"),
            *("POINTS_GRANT", "POINTS_REDEMPTION", "REVERSAL"),
        ),
        sa.Column("amount", sa.Numeric(), nullable=False),
        _moment("at", now=True),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("visit_task_id", sa.Uuid(), nullable=True),
        sa.Column("credited_on", sa.Date(), nullable=True),
        sa.Column("hold_id", sa.Uuid(), nullable=True),
        sa.Column("reverses_id", sa.Uuid(), nullable=True),
        sa.Column("elder_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'VISIT_CREDIT') = (visit_task_id IS NOT NULL)"
            " AND (kind = 'VISIT_CREDIT') = (credited_on IS NOT NULL)"
            " AND (kind = 'REDEMPTION') = (hold_id IS NOT NULL)"
            " AND (kind = 'REVERSAL') = (reverses_id IS NOT NULL)",
            name="ledger_transfer_kind_whole",
        ),
        sa.CheckConstraint(f"amount > 0 AND {_EXACT}", name="ledger_transfer_amount_exact"),
        _points_to(table, "region_code", "region", "code"),
        _points_to(table, "made_by", "account"),
        _points_to(table, "visit_task_id", "visit_task"),
        _points_to(table, "hold_id", "ledger_hold"),
        _points_to(table, "reverses_id", "ledger_transfer"),
        _points_to(table, "elder_id", "elder"),
        sa.PrimaryKeyConstraint("id", name="ledger_transfer_pkey"),
        sa.UniqueConstraint("id", *_BOOK, name="ledger_transfer_of_book"),
    )
    op.create_index("ledger_transfer_visit_once", table, ["visit_task_id"], unique=True)
    op.create_index("ledger_transfer_hold_once", table, ["hold_id"], unique=True)
    op.create_index("ledger_transfer_reversed_once", table, ["reverses_id"], unique=True)
    op.create_index("ledger_transfer_elder_id", table, ["elder_id"])


def _make_postings() -> None:
    table = "ledger_posting"
    op.create_table(
        table,
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("transfer_id", sa.Uuid(), nullable=False),
        _region(),
        _currency(table),
        sa.Column("amount", sa.Numeric(), nullable=False),
        sa.Column("balance_after", sa.Numeric(), nullable=False),
        sa.CheckConstraint(f"amount <> 0 AND {_EXACT}", name="ledger_posting_amount_exact"),
        _of_book(table, "account_id", "ledger_account"),
        _of_book(table, "transfer_id", "ledger_transfer"),
        _points_to(table, "region_code", "region", "code"),
        sa.PrimaryKeyConstraint("account_id", "number", name="ledger_posting_pkey"),
    )
    op.create_index("ledger_posting_once", table, ["transfer_id", "account_id"], unique=True)


def downgrade() -> None:
    for table in ("ledger_posting", "ledger_transfer", "ledger_hold", "ledger_account"):
        if table == "ledger_transfer":
            # It takes a row of this table.
            op.execute("DROP FUNCTION ledger_wrong_with")
        op.drop_table(table)
    for function in ("balanced", "only_add", "keep_account", "set_aside", "post"):
        op.execute(f"DROP FUNCTION ledger_{function}")
