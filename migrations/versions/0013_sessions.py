"""Login sessions, their refresh tokens, and who a person is at WeChat."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_ENDS = ("LOGOUT", "LOGOUT_EVERYWHERE", "ENDED_BY_PERSON", "PROVIDER_LOGOUT", "REUSED")


def _moment(name: str, *, nullable: bool = False, now: bool = False) -> sa.Column[object]:
    default = sa.text("now()") if now else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=nullable)


def upgrade() -> None:
    _sessions()
    _refresh_tokens()
    _wechat_identities()


def _sessions() -> None:
    why = sa.Enum(
        *_ENDS,
        name="login_session_ended_why_known",
        native_enum=False,
        create_constraint=True,
        length=40,
    )
    op.create_table(
        "login_session",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("device", sa.String(), nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        _moment("created_at", now=True),
        _moment("last_used_at", now=True),
        _moment("expires_at"),
        _moment("ended_at", nullable=True),
        sa.Column("ended_why", why, nullable=True),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_why IS NULL)",
            name=op.f("login_session_ended_with_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("login_session_person_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("login_session_account_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("login_session_pkey")),
    )
    op.create_index("login_session_person_id_id", "login_session", ["person_id", "id"])
    op.create_index("login_session_expires_at", "login_session", ["expires_at"])


def _refresh_tokens() -> None:
    op.create_table(
        "refresh_token",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        _moment("issued_at", now=True),
        _moment("expires_at"),
        _moment("used_at", nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"], ["login_session.id"], name=op.f("refresh_token_session_id_fkey")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("refresh_token_pkey")),
    )
    op.create_index(op.f("refresh_token_session_id"), "refresh_token", ["session_id"])
    op.create_index("refresh_token_expires_at", "refresh_token", ["expires_at"])


def _wechat_identities() -> None:
    op.create_table(
        "wechat_identity",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("app_id", sa.String(), nullable=False),
        sa.Column("openid_hash", sa.LargeBinary(), nullable=False),
        sa.Column("unionid_hash", sa.LargeBinary(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        _moment("bound_at", now=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("wechat_identity_person_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("wechat_identity_pkey")),
        sa.UniqueConstraint("app_id", "openid_hash", name="wechat_identity_openid_once"),
        sa.UniqueConstraint("app_id", "person_id", name="wechat_identity_person_once"),
    )
    op.create_index(op.f("wechat_identity_person_id"), "wechat_identity", ["person_id"])
    op.create_index(op.f("wechat_identity_unionid_hash"), "wechat_identity", ["unionid_hash"])


def downgrade() -> None:
    op.drop_table("wechat_identity")
    op.drop_table("refresh_token")
    op.drop_table("login_session")
