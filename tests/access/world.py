"""Every row of the tables that decide who sees what, in memory."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from domain.access import Actor, ConsentScope
from domain.calendar import now

Row = Mapping[str, Any]


TABLES = (
    "account",
    "admission_application",
    "admission_application_log",
    "alarm",
    "alarm_log",
    "allergy",
    "assessment",
    "assessment_log",
    "assessment_policy",
    "assessor",
    "assistance_case",
    "assistance_case_log",
    "bed",
    "bed_stay",
    "bed_stay_log",
    "bed_stay_manager",
    "bed_stay_package",
    "calendar_link",
    "canteen",
    "care_assignment",
    "care_need",
    "caseload",
    "certificate",
    "care_code",
    "consent_log",
    "contact",
    "contact_note",
    "data_request",
    "device",
    "elder",
    "elder_condition",
    "elder_import",
    "elder_import_fault",
    "elder_log",
    "elder_merge",
    "elder_tag",
    "escalation_policy",
    "export",
    "family_link",
    "household",
    "household_member",
    "incident",
    "ledger_account",
    "ledger_hold",
    "ledger_posting",
    "ledger_transfer",
    "key_tag_set",
    "login_session",
    "meal_order",
    "meal_order_item",
    "measurement",
    "medication",
    "menu_item",
    "notification",
    "notification_preference",
    "oauth_client",
    "on_call_shift",
    "person",
    "push_permission",
    "rule_threshold",
    "station",
    "suggestion_item",
    "suggestion_list",
    "training_record",
    "station_area",
    "station_assignment",
    "station_log",
    "vendor",
    "visit_application",
    "visit_obligation",
    "visit_task",
    "visit_task_log",
    "visit_window",
    "vital_sign",
    "volunteer",
    "volunteer_log",
    "webhook",
    "webhook_delivery",
)

_DIVISIONS: dict[str, Row] = {}
"""By their codes: thousands, the same in every database, and no test changes them."""


@dataclass(frozen=True)
class World:
    """Every row of the tables that decide who sees what, by table and key."""

    tables: Mapping[str, Mapping[Any, Row]]

    @classmethod
    async def read(cls, url: str) -> "World":
        """All of a database."""
        connection = await asyncpg.connect(url)
        world = await cls.read_by(connection)
        await connection.close()
        return world

    @classmethod
    async def read_by(cls, connection: asyncpg.Connection) -> "World":
        """The same on a connection that is there."""
        if not _DIVISIONS:
            found = await connection.fetch("SELECT * FROM region")
            _DIVISIONS.update((row["code"], dict(row.items())) for row in found)
        return await cls({"region": _DIVISIONS}).with_read(connection, TABLES)

    async def with_read(self, connection: asyncpg.Connection, names: Iterable[str]) -> "World":
        """The same with some tables as they are now."""
        tables = dict(self.tables)
        for name in names:
            rows = [dict(row.items()) for row in await connection.fetch(f"SELECT * FROM {name}")]
            # What has no key of its own is known by its place.
            tables[name] = {row.get("id", place): row for place, row in enumerate(rows)}
        return World(tables)

    def me(self, actor: Actor) -> Row:
        """The actor's account."""
        return self.tables["account"][actor.id]

    def linked(self, actor: Actor) -> set[Any]:
        """Elders to whom an account is linked."""
        links = self.tables["family_link"].values()
        return {
            link["elder_id"]
            for link in links
            if link["account_id"] == actor.id and link["state"] == "ACTIVE"
        }

    def shown(self, actor: Actor, scope: ConsentScope) -> set[Any]:
        """Elders who consent to show an account something."""
        links, until = self.tables["family_link"].values(), f"{scope.value.lower()}_until"
        return {
            link["elder_id"]
            for link in links
            if link["account_id"] == actor.id and _is_to_come(link[until])
        }


def _is_to_come(until: datetime | None) -> bool:
    # asyncpg's infinity has no zone.
    return until is not None and (until.tzinfo is None or until > now())
