"""Families, homes, volunteers and stations at once, over HTTP: whatever each of them is told, what
PostgreSQL holds afterwards is what the rules allow.

Of changes at the same moment nobody knows the order, so the model here is of what may be, not of
what is: it says which step may follow which, and what is true between two steps.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from itertools import pairwise
from typing import Any, ClassVar
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text

from api.app import create_app
from api.auth.tokens import TokenKey
from api.relay import key_of
from api.settings import ApiSettings
from domain.calendar import now
from domain.crypto import Vault
from domain.database import Database
from domain.ids import public_id
from domain.visits.models import VisitKind
from tests.admissions import Homes, open_homes
from tests.api.at_once_rules import APPLICATIONS, BROKEN, FITS, HOURS_AGO, KNOWN, UNPAID, VISITS
from tests.banking import payload as banked
from tests.clients import Api
from tests.domain.test_ledger_lifecycle import WRONG
from tests.makers.ledger import empty_ledger
from tests.makers.visits import make_visit, make_volunteers
from tests.serving import serving
from tests.visiting import payload as visited
from yiyang.district.cast import District

ELDERS, HOMES, VOLUNTEERS = 3, 3, 2
PICK = st.integers(0, 99)


class Machine(RuleBasedStateMachine):
    """Three elders, three homes with a bed each, two volunteers, and all of them impatient."""

    runner: asyncio.Runner
    api: ClassVar[Api]
    database: ClassVar[Database]
    homes: ClassVar[Homes]
    told: ClassVar[Counter[str]]

    def __init__(self) -> None:
        super().__init__()
        self.applications: dict[UUID, tuple[int, int]] = {}
        self.visits: list[UUID] = []
        self.holds: list[str] = []
        self.states: dict[UUID, str] = {}
        self.claimed_by: dict[UUID, UUID] = {}
        self.volunteers = self.run(make_volunteers(self.database, self.homes.region_code[:9], 2))
        self.run(self._nobody_has_anything())

    def run(self, work: Any) -> Any:
        return self.runner.run(work)

    async def _nobody_has_anything(self) -> None:
        async with self.database.transaction("test") as session:
            for table in ("admission_application_log", "admission_application"):
                await session.execute(text(f"DELETE FROM {table}"))
            for table in ("bed_stay_manager", "bed_stay_log", "bed_stay"):
                await session.execute(text(f"DELETE FROM {table}"))

    def at_once(self, attempts: Sequence[Any]) -> None:
        """Each is done or refused by a word of its own; nothing else comes of it."""

        async def all_of_them() -> list[Any]:
            return list(await asyncio.gather(*attempts, return_exceptions=True))

        for payload in self.run(all_of_them()):
            if isinstance(payload, BaseException):
                raise payload
            codes = {error["code"] for error in payload["userErrors"]}
            assert codes <= KNOWN, payload
            self.told.update(codes or {"done"})

    @initialize()
    def three_homes_look_at_each(self) -> None:
        homes = self.homes
        for elder in range(ELDERS):
            for home in range(HOMES):
                application = self.run(homes.assessed(elder, home))
                self.applications[key_of(application, "admission_application")] = (elder, home)
        moment = now() + timedelta(hours=30)
        for place in range(4):
            # Two and two overlap, so that nobody has all of them.
            begins = moment + timedelta(hours=place // 2 * 3, minutes=20 * (place % 2))
            whose = self.database, homes.elders[0], homes.region_code
            visit = make_visit(*whose, starts=begins, kind=VisitKind.PHONE)
            self.visits.append(self.run(visit))

    def _look(self) -> None:
        """As everybody does before they decide, and all of them at the same moment."""
        both = (
            "SELECT id, state, NULL FROM admission_application"
            " UNION ALL SELECT id, state, claimed_by FROM visit_task WHERE id = ANY($1)"
        )
        rows = self.run(self.database.rows(both, (self.visits,), once=False))
        self.states = {UUID(key): state for key, state, _ in rows}
        self.claimed_by = {UUID(key): UUID(who) for key, _, who in rows if who}

    def _pick(self, keys: Sequence[UUID], verb: str, picked: int) -> UUID:
        """One that the verb fits, if there is one."""
        fits = [one for one in keys if self.states[one] in FITS[verb]] or keys
        return fits[picked % len(fits)]

    def _ask(self, verb: str, picked: int, hours: int) -> Any:
        """One mutation of an application; mostly the bed is one of the home's."""
        key = self._pick(list(self.applications), verb, picked)
        elder, home = self.applications[key]
        family = verb in ("Accept", "Withdraw")
        who = self.homes.relatives[elder] if family else self.homes.staff
        bed = home if picked % 5 else picked % HOMES
        more = self.homes.bed_for(bed, hours) if verb == "Offer" else {}
        more |= {"reason": "没有合适的床位"} if verb == "Reject" else {}
        return self.homes.ask(who, verb, id=public_id("admission_application", key), **more)

    def _visit(self, verb: str, picked: int, **more: Any) -> Any:
        """One mutation of a visit, mostly by whose it is."""
        key = self._pick(self.visits, verb, picked)
        anybody = self.volunteers[picked % VOLUNTEERS]
        theirs = [one for one in self.volunteers if one.id == self.claimed_by.get(key)]
        who = anybody if picked % 5 == 0 else (theirs or [anybody])[0]
        if verb == "Verify":
            who = self.homes.staff
        return visited(self.api, who, verb, key, **more)

    @rule(
        asked=st.lists(
            st.tuples(st.sampled_from(["Offer", "Offer", "Accept", "Accept", "Withdraw"]), PICK),
            min_size=2,
            max_size=6,
        )
    )
    def homes_offer_and_families_answer(self, asked: list[tuple[str, int]]) -> None:
        self._look()
        self.at_once([self._ask(verb, picked, 48) for verb, picked in asked])

    @rule(
        asked=st.lists(
            st.tuples(st.sampled_from(["Admit", "Accept", "Offer", "Waitlist", "Reject"]), PICK),
            min_size=2,
            max_size=5,
        )
    )
    def homes_admit_and_decide(self, asked: list[tuple[str, int]]) -> None:
        self._look()
        self.at_once([self._ask(verb, picked, 24) for verb, picked in asked])

    @rule(claims=st.lists(PICK, min_size=2, max_size=6))
    def volunteers_claim(self, claims: list[int]) -> None:
        self._look()
        self.at_once([self._visit("Claim", one) for one in claims])

    @rule(
        steps=st.lists(
            st.tuples(st.sampled_from(["Release", "CheckIn", "CheckIn", "CheckOut"]), PICK),
            min_size=1,
            max_size=5,
        )
    )
    def volunteers_come_and_go(self, steps: list[tuple[str, int]]) -> None:
        self.run(self._claimed_long_ago())
        self._look()
        attempts: list[Any] = []
        for verb, picked in steps:
            ago = timedelta(hours=HOURS_AGO[verb] - picked % len(self.visits))
            at = {} if verb == "Release" else {"at": (now() - ago).isoformat()}
            attempts.append(self._visit(verb, picked, **at))
        self.at_once(attempts)

    async def _claimed_long_ago(self) -> None:
        """Time has passed since the claims."""
        async with self.database.transaction("test") as session:
            await session.execute(
                text(
                    "UPDATE visit_task SET claimed_at = now() - interval '1 day'"
                    " WHERE id = ANY(:keys) AND claimed_at IS NOT NULL"
                ),
                {"keys": self.visits},
            )

    @rule(
        judged=st.lists(st.tuples(PICK, st.booleans()), min_size=1, max_size=4),
        redeemed=st.lists(st.tuples(PICK, st.integers(1, 90)), max_size=3),
        ended=st.lists(st.tuples(PICK, st.sampled_from(["Complete", "Release"])), max_size=3),
    )
    def stations_verify_while_volunteers_redeem(
        self,
        judged: list[tuple[int, bool]],
        redeemed: list[tuple[int, int]],
        ended: list[tuple[int, str]],
    ) -> None:
        self._look()
        staff = self.homes.staff
        attempts = [self._visit("Verify", one, accepted=yes) for one, yes in judged]
        attempts += [self._redeem(*one) for one in redeemed]
        attempts += [
            banked(self.api, staff, f"timeBankRedeem{verb}", id=self.holds[one % len(self.holds)])
            for one, verb in ended
            if self.holds
        ]
        self.at_once(attempts)

    async def _redeem(self, who: int, minutes: int) -> Any:
        volunteer = self.volunteers[who % VOLUNTEERS]
        payload = await banked(self.api, volunteer, "timeBankRedeem", minutes=minutes)
        if payload["ledgerHold"]:
            self.holds.append(payload["ledgerHold"]["id"])
        return payload

    @invariant()
    def what_must_not_be_is_not(self) -> None:
        figures = ", ".join(f"({one})" for one in BROKEN.values())
        found = self.run(self._one_row(f"SELECT {figures}"))
        assert dict(zip(BROKEN, found, strict=True)) == dict.fromkeys(BROKEN, 0)
        assert self.run(self._one_row(UNPAID, self.visits)) == (0,)
        assert set(self.run(self._one_row(WRONG))) == {0}

    async def _one_row(self, statement: str, *given: Any) -> tuple[Any, ...]:
        ((*row,),) = await self.database.rows(statement, given, once=False)
        return tuple(row)

    @invariant()
    def each_went_the_way_of_the_rules(self) -> None:
        applications = list(self.applications)
        found = self._ways("admission_application_log", "application_id", "state", applications)
        assert {
            step for way in found for step in pairwise(way) if step[0] != step[1]
        } <= APPLICATIONS
        found = self._ways("visit_task_log", "task_id", "action", self.visits)
        assert {step for way in found for step in pairwise(way)} <= VISITS

    def _ways(self, log: str, whose: str, what: str, keys: Sequence[UUID]) -> list[list[str]]:
        """What a log says of each, from the beginning."""
        statement = f"SELECT {whose}, {what} FROM {log} WHERE {whose} = ANY($1) ORDER BY id"
        ways: dict[UUID, list[str]] = {}
        for key, step in self.run(self.database.rows(statement, (keys,), once=False)):
            ways.setdefault(key, []).append(step)
        return list(ways.values())


@pytest.mark.timeout(400)  # a failure is made small before it is shown
def test_whoever_comes_first_the_rules_hold(
    database_url: str, token_key: TokenKey, vault: Vault, district: District
) -> None:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        Machine.runner, Machine.told = runner, Counter()
        runner.run(_open(stack, database_url, token_key, vault, district))
        try:
            run_state_machine_as_test(
                Machine,
                settings=settings(
                    max_examples=12,
                    derandomize=True,
                    stateful_step_count=10,
                    deadline=None,
                    # Nothing could be made smaller: the same again ends otherwise.
                    phases=[Phase.generate],
                    suppress_health_check=[HealthCheck.too_slow],
                ),
            )
        finally:
            runner.run(stack.aclose())
        # It is no test of nothing: some are first, and some are not.
        assert Machine.told["done"] > 40, Machine.told
        assert {"ILLEGAL_TRANSITION", "TIMES_OVERLAP"} <= Machine.told.keys(), Machine.told


async def _open(
    stack: AsyncExitStack, url: str, token_key: TokenKey, vault: Vault, district: District
) -> None:
    """A server of its own, for it runs on another loop than the fixtures do."""
    app = create_app(ApiSettings(database_url=url, token_key=token_key, vault=vault))
    api = Api(await stack.enter_async_context(serving(app)), token_key, district)
    stack.push_async_callback(api.close)
    database = Database(url, role=None)
    stack.push_async_callback(database.close)
    await empty_ledger(database)
    homes = await open_homes(api, database, homes=HOMES, elders=ELDERS)
    Machine.api, Machine.database, Machine.homes = api, database, homes
