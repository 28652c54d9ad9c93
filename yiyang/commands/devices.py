"""``yiyang devices``: what devices there are, and their accounts on the broker."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from yiyang.commands.device_words import key_of, kind_named, new_device, said
from yiyang.commands.reaching import reached
from yiyang.failures import Failure
from yiyang.settings import settings_of_environment

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from domain.devices.models import Device

app = typer.Typer(help="Devices: what they are, and their accounts on the broker.")

DataDir = Annotated[Path, typer.Option(help="Folder of the demo.", show_default=True)]
_DATA_DIR = Path(".yiyang")
Id = Annotated[str, typer.Argument(help="The device's id: device_ and 32 hex digits.")]
KindName = Annotated[str, typer.Option(help="What it is, for example sos_button.")]


@app.callback(invoke_without_command=True)
def devices(
    called: typer.Context,
    data_dir: DataDir = _DATA_DIR,
    kind: Annotated[
        str | None, typer.Option(help="Only this kind, for example sos_button.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 10,
) -> None:
    """Without a command: print the demo's devices as JSON lines, all that any MQTT client needs to
    be one of them."""
    if called.invoked_subcommand is not None:
        return
    from yiyang.commands import district

    for line in asyncio.run(district.devices(data_dir, kind, limit)):
        print(json.dumps(line, ensure_ascii=False))


@app.command()
def add(
    kind: KindName,
    vendor: Annotated[str, typer.Option(help="Name of the vendor whose make it is.")],
    elder: Annotated[str | None, typer.Option(help="Id of whom it is for.")] = None,
    station: Annotated[
        str | None, typer.Option(help="Id of the station it stands in; in stock without either.")
    ] = None,
) -> None:
    """Enter a device and print its id and password, which is shown once (needs
    YIYANG_DATABASE_URL and _DEVICE_KEY)."""
    from domain.devices import registry

    wanted, account = new_device(kind, vendor, elder, station), _accounts()
    print(account(_run(lambda session: registry.add(session, wanted))))


@app.command("import")
def add_many(
    file: Annotated[
        Path, typer.Argument(help="CSV: kind,vendor,elder,station; of the last two one at most.")
    ],
    dry_run: Annotated[bool, typer.Option(help="Say what is wrong, and change nothing.")] = False,
) -> None:
    """Enter all devices of a file, or none, and print their ids and passwords in its order (needs
    YIYANG_DATABASE_URL and _DEVICE_KEY)."""
    from yiyang.commands.device_import import entered, rows_of

    account = _accounts()
    added, faults = asyncio.run(entered(rows_of(file), dry_run))
    for fault in faults:
        print(fault, file=sys.stderr)
    if faults:
        raise Failure(f"{len(faults)} lines of {file} are refused; no device has been entered.")
    if dry_run:
        print(f"{len(added)} devices would be entered.", file=sys.stderr)
        return
    for device in added:
        print(account(device))


@app.command()
def rotate(device: Id) -> None:
    """Give a device another password and print it; the old one is void at once (needs
    YIYANG_DATABASE_URL and _DEVICE_KEY)."""
    from domain.devices import registry

    key, account = key_of(device, "device", "DEVICE"), _accounts()
    print(account(_run(lambda session: registry.rotate(session, key))))


@app.command()
def revoke(device: Id) -> None:
    """Take a device out of use for good: the broker lets it in no more, and what still comes from
    it is refused (needs YIYANG_DATABASE_URL)."""
    from domain.devices import registry

    key = key_of(device, "device", "DEVICE")
    _run(lambda session: registry.revoke(session, key))


@app.command("list")
def list_all(
    kind: Annotated[str | None, typer.Option(help="Only this kind.")] = None,
    revoked: Annotated[bool, typer.Option(help="Those out of use, instead of the others.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 100,
) -> None:
    """Print devices as JSON lines, the newest first, without passwords (needs
    YIYANG_DATABASE_URL)."""
    from domain.devices import registry

    wanted = kind_named(kind) if kind else None
    found = _run(
        lambda session: registry.listed(session, kind=wanted, revoked=revoked, limit=limit)
    )
    for device in found:
        print(json.dumps(_line(device), ensure_ascii=False))


@app.command()
def kinds(
    as_json: Annotated[bool, typer.Option("--json", help="As JSON lines, one a kind.")] = False,
    markdown: Annotated[bool, typer.Option(help="As docs/devices.md.")] = False,
) -> None:
    """Print what each kind of device measures, sends and raises."""
    if markdown:
        from devices.kinds_page import kinds_page

        print(kinds_page(), end="")
        return
    from yiyang.commands import device_kinds

    if not as_json:
        device_kinds.show()
        return
    for line in device_kinds.lines():
        print(json.dumps(line, ensure_ascii=False))


def _line(device: "Device") -> dict[str, Any]:
    from domain.devices.credentials import device_name
    from domain.ids import public_id

    return {
        "device": device_name(device.id),
        "kind": device.kind.value,
        "elder": device.elder_id and public_id("elder", device.elder_id),
        "station": device.station_id and public_id("station", device.station_id),
        "password_version": device.secret_version,
        "last_seen_at": device.last_seen_at and device.last_seen_at.isoformat(),
        "revoked_at": device.revoked_at and device.revoked_at.isoformat(),
    }


def _accounts() -> "Callable[[Device], str]":
    """Writes a device's account down. Raises: SettingsError, before anything has been changed."""
    from domain.devices.credentials import device_name, device_password

    key = settings_of_environment().need_device_key()

    def account(device: "Device") -> str:
        password = device_password(key, device.id, device.secret_version)
        return json.dumps({"device": device_name(device.id), "password": password})

    return account


def _run(do: "Callable[[AsyncSession], Awaitable[Any]]") -> Any:
    """What a verb gives, once its transaction has committed. Raises: SettingsError, Failure."""
    return asyncio.run(_committed(do, settings_of_environment().need("database_url")))


async def _committed(do: "Callable[[AsyncSession], Awaitable[Any]]", url: str) -> Any:
    from domain.errors import DomainError

    try:
        async with reached(url) as database, database.transaction("operator") as session:
            return await do(session)
    except DomainError as error:
        raise Failure(said(error)) from error
