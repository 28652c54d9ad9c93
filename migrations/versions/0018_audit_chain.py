"""The audit trail is sealed, and the service may only add to it.

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_ROLE = """
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'yiyang_service') THEN
        BEGIN
            CREATE ROLE yiyang_service NOLOGIN;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;  -- another database of this cluster was faster
        END;
    END IF;
    IF NOT pg_has_role(current_user, 'yiyang_service', 'SET') THEN
        EXECUTE format('GRANT yiyang_service TO %I', current_user);
    END IF;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE insufficient_privilege USING MESSAGE = format(
        'Yiyang writes as the role yiyang_service, which %1$s may not create or become. Have a '
        'superuser run once: CREATE ROLE yiyang_service NOLOGIN; GRANT yiyang_service TO %1$I;',
        current_user);
END
$$
"""
"""A role belongs to the cluster: another database's migration may have made it."""

_GRANTS = (
    "GRANT USAGE ON SCHEMA public TO yiyang_service",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO yiyang_service",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO yiyang_service",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public"
    " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO yiyang_service",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO yiyang_service",
    # The trail only grows; so does the chain.
    "REVOKE UPDATE, DELETE ON audit_entry, audit_chain FROM yiyang_service",
)

_OUTCOME = sa.Enum(
    *("DONE", "DENIED"),
    name="audit_entry_outcome_known",
    native_enum=False,
    create_constraint=True,
    length=40,
)


def upgrade() -> None:
    op.add_column(
        "audit_entry", sa.Column("outcome", _OUTCOME, nullable=False, server_default="DONE")
    )
    op.alter_column("audit_entry", "outcome", server_default=None)
    op.create_table(
        "audit_unsealed",
        sa.Column("entry_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("audit_unsealed_pkey")),
    )
    op.create_table(
        "audit_chain",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("audit_chain_pkey")),
        sa.UniqueConstraint("entry_id", name=op.f("audit_chain_entry_id_once")),
    )
    op.execute("INSERT INTO audit_unsealed SELECT id FROM audit_entry")
    op.execute(_ROLE)
    for grant in _GRANTS:
        op.execute(grant)


def downgrade() -> None:
    # The role stays: other databases of the cluster may go by it.
    op.execute("DROP OWNED BY yiyang_service")
    op.drop_table("audit_chain")
    op.drop_table("audit_unsealed")
    op.drop_column("audit_entry", "outcome")
