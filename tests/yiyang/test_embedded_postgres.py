"""The embedded PostgreSQL, with the real binaries: its life, its end, and what it says when not."""

import contextlib
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Generator, Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest

from tests.yiyang.clusters import query
from tests.yiyang.watching import gone, wait_until
from yiyang.embedded import EmbeddedError
from yiyang.embedded.postgres import EmbeddedPostgres, throwaway_postgres

AS_ROOT = os.geteuid() == 0

PARENT = """
import sys, time
from pathlib import Path
from yiyang.embedded.postgres import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]), durable=sys.argv[2] == "durable")
server.launch()
server.wait_ready()
print(server.url, flush=True)
time.sleep(600)
"""


@pytest.fixture(scope="module")
def made(open_folder: Path) -> Path:
    """A data directory with a cluster in it, stopped; every test leaves it fit to start."""
    with EmbeddedPostgres(open_folder / "made", durable=False):
        pass
    return open_folder / "made"


@contextlib.contextmanager
def spoiled(file: Path, content: bytes | None) -> Generator[None]:
    """Overwrite a file, or remove it, and put it back."""
    aside = file.with_name("aside")
    file.rename(aside)
    if content is not None:
        shutil.copy(aside, file)
        shutil.chown(file, aside.stat().st_uid)
        file.write_bytes(content)
    yield
    aside.replace(file)


def server_pid(data_dir: Path) -> int:
    return int((data_dir / "postgres/cluster/postmaster.pid").read_text().split("\n")[0])


def orphan_maker(data_dir: Path, durability: str = "fast") -> tuple[subprocess.Popen[str], str]:
    """A process of its own that runs a server; returns it and the server's URL."""
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(data_dir), durability],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    return parent, parent.stdout.readline().strip()


def kill(parent: subprocess.Popen[str]) -> None:
    parent.kill()
    parent.communicate()


async def test_second_start_finds_data_and_password(made: Path) -> None:
    with EmbeddedPostgres(made, durable=False) as server:
        await query(server.url, "CREATE TABLE kept_over_stop AS SELECT '颐养' AS word")
        password = server.url.split("@")[0]
    assert not server.is_running
    with EmbeddedPostgres(made, durable=False) as server:
        assert await query(server.url, "SELECT word FROM kept_over_stop") == "颐养"
        assert server.url.split("@")[0] == password


@pytest.mark.parametrize(("durable", "switch"), [(True, "on"), (False, "off")])
async def test_settings(made: Path, durable: bool, switch: str) -> None:
    with EmbeddedPostgres(made, durable=durable) as server:
        for name, value in {
            "fsync": switch,
            "synchronous_commit": switch,
            "full_page_writes": switch,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": "200",
            "shared_buffers": "256MB",
            "TimeZone": "UTC",
            "server_encoding": "UTF8",
        }.items():
            assert (name, await query(server.url, f"SHOW {name}")) == (name, value)
        database = (
            "SELECT concat_ws(' ', datname, datlocprovider, datlocale, pg_get_userbyid(datdba))"
            " FROM pg_database WHERE datname = current_database()"
        )
        assert await query(server.url, database) == "yiyang b C.UTF-8 yiyang"
        assert await query(server.url, "SELECT rolsuper FROM pg_roles WHERE rolname = user")


async def test_password_is_private_and_needed(made: Path) -> None:
    password_file = made / "postgres/password"
    assert stat.S_IMODE(password_file.stat().st_mode) == 0o600
    with EmbeddedPostgres(made, durable=False) as server:
        wrong = server.url.replace(password_file.read_text(), "guess")
        with pytest.raises(asyncpg.InvalidPasswordError):
            await query(wrong, "SELECT 1")


@pytest.mark.parametrize("durability", ["durable", "fast"])
async def test_killed_parent_leaves_nothing_and_the_next_start_waits(
    made: Path, durability: str
) -> None:
    parent, url = orphan_maker(made, durability)
    await query(url, f"CREATE TABLE kept_over_kill_{durability} AS SELECT 7 AS n")
    orphan = server_pid(made)
    kill(parent)
    with EmbeddedPostgres(made, durable=durability == "durable") as server:  # at once
        assert gone(orphan)
        assert await query(server.url, f"SELECT n FROM kept_over_kill_{durability}") == 7


async def test_killed_parent_ends_server_with_open_transaction(made: Path) -> None:
    parent, url = orphan_maker(made)
    connection = await asyncpg.connect(url)
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("CREATE TABLE lost (n int)")
    server = psutil.Process(server_pid(made))
    family = [server.pid, *(worker.pid for worker in server.children())]
    assert len(family) > 3
    kill(parent)
    wait_until(lambda: all(map(gone, family)))
    connection.terminate()
    assert not (made / "postgres/cluster/postmaster.pid").exists()


def test_throwaway_server_leaves_no_file() -> None:
    with throwaway_postgres() as server:
        assert server.log_file.exists()
    assert not server.log_file.exists()


async def test_ctrl_c_in_the_terminal_does_not_reach_the_server(made: Path) -> None:
    with EmbeddedPostgres(made, durable=False):
        assert os.getsid(server_pid(made)) != os.getsid(0)


async def test_start_right_after_the_server_itself_was_killed(made: Path) -> None:
    with EmbeddedPostgres(made) as server:
        await query(server.url, "CREATE TABLE kept_over_crash AS SELECT 7 AS n")
        idle = await asyncpg.connect(server.url)  # a worker that outlives its master for a moment
        os.kill(server_pid(made), signal.SIGKILL)
        wait_until(lambda: not server.is_running)
        server.launch()
        server.wait_ready()
        assert await query(server.url, "SELECT n FROM kept_over_crash") == 7
        idle.terminate()


def test_stale_lock_file_that_names_a_living_stranger(made: Path) -> None:
    cluster = made / "postgres/cluster"
    owner = cluster.stat().st_uid
    stranger = subprocess.Popen(["/bin/sleep", "60"], cwd="/", user=owner if AS_ROOT else None)
    try:
        stale = cluster / "postmaster.pid"
        stale.write_text(f"{stranger.pid}\n{cluster}\n1\n5432\n\n127.0.0.1\n1 1\nready   \n")
        os.chown(stale, owner, -1)
        with EmbeddedPostgres(made, durable=False) as server:
            assert server.is_running
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_half_made_cluster_is_made_anew(data_dir: Path) -> None:
    leftover = data_dir / "postgres/cluster.new"
    leftover.mkdir(parents=True)
    (leftover / "PG_VERSION").write_text("18\n")
    with EmbeddedPostgres(data_dir, durable=False) as server:
        assert server.is_running
    assert not leftover.exists()


def test_another_major_version(made: Path) -> None:
    message = r"made by PostgreSQL 17 .* PostgreSQL 18; .*--data-dir"
    with (
        spoiled(made / "postgres/cluster/PG_VERSION", b"17\n"),
        pytest.raises(EmbeddedError, match=message),
    ):
        EmbeddedPostgres(made).launch()


def test_lost_password(made: Path) -> None:
    message = r"postgres/password is missing.*--data-dir"
    with spoiled(made / "postgres/password", None), pytest.raises(EmbeddedError, match=message):
        EmbeddedPostgres(made).launch()


def test_port_taken(made: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        server = EmbeddedPostgres(made, port=port, durable=False, port_option="--pg-port")
        with pytest.raises(EmbeddedError, match=rf"Port {port} .* is taken .*--pg-port"):
            server.launch()
        assert not server.is_running
    with server:  # and free again
        assert f":{port}/" in server.url


def test_in_use_by_another_yiyang(made: Path) -> None:
    with EmbeddedPostgres(made, durable=False) as first:
        message = rf"in use by another running Yiyang \(process {os.getpid()}\).*--data-dir"
        with pytest.raises(EmbeddedError, match=message):
            EmbeddedPostgres(made, durable=False).launch()
        assert first.is_running


def test_file_in_the_way(data_dir: Path) -> None:
    data_dir.write_text("a file")
    with pytest.raises(EmbeddedError, match=r"cannot be written .*--data-dir"):
        EmbeddedPostgres(data_dir).launch()


@pytest.mark.skipif(AS_ROOT, reason="root may write everywhere")
def test_folder_that_may_not_be_written(data_dir: Path) -> None:
    data_dir.mkdir(mode=0o500)
    with pytest.raises(EmbeddedError, match=r"cannot be written \(Permission denied.*--data-dir"):
        EmbeddedPostgres(data_dir).launch()


def test_reason_of_a_death_at_start(made: Path) -> None:
    server = EmbeddedPostgres(made, durable=False)
    with spoiled(made / "postgres/cluster/global/pg_control", b"\0" * 8192):
        server.launch()
        message = r"ended while it started \(.*(FATAL|PANIC): .*log is"
        with pytest.raises(EmbeddedError, match=message):
            server.wait_ready()
    assert not server.is_running


@pytest.fixture
def small_disk(data_dir: Path) -> Iterator[Path]:
    """A file system of 72 MiB: enough for a cluster, for little more."""
    data_dir.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=72m,mode=755", "tmpfs", str(data_dir)]
    if not AS_ROOT or subprocess.run(mount, check=False).returncode != 0:
        pytest.skip("only root can mount a small disk, and not in every container")
    yield data_dir
    subprocess.run(["umount", "--lazy", data_dir], check=True)


def leave_free(folder: Path, mib: int) -> None:
    with (folder / "ballast").open("wb", buffering=0) as ballast:
        os.posix_fallocate(ballast.fileno(), 0, shutil.disk_usage(folder).free - mib * 2**20)


def test_disk_full_before_the_first_start(small_disk: Path) -> None:
    leave_free(small_disk, mib=20)
    with pytest.raises(EmbeddedError, match=r"disk is full: .* has \d+ MiB left.*--data-dir"):
        EmbeddedPostgres(small_disk).launch()
    assert not (small_disk / "postgres/cluster.new").exists()


def test_disk_full_at_a_later_start(small_disk: Path) -> None:
    with EmbeddedPostgres(small_disk, durable=False):
        pass
    leave_free(small_disk, mib=0)
    with (
        pytest.raises(EmbeddedError, match=r"disk is full: .* has 0 MiB left.*--data-dir"),
        EmbeddedPostgres(small_disk, durable=False),
    ):
        pass
    (small_disk / "ballast").unlink()
    with EmbeddedPostgres(small_disk, durable=False) as server:
        assert server.is_running
