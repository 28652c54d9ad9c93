"""``yiyang client``: the OAuth clients of vendors."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from yiyang.commands.reaching import reached
from yiyang.failures import Failure
from yiyang.settings import SettingsError, settings_of_environment

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from domain.clients.models import OauthClient

app = typer.Typer(
    help="Vendors' systems: OAuth clients, their secrets and keys. On the database of "
    "YIYANG_DATABASE_URL; without it on the demo's.",
    no_args_is_help=True,
)

Id = Annotated[str, typer.Argument(help="The client's id, as `yiyang client list` shows it.")]
Jwks = Annotated[
    Path | None,
    typer.Option(help="File with its public keys, a JSON Web Key Set; it then has no secret."),
]
DataDir = Annotated[Path, typer.Option(help="Folder of the demo.", show_default=True)]
_DATA_DIR = Path(".yiyang")


@app.command()
def create(
    vendor: Annotated[str, typer.Option(help="Name of the vendor whose rows it sees.")],
    scope: Annotated[
        list[str],
        typer.Option(help="What it may ask for, for example alarms:read; again for more."),
    ],
    name: Annotated[str | None, typer.Option(help="For people; the vendor's if none.")] = None,
    jwks: Jwks = None,
    budget: Annotated[
        int | None, typer.Option(min=1, help="Size of its cost bucket, in points.")
    ] = None,
    data_dir: DataDir = _DATA_DIR,
) -> None:
    """Make a client and print its id and secret as JSON. The secret is shown once, and never
    again."""
    from domain.clients import service

    scopes, keys = _scopes(scope), _keys(jwks)
    wanted = service.NewClient(vendor, name or vendor, scopes, budget, keys)

    async def do(session: "AsyncSession") -> dict[str, Any]:
        client, secret = await service.create(session, wanted)
        shown = {"client_id": str(client.id), "scope": " ".join(client.scopes)}
        return shown if secret is None else {**shown, "client_secret": secret}

    print(_done(do, data_dir))


@app.command("list")
def show(data_dir: DataDir = _DATA_DIR) -> None:
    """Print all clients as JSON lines; no secrets."""
    from domain.clients import service

    async def do(session: "AsyncSession") -> list[dict[str, Any]]:
        return [_line(one, vendor) for one, vendor in await service.all_clients(session)]

    for line in _run(do, data_dir):
        print(json.dumps(line, ensure_ascii=False))


@app.command()
def rotate(
    client: Id,
    jwks: Jwks = None,
    overlap: Annotated[
        int, typer.Option(min=0, help="Hours for which the secret before stays good.")
    ] = 24,
    data_dir: DataDir = _DATA_DIR,
) -> None:
    """Give a client a new secret, or other keys, and print the secret as JSON, once. Any secret
    older than the one before ends at once; keys that the file does not hold, too."""
    from domain.clients import service

    keys, key = _keys(jwks), _id(client)

    async def do(session: "AsyncSession") -> dict[str, Any]:
        if keys is not None:
            await service.replace_keys(session, key, keys)
            return {"client_id": str(key)}
        _, secret = await service.rotate(session, key, timedelta(hours=overlap))
        return {"client_id": str(key), "client_secret": secret}

    print(_done(do, data_dir))


@app.command()
def scopes(
    client: Id,
    scope: Annotated[
        list[str],
        typer.Option(help="What it may ask for from now on, and nothing else; again for more."),
    ],
    data_dir: DataDir = _DATA_DIR,
) -> None:
    """Give a client other scopes. What it loses its webhooks lose at once, and where it loses one
    the tokens that it has are void."""
    from domain.clients import service

    key, given = _id(client), _scopes(scope)
    _run(lambda session: service.give_scopes(session, key, given), data_dir)


@app.command()
def disable(client: Id, data_dir: DataDir = _DATA_DIR) -> None:
    """Let a client have no tokens; those that it has are void at once, and its webhooks stop."""
    from domain.clients import service

    key = _id(client)
    _run(lambda session: service.disable(session, key), data_dir)


@app.command()
def enable(client: Id, data_dir: DataDir = _DATA_DIR) -> None:
    """Let a client have tokens again; those from before stay void. Its webhooks go on where they
    stood, as far as changes are kept."""
    from domain.clients import service

    key = _id(client)
    _run(lambda session: service.enable(session, key), data_dir)


def _line(client: "OauthClient", vendor: str) -> dict[str, Any]:
    return {
        "client_id": str(client.id),
        "vendor": vendor,
        "name": client.name,
        "scope": " ".join(client.scopes),
        "budget": client.budget,
        "proves_itself_by": "secret" if client.jwks is None else "keys",
        "previous_secret_until": client.previous_until and client.previous_until.isoformat(),
        "created_at": client.created_at.isoformat(),
        "disabled_at": client.disabled_at and client.disabled_at.isoformat(),
    }


def _scopes(given: list[str]) -> list[str]:
    from api.auth.scopes import OF_CLIENTS

    names = [name for one in given for name in one.split()]
    for name in names:
        if name not in OF_CLIENTS:
            known = "; ".join(f"{scope}: {what}" for scope, what in OF_CLIENTS.items())
            raise SettingsError(f"--scope {name} is none of these. {known}.")
    return sorted(set(names))


def _keys(file: Path | None) -> dict[str, Any] | None:
    from api.auth.oauth.jwks import BadKeys, public_keys

    if file is None:
        return None
    try:
        return public_keys(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"--jwks {file} cannot be read: {error}") from error
    except BadKeys as error:
        raise SettingsError(f"--jwks {file}: {error}.") from error


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise SettingsError(f"{text} is no client id; `yiyang client list` shows them.") from None


def _done(do: "Callable[[AsyncSession], Awaitable[dict[str, Any]]]", data_dir: Path) -> str:
    return json.dumps(_run(do, data_dir), ensure_ascii=False)


def _run(do: "Callable[[AsyncSession], Awaitable[Any]]", data_dir: Path) -> Any:
    """What a verb gives, once its transaction has committed. Raises: SettingsError, Failure."""
    return asyncio.run(_committed(do, _database(data_dir)))


def _database(data_dir: Path) -> str:
    """Address of the database to work on. Raises: SettingsError where there is none."""
    from yiyang.runtime import running_in

    url = settings_of_environment().database_url
    if url is not None:
        return url.get_secret_value()
    try:
        return running_in(data_dir).database
    except SettingsError as error:
        raise SettingsError(f"YIYANG_DATABASE_URL is not set, and {error}") from error


async def _committed(do: "Callable[[AsyncSession], Awaitable[Any]]", url: str) -> Any:
    from domain.errors import DomainError, InvalidInput, NotFound

    try:
        async with reached(url) as database, database.transaction("operator") as session:
            return await do(session)
    except NotFound as error:
        what = "vendor of that name with an account" if error.field == "vendor" else "such client"
        raise Failure(f"there is no {what}.") from error
    except InvalidInput as error:
        if error.field == "client_id":
            raise Failure("this client proves itself the other way: by --jwks, or not.") from error
        raise Failure(f"--{error.field} is refused: {error.facts['reason']}.") from error
    except DomainError as error:
        raise Failure(f"refused: {error.code}.") from error
