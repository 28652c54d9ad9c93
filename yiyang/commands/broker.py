"""``yiyang broker``: the configuration of a broker of production, and its accounts."""

import asyncio
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from yiyang.broker.configuration import BrokerOptions, Maker, configuration
from yiyang.commands.reaching import out_of_reach
from yiyang.failures import Failure
from yiyang.settings import Settings, SettingsError, settings_of_environment

if TYPE_CHECKING:
    from yiyang.broker.accounts import Accounts

app = typer.Typer(
    help="A broker of production: its configuration, its devices' accounts.", no_args_is_help=True
)

_FOLDERS = {Maker.MOSQUITTO: Path("/etc/mosquitto"), Maker.EMQX: Path("/etc/emqx")}
_STATES = {Maker.MOSQUITTO: Path("/var/lib/mosquitto"), Maker.EMQX: Path("/var/lib/emqx")}
_IN_TOPICS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")

Out = Annotated[Path, typer.Option(help="The password file; its folder's owner is its owner.")]
PidFile = Annotated[
    Path | None, typer.Option(help="The broker's pid file: it is told to read its accounts anew.")
]


@app.command()
def config(
    maker: Annotated[Maker, typer.Argument(help="Which broker.")],
    out: Annotated[
        Path | None, typer.Option(help="Folder to write the files to, instead of printing them.")
    ] = None,
    certificate: Annotated[
        Path | None, typer.Option(help="Its certificate with the chain, PEM.")
    ] = None,
    key: Annotated[Path | None, typer.Option(help="The certificate's key, PEM.")] = None,
    passwords: Annotated[Path | None, typer.Option(help="The file with the accounts.")] = None,
    folder: Annotated[Path | None, typer.Option(help="Where the files will lie.")] = None,
    state: Annotated[Path | None, typer.Option(help="Folder of what survives a restart.")] = None,
    log: Annotated[
        str, typer.Option(help="Mosquitto's log_dest.")
    ] = "file /var/log/mosquitto/mosquitto.log",
    pid: Annotated[Path, typer.Option(help="Mosquitto's pid file.")] = Path(
        "/run/mosquitto/mosquitto.pid"
    ),
    user: Annotated[str, typer.Option(help="As whom Mosquitto runs.")] = "mosquitto",
    bridge: Annotated[str, typer.Option(help="User name of the bridges.")] = "yiyang-bridge",
    port: Annotated[int, typer.Option(help="For devices, TLS.")] = 8883,
    bridge_port: Annotated[int, typer.Option(help="For bridges, on loopback.")] = 1883,
    connections: Annotated[int, typer.Option(min=1, help="Devices at a time.")] = 60_000,
) -> None:
    """Print a complete configuration with its rights, commented; YIYANG_TENANT names the topics."""
    home = folder or _FOLDERS[maker]
    options = BrokerOptions(
        tenant=_in_topics("YIYANG_TENANT", settings_of_environment().tenant),
        folder=home,
        certificate=certificate or home / "certs/server.pem",
        key=key or home / "certs/server.key",
        passwords=passwords or home / "accounts/passwords",
        state=state or _STATES[maker],
        log=log,
        pid=pid,
        user=user,
        bridge=_in_topics("--bridge", bridge),
        port=port,
        bridge_port=bridge_port,
        connections=connections,
    )
    for name, text in configuration(maker, options).items():
        if out is None:
            print(text)
        else:
            _write(out / name, text)


@app.command()
def passwords(
    format: Annotated[
        Maker, typer.Option(help="mosquitto: password_file; emqx: CSV for import_users.")
    ] = Maker.MOSQUITTO,
    out: Annotated[
        Path | None, typer.Option(help="File to put in place, instead of printing.")
    ] = None,
    pid_file: PidFile = None,
) -> None:
    """Write the accounts of all devices that have not been revoked, and the bridges' (needs
    YIYANG_DATABASE_URL, _DEVICE_KEY, and _MQTT_URL for the bridges' account)."""
    settings = settings_of_environment()
    accounts = _accounts(settings)
    text = asyncio.run(_text(settings.need("database_url"), accounts, format))
    if out is None:
        sys.stdout.write(text)
        return
    from yiyang.broker.keeping import BrokerAway, NotWritten, PasswordFile

    file = PasswordFile(out, pid_file)
    try:
        file.write(text)
        file.tell_broker()
    except NotWritten as error:
        raise Failure(f"{error}") from error
    except BrokerAway as away:
        raise Failure(
            f"the accounts are written, and the broker has not been told: {away}."
        ) from away


@app.command()
def keep(out: Out, pid_file: PidFile = None) -> None:
    """Keep Mosquitto's accounts as the database says, until SIGTERM: whoever is revoked or has
    another password now is disconnected within a second or two. Run it as the broker's user (needs
    YIYANG_DATABASE_URL, _DEVICE_KEY, and _MQTT_URL for the bridges' account)."""
    from yiyang.broker.keeping import NotWritten, PasswordFile
    from yiyang.broker.keeping import keep as run
    from yiyang.commands.parts import until_told
    from yiyang.logs import start_logging

    settings = settings_of_environment()
    accounts, url = _accounts(settings), settings.need("database_url")
    start_logging(logging.getLevelNamesMapping()[settings.log_level])
    file = PasswordFile(out, pid_file)
    try:
        asyncio.run(until_told(run(url, accounts, file, settings.say_ready)))
    except NotWritten as error:
        raise Failure(f"{error}") from error


async def _text(url: str, accounts: "Accounts", format: Maker) -> str:
    import asyncpg

    from domain.database import AS_SERVICE
    from yiyang.broker.keeping import valid_devices

    with out_of_reach():
        connection = await asyncpg.connect(url, server_settings=AS_SERVICE)
        try:
            devices = await valid_devices(connection)
        finally:
            await connection.close()
    if format is Maker.EMQX:
        return accounts.emqx_users(devices)
    return accounts.password_file(devices)


def _accounts(settings: Settings) -> "Accounts":
    """Raises: SettingsError where the bridges' account is not said."""
    from devices.address import broker_address
    from yiyang.broker.accounts import Accounts, Login

    address = broker_address(settings.need("mqtt_url"))
    if not address.username or not address.password:
        raise SettingsError(
            "YIYANG_MQTT_URL names no user and password: they are the bridges' account."
        )
    if ":" in address.username or "\n" in address.username:
        raise SettingsError("YIYANG_MQTT_URL: the user name cannot stand in a password file.")
    return Accounts(settings.need_device_key(), Login(address.username, address.password))


def _in_topics(name: str, value: str) -> str:
    """A value that means itself in rights and topics. Raises: SettingsError."""
    if not value or not _IN_TOPICS.issuperset(value):
        raise SettingsError(f"{name} must consist of letters, digits, dots, dashes, underscores.")
    return value


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text)
    except OSError as error:
        raise Failure(f"{path} cannot be written: {error}") from error
    print(path)
