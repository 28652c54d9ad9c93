"""Who should see what of the ledger, said once more: by table and role."""

from domain.access import Actor, ConsentScope, Role
from tests.access.rules import (
    Sees,
    desks,
    elder_of,
    elders_region,
    everything,
    family,
    its_region,
    lives_or_visits_here,
)
from tests.access.world import Row, World


def _of_the_region(world: World, actor: Actor, account: Row) -> bool:
    """A volunteer's account with the volunteer, an elder's with the elder, a district's by its
    own code."""
    if account["volunteer_id"]:
        volunteer = world.tables["volunteer"][account["volunteer_id"]]
        return lives_or_visits_here(world, actor, volunteer)
    return (elders_region if account["elder_id"] else its_region)(world, actor, account)


_ACCOUNTS: dict[Role, Sees] = {
    **family(elder_of, ConsentScope.FINANCE),
    **desks(_of_the_region),
    Role.VOLUNTEER: lambda _, actor, row: row["volunteer_id"] == actor.id,
    Role.AUDITOR: its_region,
    Role.ADMIN: everything,
}


def _account_of(world: World, row: Row) -> Row:
    return world.tables["ledger_account"][row["account_id"]]


def _holding(sees: Sees) -> Sees:
    return lambda world, actor, row: sees(world, actor, _account_of(world, row))


def _touching(sees: Sees) -> Sees:
    return lambda world, actor, row: any(
        sees(world, actor, _account_of(world, posting))
        for posting in world.tables["ledger_posting"].values()
        if posting["transfer_id"] == row["id"]
    )


LEDGER: dict[str, dict[Role, Sees]] = {
    "ledger_account": _ACCOUNTS,
    "ledger_hold": {role: _holding(sees) for role, sees in _ACCOUNTS.items()},
    "ledger_transfer": {role: _touching(sees) for role, sees in _ACCOUNTS.items()},
}
"""Table -> role -> whether a row is seen; a role that is not named sees none."""
