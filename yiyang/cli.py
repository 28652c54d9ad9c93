"""The ``yiyang`` command: what starts what.

Commands import what they need when they run: `--help` and a small command answer at once.
"""

import asyncio
import errno
import json
import logging
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from domain.access import Role
from yiyang.commands import admin, audit, broker, clients, devices, keys, upstream, wechat
from yiyang.failures import Failure
from yiyang.settings import Environment, Settings, SettingsError, settings_of_environment
from yiyang.startup import hold_collector

app = typer.Typer(
    help="Yiyang (颐养): one GraphQL API for a district's eldercare.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

documents = typer.Typer(help="Trusted documents: make a manifest, check one.")
app.add_typer(documents, name="documents")
app.add_typer(admin.app, name="admin")
app.add_typer(audit.app, name="audit")
app.add_typer(broker.app, name="broker")
app.add_typer(clients.app, name="client")
app.add_typer(devices.app, name="devices")
app.add_typer(keys.app, name="keys")
app.add_typer(upstream.app, name="upstream")
app.add_typer(wechat.app, name="wechat")

DataDir = Annotated[
    Path, typer.Option(help="Folder of the demo: database, keys, logs.", show_default=True)
]
_DATA_DIR = Path(".yiyang")


def main() -> None:
    """Run the command; a failure is one sentence on stderr and exit code 1."""
    hold_collector()
    try:
        app()
    except Failure as failure:
        print(f"yiyang: {failure}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        print(
            f"yiyang: the disk is full ({error.filename}): free some space, or point --data-dir "
            "at another disk.",
            file=sys.stderr,
        )
        sys.exit(1)


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="Port of the API, GraphiQL and the pages.")] = 8000,
    mqtt_port: Annotated[int, typer.Option(help="Port of the broker for MQTT 3.1.1.")] = 1883,
    mqtt5_port: Annotated[int, typer.Option(help="Port of the broker for MQTT 5.")] = 1884,
    data_dir: DataDir = _DATA_DIR,
    elders: Annotated[
        int, typer.Option(help="Elders in the demo district, when it is first filled.")
    ] = 2000,
    simulator: Annotated[bool, typer.Option(help="Simulate devices.")] = True,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one line of JSON with the addresses once ready.")
    ] = False,
) -> None:
    """Start everything here: database, broker, API, bridge, worker, simulated devices."""
    from yiyang.demo import DemoOptions, run_demo
    from yiyang.progress import Progress

    _refuse_in_production("yiyang demo")
    options = DemoOptions(port, mqtt_port, mqtt5_port, data_dir, elders, simulator, as_json)
    run_demo(options, Progress())


@app.command()
def serve(
    workers: Annotated[int, typer.Option(min=1, help="How many API processes.")] = 1,
    host: Annotated[str | None, typer.Option(help="Address; YIYANG_HOST otherwise.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; YIYANG_PORT otherwise.")] = None,
) -> None:
    """Serve the API (needs YIYANG_DATABASE_URL, _TOKEN_KEY, _DATA_KEYS and _HASH_KEY)."""
    from yiyang.serve import serve as run

    given = {"host": host, "port": port}
    named = {name: value for name, value in given.items() if value is not None}
    run(settings_of_environment(**named), workers)


@app.command()
def bridge() -> None:
    """Take device messages into the database (needs YIYANG_DATABASE_URL, _MQTT_URL and
    _DEVICE_KEY)."""
    from yiyang.commands import parts

    _run_part(parts.bridge)


@app.command()
def work() -> None:
    """Run the durable jobs: escalation, exports, retention (needs YIYANG_DATABASE_URL, _DATA_KEYS
    and _HASH_KEY)."""
    from yiyang.commands import parts

    _run_part(parts.work)


@app.command()
def canary() -> None:
    """Ring a test call a minute at each station, from its button to a subscriber (needs
    YIYANG_DATABASE_URL, _MQTT_URL, _DEVICE_KEY, _TOKEN_KEY and _CANARY_URL)."""
    from yiyang.commands import parts

    _run_part(parts.canary)


@app.command()
def simulate() -> None:
    """Play the district's devices (needs YIYANG_DATABASE_URL, YIYANG_MQTT_URL)."""
    from yiyang.commands import parts

    _refuse_in_production("yiyang simulate")
    _run_part(parts.simulate)


@app.command()
def migrate() -> None:
    """Bring the database of YIYANG_DATABASE_URL to the newest schema."""
    from migrations.run import NotPermitted, upgrade

    url = settings_of_environment().need("database_url")
    try:
        upgrade(url)
    except NotPermitted as error:
        raise SettingsError(f"{error}") from error
    except ConnectionError as error:
        raise SettingsError(f"YIYANG_DATABASE_URL leads nowhere: {error}") from error


@app.command()
def schema() -> None:
    """Print the GraphQL schema definition language."""
    from api.schema import sdl

    print(sdl(), end="")


@app.command()
def access() -> None:
    """Print who sees and does what, as Markdown."""
    from api.schema import access_page

    print(access_page(), end="")


@app.command()
def errors() -> None:
    """Print every error code with its texts, as Markdown."""
    from api.schema import errors_page

    print(errors_page(), end="")


@documents.command("build")
def build_documents(
    files: Annotated[list[Path], typer.Argument(help="GraphQL files: operations and fragments.")],
) -> None:
    """Print a manifest of the operations in some files, for YIYANG_TRUSTED_DOCUMENTS."""
    from yiyang.commands.documents import build

    print(json.dumps(build(files), indent=2, ensure_ascii=False))


@documents.command("check")
def check_documents(
    manifest: Annotated[Path, typer.Argument(help="JSON, as `build` or graphql-codegen wrote it.")],
) -> None:
    """Say whether the API would take a manifest."""
    from yiyang.commands.documents import check

    print(f"{check(manifest)} documents, all of them good")


@app.command()
def token(
    role: Annotated[str, typer.Option(help="One of: " + " ".join(r.lower() for r in Role) + ".")],
    data_dir: DataDir = _DATA_DIR,
    region: Annotated[
        str | None, typer.Option(help="Division code instead of the account's own.")
    ] = None,
    person: Annotated[
        str | None,
        typer.Option(help="Name or id of an account, or id of its elder; the demo's own if none."),
    ] = None,
    ttl: Annotated[
        int, typer.Option(min=1, max=2_592_000, help="Seconds until it expires.")
    ] = 3600,
    budget: Annotated[
        int | None, typer.Option(min=1, help="Size of the caller's cost bucket, in points.")
    ] = None,
    scope: Annotated[
        str | None,
        typer.Option(help='Its scopes, for example "documents:own"; "" for none, else all.'),
    ] = None,
) -> None:
    """Print a signed development token and nothing else."""
    from yiyang.commands.district import development_token

    _refuse_in_production("yiyang token")
    lifetime = timedelta(seconds=ttl)
    scopes = None if scope is None else scope.split()
    print(
        asyncio.run(
            development_token(data_dir, _role(role), region, person, lifetime, budget, scopes)
        )
    )


@app.command()
def press(
    device: Annotated[str, typer.Argument(help="Id of an SOS button, as `yiyang devices` shows.")],
    data_dir: DataDir = _DATA_DIR,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds to wait for the receipt.")] = 10.0,
) -> None:
    """Press an SOS button: publish a real event as that device and wait for its receipt."""
    from yiyang.commands.district import press_button

    print(asyncio.run(press_button(data_dir, device, timeout)))


@app.command()
def watch(
    data_dir: DataDir = _DATA_DIR,
    role: Annotated[str, typer.Option(help="Whose eyes to look with.")] = "dispatcher",
    url: Annotated[
        str | None, typer.Option(help="ws://… of another server; needs --token.")
    ] = None,
    token: Annotated[str | None, typer.Option(help="A token instead of --role's.")] = None,
    language: Annotated[str, typer.Option(help="zh-CN, zh-TW or en.")] = "zh-CN",
) -> None:
    """Show a live board of alarms."""
    from yiyang.commands import district

    with suppress(KeyboardInterrupt):
        asyncio.run(district.watch(data_dir, _role(role), url, token, language))


def _refuse_in_production(command: str) -> None:
    if settings_of_environment().environment is Environment.PRODUCTION:
        raise SettingsError(f"{command} is for development; YIYANG_ENVIRONMENT says production.")


def _role(name: str) -> Role:
    try:
        return Role(name.upper())
    except ValueError:
        known = ", ".join(role.lower() for role in Role)
        raise SettingsError(f"--role {name} is none of {known}.") from None


def _run_part(run: Callable[[Settings], None]) -> None:
    from yiyang.logs import start_logging

    settings = settings_of_environment()
    start_logging(logging.getLevelNamesMapping()[settings.log_level])
    run(settings)
