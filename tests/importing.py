"""Imports as a clerk makes them: a file is brought, looked through, and entered."""

import asyncio
import io
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import count
from typing import Any

import httpx
from openpyxl import Workbook
from stdnum.iso7064 import mod_11_2

from domain.access import Actor, Role
from tests.clients import Api

TITLES = ("姓名", "身份证号", "区划", "地址")
_numbers, _days = count(1), count(1)

IMPORT = """fragment I on ElderImport { id state failure rowCount badRowCount rowErrorCount
    ignoredColumns createdAt checkedAt expiresAt finishedAt availableActions
    rowErrors(first: 200) { totalCount nodes { row column code message } } }"""
READ = f"{IMPORT} query ($id: ID!) {{ elderImport(id: $id) {{ ...I }} }}"
APPLY = f"""{IMPORT} mutation ($input: ElderImportApplyInput!) {{ elderImportApply(input: $input) {{
    elderImport {{ ...I }} userErrors {{ code field message }} }} }}"""
CANCEL = f"""{IMPORT} mutation ($id: ID!) {{ elderImportCancel(input: {{id: $id}}) {{
    elderImport {{ ...I }} userErrors {{ code field message }} }} }}"""


def id_number(born: str = "19500101", *, male: bool = False) -> str:
    """Another one each time of a day, of a division that was; there are 500."""
    body = f"330102{born}{(2 * next(_numbers) + male) % 1000:03}"
    return body + mod_11_2.calc_check_digit(body)


def workbook(*rows: Sequence[Any]) -> bytes:
    """A spreadsheet of one sheet."""
    book, kept = Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    book.save(kept)
    return kept.getvalue()


def elders(region: str, number: int) -> list[list[str]]:
    """Rows that are good."""
    born = (date(1920, 1, 1) + timedelta(days=next(_days)) for _ in range(number))
    return [
        ["王秀英", id_number(f"{day:%Y%m%d}"), region, f"清波门社区{place}号"]
        for place, day in enumerate(born)
    ]


async def upload(api: Api, who: Role | Actor, content: bytes, **headers: str) -> httpx.Response:
    """The answer to a file."""
    return await api.http.post(
        f"http://127.0.0.1:{api.port}/elder-imports",
        content=content,
        headers={"Authorization": f"Bearer {api.token(who)}", **headers},
    )


async def brought(api: Api, who: Role | Actor, content: bytes) -> str:
    """The id of an import that must begin."""
    response = await upload(api, who, content)
    assert response.status_code == 201, response.text
    return response.json()["id"]


async def read(api: Api, who: Role | Actor, import_id: str) -> Any:
    """An import as somebody sees it."""
    return (await api.data(who, READ, id=import_id))["elderImport"]


async def rested(api: Api, who: Role | Actor, import_id: str) -> Any:
    """The import once no worker is at it."""
    async with asyncio.timeout(60):
        while True:
            found = await read(api, who, import_id)
            if found["state"] not in ("WAITING", "ENTERING"):
                return found
            await asyncio.sleep(0.05)


async def looked_through(api: Api, content: bytes, who: Role | Actor = Role.STATION) -> Any:
    """The import of a file, once a worker has looked at it."""
    return await rested(api, who, await brought(api, who, content))


async def apply(api: Api, who: Role | Actor, import_id: str, **more: Any) -> Any:
    """What `elderImportApply` answers."""
    data = await api.data(who, APPLY, input={"id": import_id, **more})
    return data["elderImportApply"]


def faults(found: Any) -> list[tuple[int, str | None, str]]:
    """What is wrong with which row, without the words."""
    return [(one["row"], one["column"], one["code"]) for one in found["rowErrors"]["nodes"]]
