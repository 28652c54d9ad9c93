"""Folders for clusters."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter, which pytest's own `tmp_path` isn't."""
    folder = Path(tempfile.mkdtemp(prefix="yiyang-test-"))
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
