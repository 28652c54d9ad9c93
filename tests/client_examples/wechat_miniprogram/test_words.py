"""The mini-program in its three languages."""

import json
import subprocess
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

import pytest

from domain.access import Role
from domain.accounts.models import Relation
from domain.alarms.models import AlarmSeverity, ResolveReason
from domain.database import Database
from domain.elders.models import CareLevel, Gender
from domain.visits.models import VisitKind
from tests.client_examples.story import ring
from tests.client_examples.wechat_miniprogram.conftest import Held
from tests.client_examples.wechat_miniprogram.phone import PROGRAM, kept, switched_on
from tests.clients import Api
from tests.npm import node


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh_CN", ["您好", "轻度失能", "还没有人确认", "女儿", "3小时前"]),
        ("zh_TW", ["您好", "輕度失能", "還沒有人確認", "女兒", "3小時前"]),
        ("zh_HK", ["輕度失能"]),
        ("en", ["Hello", "mild", "Nobody has answered yet", "Daughter", "3 h ago"]),
        ("fr", ["轻度失能"]),
    ],
)
async def test_a_language_by_wechat_s_own(
    packages: None, api: Api, database: Database, tmp_path: Path, language: str, words: list[str]
) -> None:
    await ring(database, api.district.sos_button_id, ago=timedelta(hours=3))
    left = kept(api.token(Role.FAMILY), f"http://127.0.0.1:{api.port}", Role.FAMILY)
    storage = tmp_path / "storage.json"
    storage.write_text(json.dumps({key: json.dumps(value) for key, value in left.items()}))
    async with switched_on(storage, language=language) as phone:
        await phone.tell("launch")
        await phone.sees(*words)
        await phone.assert_clean()


GROUPS: dict[str, type[StrEnum]] = {
    "severity": AlarmSeverity,
    "reason": ResolveReason,
    "gender": Gender,
    "care": CareLevel,
    "relation": Relation,
    "visitKind": VisitKind,
    "role": Role,
}


def test_every_value_has_a_word_in_every_language() -> None:
    code = """console.log(JSON.stringify(["zh_cn", "zh_tw", "en"].map(
      (name) => require(`${process.argv[1]}/lib/words_${name}.js`))))"""
    printed = subprocess.check_output([node(), "-e", code, PROGRAM])
    simplified, *others = json.loads(printed)
    for words in others:
        assert words.keys() == simplified.keys()
    for words in (simplified, *others):
        for group, values in GROUPS.items():
            assert words[group].keys() == {value.value for value in values}, group
        assert words["told"].keys() == {"0", "1", "2", "3"}
        for group in ("connection", "releaseReason"):
            assert words[group].keys() == simplified[group].keys()


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-11-22T15:59:00Z", ["1分钟前", "23:59"]),
        ("2026-11-21T15:59:00Z", ["1天前", "11月21日 23:59"]),
        ("2025-11-22T23:59:00+08:00", ["365天前", "11月22日 23:59"]),
        ("2026-11-22T16:00:30Z", ["刚刚", "11月23日 00:00"]),
    ],
)
async def test_the_district_s_own_clock(held: Held, moment: str, said: list[str]) -> None:
    code = f"""const {{ ago, clock }} = lib("times.js");
        const now = Date.parse("2026-11-22T15:59:59Z");
        const moment = Date.parse("{moment}");
        return [ago(moment, now), clock(moment, now)];"""
    assert await held.phone.tell("run", code) == said
