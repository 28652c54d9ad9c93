"""Folders for clusters, a demo district of some thousand elders, and stand-ins for vendors."""

import shutil
import tempfile
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

import asyncpg
import pytest

from domain.crypto import Vault
from tests.aliyun import aliyun as aliyun
from tests.conftest import Template
from tests.scratch import scratch
from tests.wechat import wechat as wechat
from tests.yiyang.filled import EMPTY
from tests.yiyang.loaded import loaded


@pytest.fixture(scope="module")
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter, which pytest's own `tmp_path` isn't."""
    folder = Path(tempfile.mkdtemp(prefix="yiyang-test-", dir=scratch()))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def data_dir(open_folder: Path) -> Iterator[Path]:
    """A data directory that isn't there yet."""
    folder = Path(tempfile.mkdtemp(dir=open_folder))
    folder.chmod(0o755)
    yield folder / "data"
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
async def thousands(
    cluster: str, template: Template, vault: Vault
) -> AsyncGenerator[asyncpg.Connection, None]:
    """A district of ``loaded.ELDERS`` on ``loaded.TODAY``, which no test changes."""
    del template  # only has to be there: its database is the one that is cloned
    async with loaded(cluster, vault) as (connection, _):
        yield connection


@pytest.fixture
async def connection(database_url: str) -> AsyncGenerator[asyncpg.Connection, None]:
    """A migrated database that nobody is in."""
    opened = await asyncpg.connect(database_url)
    await opened.execute(EMPTY)
    yield opened
    await opened.close()
