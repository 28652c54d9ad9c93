"""A district in which chance decides who lives where, who is linked to whom and what has happened.

Rows are written past all services, in bulk: each world is a fresh throw over the same keys.
"""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any
from uuid import UUID

import asyncpg

from domain.access import Role
from domain.calendar import now
from domain.family.models import UNTIL, WITHOUT_END
from tests.access.world import World
from tests.access.worlds.people import NAME, people_with_everything
from tests.makers.vital_signs import FOR_ALL_WITH_DEVICES

COMMUNITIES = 6
"""Where everybody lives: few, so that regions meet."""

KNOWN = 30
"""Elders to whom anything may happen."""

LINKED = 10
"""Of whom so many have families: few, so that these meet."""

_HOUR = timedelta(hours=1)

_SOME_OPEN = """
UPDATE alarm SET state = 'RAISED', resolved_at = NULL, resolve_reason = NULL WHERE id IN (
    SELECT DISTINCT ON (elder_id, station_id, type, purpose) id FROM alarm WHERE random() < 0.5
    ORDER BY elder_id, station_id, type, purpose, id)
"""
"""One of a type, as the rules have it."""


_NEWEST = """
UPDATE measurement SET newest = true WHERE id IN (
    SELECT DISTINCT ON (elder_id, kind) id FROM measurement WHERE withdrawn_at IS NULL
    ORDER BY elder_id, kind, taken_at DESC)
"""


async def shuffle(sql: asyncpg.Connection, seed: int) -> World:
    """Throw the dice anew over a district that has its people; all rows afterwards."""
    async with sql.transaction():
        world = await World.read_by(sql)
        await _Throw(sql, world, Random(seed)).all()
    return await World.read_by(sql)


async def peopled(sql: asyncpg.Connection) -> None:
    """Add those whom a small district lacks, once: several of each role, and what they do."""
    async with sql.transaction():
        await people_with_everything(sql)


class _Throw:
    def __init__(self, sql: asyncpg.Connection, world: World, rng: Random) -> None:
        self.sql, self.rng = sql, rng
        self.rows = {
            name: [rows[key] for key in sorted(rows)] for name, rows in world.tables.items()
        }
        codes = sorted({row["region_code"] for row in self.rows["elder"]})
        self.communities = rng.sample(codes, COMMUNITIES)
        fed = {row["elder_id"] for row in self.rows["meal_order"]}
        keys = [row["id"] for row in self.rows["elder"]]
        some = rng.sample(sorted(fed), min(len(fed), KNOWN // 2))
        self.elders = [*some, *rng.sample(keys, KNOWN - len(some))]
        self.accounts = [row["id"] for row in self.rows["account"]]
        self.cast = [row for row in self.rows["account"] if row["name"] == NAME]

    async def all(self) -> None:
        """Of every table that decides who sees what."""
        for table in ("elder", "station", "canteen", "volunteer", "visit_task", "bed_stay"):
            await self.put(table, {"region_code": self.community})
        for table in ("alarm", "meal_order", "assistance_case", "data_request"):
            await self.put(table, {"region_code": self.community})
        await self.put("admission_application", {"region_code": self.community})
        await self.put("visit_window", {"region_code": lambda _: self.subtree()})
        await self.put("visit_application", {"region_code": self.community})
        await self.places()
        await self.roles()
        await self.links()
        await self.visits()
        await self.matters()

    def community(self, _: Any = None) -> str:
        return self.rng.choice(self.communities)

    def key_of(self, table: str) -> UUID:
        return self.rng.choice(self.rows[table])["id"]

    def elder(self, _: Any = None) -> UUID:
        return self.rng.choice(self.elders)

    def somewhere(self, rows: list[Any], *, nowhere: bool = False) -> dict[str, Any]:
        """An elder for most of these rows; for some a station, for some perhaps neither."""
        stations = {row["id"]: self.key_of("station") for row in rows if self.rng.random() < 0.2}
        without = {row["id"] for row in rows if nowhere and self.rng.random() < 0.1} | {*stations}
        return {
            "elder_id": lambda row: None if row["id"] in without else self.elder(),
            "station_id": lambda row: stations.get(row["id"]),
        }

    def anybody(self, _: Any = None) -> UUID:
        return self.rng.choice(self.accounts)

    def one_of(self, role: Role) -> UUID:
        return self.rng.choice([row["id"] for row in self.cast if row["role"] == role.value])

    async def put(self, table: str, columns: dict[str, Any], rows: Any = None) -> None:
        """Set columns of all rows, or of some, each to what a function of the row says."""
        made = [
            {"id": row["id"], **{name: value(row) for name, value in columns.items()}}
            for row in (self.rows[table] if rows is None else rows)
        ]
        settings = ", ".join(f"{name} = new.{name}" for name in columns)
        await self.sql.execute(
            f"UPDATE {table} SET {settings} FROM jsonb_populate_recordset(NULL::{table}, $1::jsonb)"
            f" AS new WHERE {table}.id = new.id",
            _json(made),
        )

    async def add(self, table: str, rows: Iterable[dict[str, Any]]) -> None:
        made = list(rows)
        names = ", ".join(made[0])
        await self.sql.execute(
            f"INSERT INTO {table} ({names}) SELECT {names}"
            f" FROM jsonb_populate_recordset(NULL::{table}, $1::jsonb)",
            _json(made),
        )

    async def places(self) -> None:
        vendors = [None, *(row["id"] for row in self.rows["vendor"])]
        await self.put(
            "bed", {"station_id": lambda _: self.key_of("station"), "label": lambda row: row["id"]}
        )
        await self.put("canteen", {"vendor_id": lambda _: self.rng.choice(vendors)})
        await self.put(
            "device",
            {
                **self.somewhere(self.rows["device"], nowhere=True),
                "vendor_id": lambda _: self.rng.choice(vendors[1:]),
            },
        )
        await self.sql.execute("SELECT setseed($1)", self.rng.random())
        await self.sql.execute(
            "UPDATE elder_tag SET until = CASE WHEN random() < 0.3 THEN since + 1 END"
        )

    async def roles(self) -> None:
        """Each of the cast at a place, for a time; a region may be missing."""
        await self.put(
            "account",
            {
                "region_code": lambda row: self.rng.choice([self.subtree(), self.subtree(), None]),
                "station_id": lambda row: self.key_of("station"),
                "canteen_id": lambda row: self.key_of("canteen"),
                "vendor_id": lambda row: (
                    self.key_of("vendor") if row["role"] == Role.VENDOR.value else None
                ),
                "elder_id": lambda row: self.elder() if row["role"] == Role.ELDER.value else None,
                "since": lambda _: now() - 48 * _HOUR,
                "until": lambda _: self.rng.choice([None, now() - _HOUR, now() + _HOUR]),
            },
            self.cast,
        )

    def subtree(self) -> str:
        return self.community()[: self.rng.choice([2, 4, 6, 9, 12])]

    async def links(self) -> None:
        """Of the family and the guardians, in every state; of others too, whom none helps."""
        await self.sql.execute("DELETE FROM consent_log")
        await self.sql.execute("DELETE FROM family_link")
        kin = [row["id"] for row in self.cast if row["role"] in ("FAMILY", "GUARDIAN")]
        pairs = {(who, self.rng.choice(self.elders[:LINKED])) for who in kin for _ in range(9)}
        pairs |= {(self.anybody(), self.elder()) for _ in range(40)}
        await self.add("family_link", map(self.link, sorted(pairs)))
        links = await self.sql.fetch("SELECT id FROM family_link ORDER BY account_id, elder_id")
        await self.add("consent_log", (self.consent(row["id"]) for row in links))

    def link(self, pair: tuple[UUID, UUID]) -> dict[str, Any]:
        state = self.rng.choice(["ACTIVE"] * 5 + ["REQUESTED", "REFUSED", "ENDED"])
        shows = {until.key: self.until() if state == "ACTIVE" else None for until in UNTIL.values()}
        return {
            "account_id": pair[0],
            "elder_id": pair[1],
            "relation": "OTHER",
            "state": state,
            "linked_at": now() if state in ("ACTIVE", "ENDED") else None,
            "ended_at": now() if state in ("REFUSED", "ENDED") else None,
            **shows,
        }

    def until(self) -> datetime | None:
        return self.rng.choice([None, WITHOUT_END, now() - _HOUR, now() + 24 * _HOUR])

    def consent(self, link_id: UUID) -> dict[str, Any]:
        return {
            "link_id": link_id,
            "scope": "ALARMS",
            "change": "WITHDRAWN",
            "account_id": self.anybody(),
            "basis": "ELDER",
        }

    async def visits(self) -> None:
        """One an hour, around now: nobody is due at two places."""
        free = "state = 'OPEN', claimed_by = NULL, verified_by = NULL, checked_in_at = NULL"
        await self.sql.execute(f"UPDATE visit_task SET {free}")
        states = ["OPEN", "OPEN", "CLAIMED", "CLAIMED", "CHECKED_IN", "DONE", "NO_SHOW", "REJECTED"]
        tasks = [dict(row) for row in self.rows["visit_task"]]
        begins = now() - len(tasks) // 2 * _HOUR
        cast = [row["id"] for row in self.cast if row["role"] == Role.VOLUNTEER.value]
        others = [row["id"] for row in self.rows["volunteer"]]
        for place, task in enumerate(self.rng.sample(tasks, len(tasks))):
            task["state"] = self.rng.choice(states)
            task["claimed_by"] = self.rng.choice([*cast, *cast, self.rng.choice(others)])
            task["scheduled_from"] = begins + place * _HOUR
        await self.put(
            "visit_task",
            {
                "state": lambda task: task["state"],
                "claimed_by": lambda task: None if task["state"] == "OPEN" else task["claimed_by"],
                "elder_id": self.elder,
                "scheduled_from": lambda task: task["scheduled_from"],
                "scheduled_to": lambda task: task["scheduled_from"] + _HOUR,
            },
            tasks,
        )
        await self.put("visit_task_log", {"account_id": lambda _: self.rng.choice(cast)})

    async def matters(self) -> None:
        """Alarms, what was measured, stays, applications, meals, lists, webhooks."""
        device = {
            **self.somewhere(self.rows["alarm"]),
            "purpose": lambda _: self.rng.choice(["REAL"] * 5 + ["DRILL", "CANARY"]),
            "device_id": lambda _: self.rng.choice([None, *[self.key_of("device")] * 9]),
        }
        await self.sql.execute(
            "UPDATE alarm SET state = 'RESOLVED', resolved_at = now(), resolve_reason = 'DRILL'"
        )
        await self.put("alarm", {**device, "acknowledged_by": self.anybody})
        await self.sql.execute(_SOME_OPEN)
        await self.sql.execute("DELETE FROM vital_sign")
        await self.sql.execute(FOR_ALL_WITH_DEVICES)
        states = ["OCCUPIED", "ON_LEAVE", "HELD", "RESERVED"]
        await self.put(
            "bed_stay",
            {"state": lambda stay: "CLOSED" if stay["ends_on"] else self.rng.choice(states)},
        )
        new = [row for row in self.rows["assistance_case"] if row["reject_reason"] == NAME]
        await self.put("assistance_case", {"elder_id": self.elder}, new)
        await self.put(
            "assistance_case",
            {
                "submitted_by": lambda _: self.one_of(self.rng.choice([Role.STATION, Role.FAMILY])),
                "advisor_id": lambda _: self.rng.choice([None, self.one_of(Role.ADVISOR)]),
            },
        )
        await self.put(
            "meal_order",
            {"canteen_id": lambda _: self.key_of("canteen"), "placed_by": self.anybody},
        )
        await self.record()
        await self.put("data_request", {"elder_id": self.elder, "asked_by": self.anybody})
        await self.put("webhook", {"account_id": lambda _: self.one_of(Role.VENDOR)})

    async def record(self) -> None:
        """What the health record says, and of whom."""
        for table in ("elder_condition", "allergy", "medication"):
            await self.put(table, {"elder_id": self.elder})
        await self.sql.execute("UPDATE measurement SET newest = false")
        hours = count(1)
        await self.put(
            "measurement",
            {"elder_id": self.elder, "taken_at": lambda _: now() - next(hours) * _HOUR},
        )
        await self.sql.execute(_NEWEST)


def _json(rows: list[dict[str, Any]]) -> str:
    return json.dumps(rows, default=_plain)


def _plain(value: Any) -> str:
    return "infinity" if value == WITHOUT_END else str(value)
