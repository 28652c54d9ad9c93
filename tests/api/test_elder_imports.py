"""Registers that people bring: all rows are looked at, and all are entered, or none."""

import asyncio
import io
import zipfile
from collections.abc import AsyncGenerator
from datetime import date
from typing import Any

import pytest

from api.relay import key_of
from domain.access import Role
from domain.accounts.models import Relation
from domain.crypto import Vault
from domain.database import Database
from domain.elders.models import Tag
from domain.imports import service
from domain.imports.models import ImportColumn
from domain.imports.service import BROUGHT
from domain.imports.sheets import MOST_BYTES, MOST_ROWS
from domain.imports.words import column_of, relation_of, tags_of
from tests.clients import Api
from tests.exporting import working
from tests.importing import (
    CANCEL,
    TITLES,
    apply,
    brought,
    elders,
    faults,
    id_number,
    looked_through,
    read,
    rested,
    upload,
    workbook,
)

FOUND = """query ($number: String!) { elders(first: 9, filter: {idNumber: $number}) { nodes {
  name gender birthDate phone address region { code } tagHistory { tag since source }
  contacts { name relation phone callingOrder } history { field } version } } }"""


@pytest.fixture
async def worker(database_url: str, vault: Vault) -> AsyncGenerator[None, None]:
    async with working(database_url, vault):
        yield


@pytest.fixture
async def region(api: Api, database: Database) -> str:
    """A community of the station's region."""
    return await one(
        database,
        "SELECT min(code) FROM region WHERE level = 'COMMUNITY' AND starts_with(code, $1)",
        api.actor(Role.STATION).region,
    )


async def one(database: Database, statement: str, *arguments: Any) -> Any:
    """The one value of a statement."""
    return (await database.rows(statement, arguments, once=False))[0][0]


async def registered(database: Database) -> int:
    return await one(database, "SELECT count(*) FROM elder")


async def found(api: Api, number: str) -> list[Any]:
    return (await api.data(Role.ADMIN, FOUND, number=number))["elders"]["nodes"]


@pytest.mark.usefixtures("worker")
async def test_a_file_is_entered_once_its_owner_says_so(
    api: Api, database: Database, region: str
) -> None:
    mother, father = id_number("19480302"), id_number("19451120", male=True)
    titles = [*TITLES, "性别", "出生日期", "电话", "标签", "标签起始日期", "标签来源", "联系人"]
    titles += ["联系人关系", "联系人电话", "备注"]
    content = workbook(
        titles,
        [
            *("王秀英", mother, int(region), "清波门社区1号", "女", date(1948, 3, 2), 13800001234),
            *("独居、低保", "2026年3月1日", "社区走访", "李明", "儿子", "138 0000 5678", "无"),
        ],
        [],
        ["李 强", father, region, "清波门社区2号"],
    )
    before = await registered(database)
    import_id = await brought(api, Role.STATION, content)
    checked = await rested(api, Role.STATION, import_id)
    assert (checked["state"], checked["rowCount"], checked["badRowCount"]) == ("CHECKED", 2, 0)
    assert checked["ignoredColumns"] == ["备注"]
    assert checked["availableActions"] == ["APPLY", "CANCEL"]
    assert await registered(database) == before
    applied = await apply(api, Role.STATION, import_id)
    assert (applied["userErrors"], applied["elderImport"]["state"]) == ([], "ENTERING")
    done = await rested(api, Role.STATION, import_id)
    assert (done["state"], done["availableActions"], done["expiresAt"]) == ("DONE", [], None)
    assert await registered(database) == before + 2
    (elder,) = await found(api, mother)
    assert elder["contacts"] == [
        {"name": "李明", "relation": "SON", "phone": "138****5678", "callingOrder": 1}
    ]
    source = {"since": "2026-03-01", "source": "社区走访"}
    assert sorted(elder["tagHistory"], key=lambda tag: tag["tag"]) == [
        {"tag": "LIVES_ALONE", **source},
        {"tag": "MINIMUM_LIVING", **source},
    ]
    assert (elder["phone"], elder["region"]["code"]) == ("138****1234", region)
    assert [line["field"] for line in elder["history"]] == [None, "CONTACT"]
    # What the id number says, nobody needs to write.
    (other,) = await found(api, father)
    assert (other["gender"], other["birthDate"]) == ("MALE", "1945-11-20")
    assert (other["phone"], other["contacts"], other["tagHistory"]) == (None, [], [])
    left = "SELECT file_cipher IS NULL FROM elder_import"
    assert await one(database, left)
    trail = "SELECT count(*) FROM audit_entry WHERE action = 'elder_import' AND actor_id = $1"
    assert await one(database, trail, api.actor(Role.STATION).id) == 2


@pytest.mark.usefixtures("worker")
async def test_every_bad_row_is_named_and_nothing_is_entered(
    api: Api, database: Database, region: str
) -> None:
    known, twice = id_number(), id_number()
    content = workbook([*TITLES], ["王秀英", known, region, "清波门社区1号"])
    entered = (await looked_through(api, content))["id"]
    await apply(api, Role.STATION, entered)
    assert (await rested(api, Role.STATION, entered))["state"] == "DONE"
    before = await registered(database)
    elsewhere = await one(
        database,
        "SELECT min(code) FROM region WHERE level = 'COMMUNITY' AND NOT starts_with(code, $1)",
        api.actor(Role.STATION).region,
    )
    titles = [*TITLES, "出生日期", "电话", "标签", "标签来源", "标签起始日期", "联系人"]
    found_bad = await looked_through(
        api,
        workbook(
            titles,
            ["王秀英", twice, region, "清波门社区1号"],
            ["", id_number(), elsewhere, "x" * 201],
            ["李强", twice, region[:9], "清波门社区2号"],
            ["李强", known, "九溪桃源社区", "清波门社区2号", "1950-02-30", "12345"],
            ["李强", 3.3010219500101e17, region, "清波门社区2号", "", "", "独居", "", "1950-01-01"],
            ["李强", id_number(), region, "1号", "1951-01-01", "", "独居,爱唱歌", "", "", "李明"],
            ["李强", id_number("20000101"), region, "1号", "", "", "独居", "走访", "1949-01-01"],
            ["李强", id_number("19500101"), region, "1号", "", "", "独居", "走访", "1949-01-01"],
        ),
    )
    assert (found_bad["state"], found_bad["availableActions"]) == ("REFUSED", [])
    assert faults(found_bad) == [
        (3, "NAME", "INVALID_INPUT"),
        (3, "REGION", "PERMISSION_DENIED"),
        (3, "ADDRESS", "INVALID_INPUT"),
        (4, "ID_NUMBER", "INVALID_INPUT"),
        (4, "REGION", "INVALID_INPUT"),
        (5, "ID_NUMBER", "ALREADY_EXISTS"),
        (5, "BIRTH_DATE", "INVALID_INPUT"),
        (5, "REGION", "NOT_FOUND"),
        (5, "PHONE", "INVALID_INPUT"),
        (6, "ID_NUMBER", "INVALID_INPUT"),
        (6, "TAGS_SOURCE", "INVALID_INPUT"),
        (7, "BIRTH_DATE", "INVALID_INPUT"),
        (7, "TAGS", "INVALID_INPUT"),
        (7, "CONTACT_PHONE", "INVALID_INPUT"),
        (8, "ID_NUMBER", "INVALID_INPUT"),
        (9, "TAGS_SINCE", "INVALID_INPUT"),
    ]
    assert (found_bad["rowCount"], found_bad["badRowCount"]) == (8, 7)
    words = [one["message"] for one in found_bad["rowErrors"]["nodes"] if one["row"] == 4]
    assert "与第 2 行重复" in words[0]
    assert await registered(database) == before
    # Not a value of the file is kept.
    kept = await one(database, "SELECT string_agg(f::text, '') FROM elder_import_fault AS f")
    assert known not in kept
    assert "李强" not in kept
    refused = await apply(api, Role.STATION, found_bad["id"])
    assert [error["code"] for error in refused["userErrors"]] == ["ILLEGAL_TRANSITION"]


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
async def test_csv_is_read_as_excel_saves_it(api: Api, region: str, encoding: str) -> None:
    lines = [",".join(TITLES), f'王秀英,{id_number()},{region},"清波门社区1号, 2单元"']
    checked = await looked_through(api, "\r\n".join(lines).encode(encoding))
    assert (checked["state"], checked["rowCount"]) == ("CHECKED", 1), checked


@pytest.mark.usefixtures("worker")
async def test_the_template_is_a_file_without_rows(api: Api, region: str) -> None:
    at = f"http://127.0.0.1:{api.port}/elder-imports/template.csv"
    for language in ("zh-CN", "zh-TW", "en"):
        response = await api.http.get(at, headers={"Accept-Language": language})
        assert response.status_code == 200
        empty = await looked_through(api, response.content)
        assert (empty["state"], faults(empty)) == ("REFUSED", [(1, None, "INVALID_INPUT")])
        cells = ["王秀英", id_number(), "", "", region, "清波门社区1号"]
        good = await looked_through(api, response.content + ",".join(cells).encode())
        assert good["state"] == "CHECKED", good
        assert good["ignoredColumns"] == []
        await api.data(Role.STATION, CANCEL, id=good["id"])


@pytest.mark.usefixtures("worker")
async def test_a_file_without_a_column_is_told_so(api: Api) -> None:
    missing = await looked_through(api, workbook(["姓名", "地址", "姓名", "身份证"], ["王秀英"]))
    assert faults(missing) == [(1, "NAME", "INVALID_INPUT"), (1, "REGION", "INVALID_INPUT")]


@pytest.mark.usefixtures("worker")
async def test_who_came_into_the_register_meanwhile_keeps_all_out(
    api: Api, database: Database, region: str
) -> None:
    rows = elders(region, 3)
    first, second = [await looked_through(api, workbook(TITLES, *rows)) for _ in range(2)]
    before = await registered(database)
    await asyncio.gather(*(apply(api, Role.STATION, one["id"]) for one in (first, second)))
    states = [(await rested(api, Role.STATION, one["id"]))["state"] for one in (first, second)]
    assert sorted(states) == ["DONE", "REFUSED"]
    assert await registered(database) == before + 3


async def test_what_is_no_spreadsheet_is_not_taken(api: Api, database: Database) -> None:
    before = await one(database, "SELECT count(*) FROM elder_import")
    for content in (b"", b"\x89PNG\r\n\x1a\n\0\0", b"%PDF\0"):
        assert (await upload(api, Role.STATION, content)).status_code == 415
    assert (await upload(api, Role.STATION, b"a" * (MOST_BYTES + 1))).status_code == 413
    assert (await upload(api, Role.VOLUNTEER, b"a")).status_code == 403
    assert (await upload(api, Role.STATION, b"a", Authorization="")).status_code == 401
    assert await one(database, "SELECT count(*) FROM elder_import") == before


@pytest.mark.usefixtures("worker")
async def test_what_cannot_be_read_has_failed(api: Api) -> None:
    whole = workbook(TITLES)
    for content in (whole[: len(whole) // 2], b"PK\x03\x04" + bytes(100), b"\xff\xfe\xff"):
        failed = await looked_through(api, content)
        assert (failed["state"], failed["failure"]) == ("FAILED", "UNREADABLE")
    many = "\n".join([",".join(TITLES), *(["王秀英,1,2,3"] * (MOST_ROWS + 1))])
    large = await looked_through(api, many.encode())
    assert (large["state"], large["failure"]) == ("FAILED", "TOO_LARGE")


@pytest.mark.usefixtures("worker")
async def test_a_file_that_is_made_to_harm_harms_nobody(api: Api) -> None:
    far = workbook(["姓名"])
    far = far_away(far)
    failed = await looked_through(api, far)
    assert (failed["state"], failed["failure"]) == ("FAILED", "UNREADABLE")
    # One long text, which the file holds once, in each of many cells.
    same = await looked_through(api, workbook(TITLES, *([["长" * 500] * 20] * 1000)))
    assert (same["state"], same["failure"]) == ("FAILED", "UNREADABLE")


def far_away(content: bytes) -> bytes:
    """The same with one more cell, in the last row of the last column."""
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(kept, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                cell = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
                part = part.replace(b"</sheetData>", cell)
            new.writestr(name, part)
    return kept.getvalue()


async def test_whoever_brings_file_after_file_has_to_wait(api: Api) -> None:
    answers = [await upload(api, Role.STATION, b"a") for _ in range(BROUGHT.at_once + 1)]
    codes = [answer.json().get("code") or answer.text for answer in answers]
    assert "TOO_MANY_ATTEMPTS" in str(codes[-1]), codes[-1]
    assert not [one for one in codes[:-1] if "TOO_MANY_ATTEMPTS" in str(one)]


async def test_an_account_has_three_open_files_and_others_see_none(
    api: Api, database: Database
) -> None:
    answers = await asyncio.gather(*(upload(api, Role.STATION, b"a") for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 201, 201, 429, 429]
    ids = [answer.json()["id"] for answer in answers if answer.status_code == 201]
    assert await read(api, Role.ADMIN, ids[0]) is None
    assert (await apply(api, Role.ADMIN, ids[0]))["userErrors"][0]["code"] == "NOT_FOUND"
    given_up = await api.data(Role.STATION, CANCEL, id=ids[0])
    assert given_up["elderImportCancel"]["elderImport"]["state"] == "CANCELLED"
    assert await one(database, "SELECT count(file_cipher) FROM elder_import") == 2
    assert (await upload(api, Role.STATION, b"a")).status_code == 201


@pytest.mark.usefixtures("worker")
async def test_whose_role_has_ended_enters_nobody(
    api: Api, database: Database, region: str
) -> None:
    checked = await looked_through(api, workbook(TITLES, *elders(region, 1)))
    before = await registered(database)
    await database.run(
        "UPDATE account SET until = now() WHERE id = $1", (api.actor(Role.STATION).id,)
    )
    await apply(api, Role.STATION, checked["id"])
    failed = await rested(api, Role.STATION, checked["id"])
    assert (failed["state"], failed["failure"]) == ("FAILED", "RIGHTS_WITHDRAWN")
    assert await registered(database) == before


async def test_a_file_that_nobody_enters_is_dropped(api: Api, database: Database) -> None:
    key = key_of(await brought(api, Role.STATION, b"a"), "elder_import")
    for state, moment, days in (("CHECKED", "checked_at", 2), ("EXPIRED", "finished_at", 31)):
        await database.run(
            f"UPDATE elder_import SET state = $1, {moment} = now() - $2 * interval '1 day'"
            " WHERE id = $3",
            (state, days, key),
        )
        async with database.transaction("worker") as session:
            await service.tidy(session)
        kept = "SELECT count(file_cipher) FROM elder_import"
        assert await one(database, kept) == 0
    async with database.transaction("worker") as session:
        assert await service.prune(session) == 1


@pytest.mark.usefixtures("worker")
async def test_a_cell_without_a_division_is_told_so(api: Api, region: str) -> None:
    (good, bad) = elders(region, 2)
    refused = await looked_through(api, workbook(TITLES, good, [*bad[:2], "", bad[3]]))
    assert faults(refused) == [(3, "REGION", "INVALID_INPUT")]


def test_what_is_said_in_the_one_script_is_understood_in_the_other() -> None:
    titles = {
        "PHONE": ("手机号", "手機號", "手机号码", "手機號碼"),
        "TAGS": ("人员类别", "人員類別", "重点类别", "重點類別"),
        "CONTACT_RELATION": ("与联系人关系", "與聯絡人關係"),
        "CONTACT_PHONE": ("联系人手机", "聯絡人手機"),
    }
    for column, names in titles.items():
        assert {column_of(name) for name in names} == {ImportColumn(column)}
    assert relation_of("外孫女") is relation_of("外孙女") is Relation.GRANDCHILD
    assert tags_of("重度殘疾、計生特殊家庭") == [
        *(Tag.SEVERELY_HANDICAPPED, Tag.FAMILY_PLANNING_SPECIAL)
    ]
