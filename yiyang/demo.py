"""``yiyang demo``: everything on one machine, from nothing, in one command."""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import asyncpg

from domain.calendar import today
from migrations.run import is_current, upgrade
from yiyang import keys, runtime
from yiyang.district.cast import District, find_cast
from yiyang.embedded.broker import EmbeddedBroker
from yiyang.embedded.ground import require_free
from yiyang.embedded.postgres import EmbeddedPostgres
from yiyang.keys import BRIDGE_LOGIN, DATA_KEY_ID, DEVICE_LOGIN, DevelopmentKeys
from yiyang.processes import Child, ChildFailed, Supervisor
from yiyang.progress import Progress
from yiyang.runtime import Running
from yiyang.startup import release_collector

SEED = 20260101
"""The demo district is the same everywhere."""

_ROOT = Path(__file__).parents[1]
_READY_SECONDS = 60

_AFTER = {"work": "bridge", "canary": "work", "simulate": "work"}
"""Who leaves the processors to whom at the start: jobs are durable and due in a minute at the
earliest, and the simulator is no part of being ready."""


@dataclass(frozen=True)
class DemoOptions:
    """What ``yiyang demo`` was asked for."""

    port: int
    mqtt_port: int
    mqtt5_port: int
    data_dir: Path
    elders: int
    simulator: bool
    as_json: bool


def run_demo(options: DemoOptions, progress: Progress) -> None:
    """Run until a signal; nothing is left running, however this process ends.

    Raises: EmbeddedError, DistrictError, ChildFailed with one sentence each.
    """
    require_free(options.port, "--port")
    # PostgreSQL's user must get through when root lends it the cluster; secrets are 0600 each.
    options.data_dir.mkdir(parents=True, exist_ok=True, mode=0o711)
    known = keys.load_or_create(options.data_dir)
    logins = {BRIDGE_LOGIN: known.bridge_password, DEVICE_LOGIN: known.device_password}
    progress.step("Starting PostgreSQL and the MQTT broker, both for development")
    postgres = EmbeddedPostgres(options.data_dir)
    broker = EmbeddedBroker(
        options.data_dir, port=options.mqtt_port, port5=options.mqtt5_port, logins=logins
    )
    with broker, postgres:
        district = _prepared(postgres.url, known, options, progress)
        supervisor = Supervisor(
            _children(options, known, postgres.url),
            data_dir=options.data_dir,
            watched=[postgres, broker],
        )
        release_collector()
        progress.step("Starting the API and the bridge; worker and simulator follow")
        running = _addresses(options, postgres.url)

        async def announce() -> None:
            await _until_ready(options)
            runtime.announce(options.data_dir, running)
            if options.as_json:
                print(json.dumps(asdict(running)), flush=True)
            else:
                # Signing tokens takes imports that the start need not wait for.
                from yiyang.demo_guide import show_guide

                show_guide(options.data_dir, known, running, district, progress)
            progress.step("Ready. Ctrl-C stops everything.")

        try:
            asyncio.run(supervisor.run(announce))
        finally:
            runtime.withdraw(options.data_dir)
            progress.step("Stopping")


def _prepared(
    url: str, known: DevelopmentKeys, options: DemoOptions, progress: Progress
) -> District:
    if not asyncio.run(is_current(url)):
        progress.step("Creating the tables")
        upgrade(url)
    return asyncio.run(_district(url, known, options, progress))


async def _district(
    url: str, known: DevelopmentKeys, options: DemoOptions, progress: Progress
) -> District:
    connection = await asyncpg.connect(url)
    try:
        present: int = await connection.fetchval("SELECT count(*) FROM elder")
        if not present:
            progress.step(f"Filling the demo district: {options.elders:,} elders")
            # The generator brings Faker along, which only a first start needs.
            from yiyang.district.load import load_district

            return await load_district(
                connection,
                known.vault,
                elders=options.elders,
                seed=SEED,
                today=today(),
                progress=progress.count,
            )
        if present != options.elders:
            progress.step(
                f"Keeping the {present:,} elders of {options.data_dir}; "
                "another --data-dir has room for another number"
            )
        return await find_cast(connection)
    finally:
        await connection.close()


def _addresses(options: DemoOptions, database: str) -> Running:
    return Running(
        graphql=f"http://127.0.0.1:{options.port}/graphql",
        ws=f"ws://127.0.0.1:{options.port}/graphql",
        mqtt=f"mqtt://127.0.0.1:{options.mqtt_port}",
        mqtt5=f"mqtt://127.0.0.1:{options.mqtt5_port}",
        database=database,
    )


def _children(options: DemoOptions, known: DevelopmentKeys, database_url: str) -> list[Child]:
    names = ["serve", "bridge", "work", "canary"]
    if options.simulator:
        names.append("simulate")
    environment = _environment(options, known, database_url)
    return [_child(name, options, known, environment) for name in names]


def _child(
    name: str, options: DemoOptions, known: DevelopmentKeys, environment: Mapping[str, str]
) -> Child:
    login, port = f"{BRIDGE_LOGIN}:{known.bridge_password}", options.mqtt5_port
    if name in ("simulate", "canary"):
        login, port = f"{DEVICE_LOGIN}:{known.device_password}", options.mqtt_port
    ready_file = _ready_file(options, name)
    ready_file.parent.mkdir(exist_ok=True)
    ready_file.unlink(missing_ok=True)
    return Child(
        name,
        [sys.executable, "-m", "yiyang", name],
        {
            **environment,
            "YIYANG_MQTT_URL": f"mqtt://{login}@127.0.0.1:{port}",
            "YIYANG_READY_FILE": str(ready_file),
        },
        after=_ready_file(options, _AFTER[name]) if name in _AFTER else None,
    )


def _environment(options: DemoOptions, known: DevelopmentKeys, database_url: str) -> dict[str, str]:
    pages = {
        "/graphiql": _ROOT / "api" / "static" / "graphiql",
        "/family": _ROOT / "client_examples" / "family_web",
    }
    present = {path: str(folder) for path, folder in pages.items() if folder.is_dir()}
    return {
        **os.environ,
        "YIYANG_DATABASE_URL": database_url,
        "YIYANG_TOKEN_KEY": json.dumps(known.token_jwk),
        "YIYANG_DEVICE_KEY": known.device_key,
        "YIYANG_DATA_KEYS": json.dumps({DATA_KEY_ID: known.data_key}),
        "YIYANG_HASH_KEY": known.hash_key,
        "YIYANG_PORT": str(options.port),
        "YIYANG_CANARY_URL": f"ws://127.0.0.1:{options.port}/graphql",
        "YIYANG_AUDIT_LOG": str(options.data_dir.absolute() / runtime.AUDIT_LOG),
        "YIYANG_PERSISTED_QUERIES": "true",
        "YIYANG_PAGES": json.dumps(present),
    }


def _ready_file(options: DemoOptions, name: str) -> Path:
    return options.data_dir.absolute() / "ready" / name


async def _until_ready(options: DemoOptions) -> None:
    """Wait until the API takes connections and the bridge does its work.

    Raises: ChildFailed when that takes too long.
    """
    waiting = {_ready_file(options, "bridge")}
    try:
        async with asyncio.timeout(_READY_SECONDS):
            while waiting or not await _listens(options.port):
                waiting = {file for file in waiting if not file.exists()}
                await asyncio.sleep(0.02)
    except TimeoutError as error:
        late = ", ".join(sorted(file.name for file in waiting)) or "serve"
        logs = options.data_dir / "logs"
        raise ChildFailed(
            f"not ready after {_READY_SECONDS} s: {late}; the logs are in {logs}."
        ) from error


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
