"""``yiyang wechat``: when a phone number belongs to another WeChat account than the one here."""

import asyncio
from typing import Annotated

import typer

from yiyang.commands.reaching import reached
from yiyang.failures import Failure
from yiyang.settings import Settings, settings_of_environment

app = typer.Typer(help="Users of the mini-programs.", no_args_is_help=True)


@app.callback()
def wechat() -> None:
    """A command of its own each, however few there are."""


@app.command()
def unbind(
    phone: Annotated[str, typer.Option(help="The person's mobile phone.", prompt=True)],
) -> None:
    """Forget a person's WeChat account and sign them out everywhere, once you have seen who they
    are: whoever proves to have the phone next signs in as them (needs YIYANG_DATABASE_URL,
    _DATA_KEYS and _HASH_KEY)."""
    asyncio.run(_unbind(settings_of_environment(), phone))


async def _unbind(settings: Settings, phone: str) -> None:
    from domain.accounts.persons import phone_number
    from domain.errors import InvalidInput
    from domain.sessions.wechat import unbind as forget

    vault = settings.need_vault()
    try:
        async with (
            reached(settings.need("database_url")) as database,
            database.transaction("operator") as session,
        ):
            found = await forget(session, vault, phone_number(phone))
    except InvalidInput as error:
        raise Failure("--phone is no mobile number of the mainland.") from error
    if not found:
        raise Failure("nobody with this phone has signed in by WeChat.")
