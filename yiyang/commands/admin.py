"""``yiyang admin``: the administrator of a deployment that has none."""

import asyncio
from typing import Annotated

import typer

from yiyang.commands.reaching import reached
from yiyang.failures import Failure
from yiyang.settings import Settings, settings_of_environment

app = typer.Typer(help="Administrators: the first one of a deployment.", no_args_is_help=True)


@app.callback()
def admin() -> None:
    """A command of its own each, however few there are."""


@app.command()
def create(
    name: Annotated[str, typer.Option(help="The person's name.", prompt=True)],
    phone: Annotated[str, typer.Option(help="Their mobile phone.", prompt=True)],
    force: Annotated[
        bool, typer.Option(help="Although there is one; everything else is `roleGrant`.")
    ] = False,
) -> None:
    """Make somebody the first administrator and print the account's id (needs
    YIYANG_DATABASE_URL, _DATA_KEYS and _HASH_KEY)."""
    print(asyncio.run(_create(settings_of_environment(), name, phone, force)))


async def _create(settings: Settings, name: str, phone: str, force: bool) -> str:
    from api.texts import Language, error_text
    from domain.accounts.appointing import appoint
    from domain.errors import AlreadyExists, InvalidInput, RoleHeld
    from domain.ids import public_id

    vault = settings.need_vault()
    try:
        async with (
            reached(settings.need("database_url")) as database,
            database.transaction("operator") as session,
        ):
            account = await appoint(session, vault, name, phone, another=force)
    except AlreadyExists as error:
        raise Failure(
            "there is an administrator, who can grant the role (`roleGrant`); --force if nobody "
            "can sign in as one any more."
        ) from error
    except RoleHeld as error:
        raise Failure("this person is an administrator already.") from error
    except InvalidInput as error:
        facts = {**error.facts, "field": f"--{error.field}"}
        raise Failure(f"{error_text(error.code, facts, Language.EN)}.") from error
    return public_id("account", account.id)
