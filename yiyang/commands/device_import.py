"""Enters the devices of a file: all of them, or none."""

import csv
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from domain.devices import registry
from domain.errors import DomainError
from yiyang.commands.device_words import new_device, said
from yiyang.commands.reaching import reached
from yiyang.failures import Failure
from yiyang.settings import SettingsError, settings_of_environment

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from domain.devices.models import Device

Row = dict[str, str | None]


class _Undone(Exception):
    """Ends a transaction that is to leave nothing behind."""


def rows_of(file: Path) -> list[Row]:
    """The lines of a CSV file. Raises: Failure."""
    try:
        with file.open(newline="", encoding="utf-8-sig") as opened:
            reader = csv.DictReader(opened)
            if not {"kind", "vendor"} <= set(reader.fieldnames or ()):
                raise Failure(f"{file} has no columns kind and vendor in its first line.")
            return list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Failure(f"{file} cannot be read: {error}") from error


async def entered(rows: Sequence[Row], dry_run: bool) -> "tuple[Sequence[Device], Sequence[str]]":
    """Enter devices.

    Returns: the devices in the order of their lines, and what is wrong with which line; nothing has
        been entered where anything is wrong, or on a dry run.
    """
    added, faults = list["Device"](), list[str]()
    async with reached(settings_of_environment().need("database_url")) as database:
        with suppress(_Undone):
            async with database.transaction("operator") as session:
                for number, row in enumerate(rows, 2):
                    try:
                        added.append(await _one(session, row))
                    except (DomainError, SettingsError) as error:
                        faults.append(f"line {number}: {said(error)}")
                if faults or dry_run:
                    raise _Undone
    return added, faults


async def _one(session: "AsyncSession", row: Row) -> "Device":
    kind, vendor = row["kind"] or "", row["vendor"] or ""
    wanted = new_device(kind, vendor, row.get("elder"), row.get("station"))
    return await registry.add(session, wanted)
