"""Links between accounts and elders, what the elders consent to, and the history of that."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from domain.access import ConsentScope
from domain.accounts.models import Relation
from domain.family.lifecycle import ConsentBasis, ConsentChange, LinkState
from domain.tables import Table, choice, counter, keyed_hash, moment, primary_key, reference, sealed

WITHOUT_END = datetime.max  # noqa: DTZ901  # without a zone the driver takes it for infinity
"""PostgreSQL's infinity, as its driver has it: a consent that holds until it is withdrawn."""


class FamilyLink(Table, table=True):
    """An account that asks to look after an elder, or does.

    What the elder has consented to stands in the link itself, a column a scope: until when; null
    for not. So a predicate looks nowhere else. A guardian's link needs no consents.
    """

    __table_args__ = (
        Index(
            "family_link_one_open",
            "account_id",
            "elder_id",
            unique=True,
            postgresql_where=text("state IN ('REQUESTED', 'ACTIVE')"),
        ),
        CheckConstraint(
            "state = 'ACTIVE' OR num_nonnulls(alarms_until, vitals_until, location_until,"
            " meals_orders_until, health_record_until, finance_until) = 0",
            name="family_link_consents_active",
        ),
        CheckConstraint(
            "state <> 'ACTIVE' OR linked_at IS NOT NULL", name="family_link_active_since"
        ),
        CheckConstraint(
            "(state IN ('REFUSED', 'ENDED')) = (ended_at IS NOT NULL)", name="family_link_ended_at"
        ),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    account_id: UUID = Field(sa_column=reference("account.id", index=True))
    elder_id: UUID = Field(sa_column=reference("elder.id", index=True))
    relation: Relation = Field(sa_column=choice(Relation, "family_link_relation_known"))
    state: LinkState = Field(sa_column=choice(LinkState, "family_link_state_known"))
    requested_at: datetime = Field(default=None, sa_column=moment(default_now=True))
    linked_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    ended_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    alarms_until: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    vitals_until: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    location_until: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    meals_orders_until: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    health_record_until: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    finance_until: datetime | None = Field(default=None, sa_column=moment(nullable=True))


UNTIL: Mapping[ConsentScope, Any] = {
    ConsentScope.ALARMS: FamilyLink.alarms_until,
    ConsentScope.VITALS: FamilyLink.vitals_until,
    ConsentScope.LOCATION: FamilyLink.location_until,
    ConsentScope.MEALS_ORDERS: FamilyLink.meals_orders_until,
    ConsentScope.HEALTH_RECORD: FamilyLink.health_record_until,
    ConsentScope.FINANCE: FamilyLink.finance_until,
}
"""Until when a link has each consent."""


class ConsentPaper(Table, table=True):
    """The photo of a paper that an elder has signed."""

    id: UUID = Field(default=None, sa_column=primary_key())
    elder_id: UUID = Field(sa_column=reference("elder.id", index=True))
    photo_cipher: bytes = Field(sa_column=sealed(bound_to=("elder_id",)))
    photo_hash: bytes = Field(sa_column=keyed_hash())
    stored_at: datetime = Field(default=None, sa_column=moment(default_now=True))


class ConsentLog(Table, table=True):
    """Who granted or withdrew which consent, when and on whose word. Rows are only ever added."""

    __table_args__ = (
        Index("consent_log_link_id_id", "link_id", "id"),
        CheckConstraint("(change = 'GRANTED') = (until IS NOT NULL)", name="consent_log_until"),
        CheckConstraint(
            "(basis = 'SIGNED_PAPER') = (paper_id IS NOT NULL)", name="consent_log_with_paper"
        ),
    )

    id: int = Field(default=None, sa_column=counter())
    link_id: UUID = Field(sa_column=reference("family_link.id"))
    at: datetime = Field(default=None, sa_column=moment(default_now=True))
    scope: ConsentScope = Field(sa_column=choice(ConsentScope, "consent_log_scope_known"))
    change: ConsentChange = Field(sa_column=choice(ConsentChange, "consent_log_change_known"))
    until: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    account_id: UUID = Field(sa_column=reference("account.id"))
    basis: ConsentBasis = Field(sa_column=choice(ConsentBasis, "consent_log_basis_known"))
    paper_id: UUID | None = Field(
        default=None, sa_column=reference("consent_paper.id", nullable=True)
    )
