"""The words of a file: titles of columns and what stands below them, in the languages that streets
write. Blanks, case, brackets and asterisks do not matter."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from domain.accounts.models import Relation
from domain.elders.models import Gender, Tag
from domain.imports.models import ImportColumn

Word = TypeVar("Word", bound=StrEnum)

_C, _R, _T = ImportColumn, Relation, Tag

TITLES: Mapping[ImportColumn, tuple[str, str, str]] = {
    _C.NAME: ("姓名", "姓名", "Name"),
    _C.ID_NUMBER: ("身份证号", "身分證號", "Id number"),
    _C.GENDER: ("性别", "性別", "Sex"),
    _C.BIRTH_DATE: ("出生日期", "出生日期", "Day of birth"),
    _C.REGION: ("区划", "區劃", "Community"),
    _C.ADDRESS: ("地址", "地址", "Address"),
    _C.PHONE: ("电话", "電話", "Phone"),
    _C.TAGS: ("标签", "標籤", "Tags"),
    _C.TAGS_SINCE: ("标签起始日期", "標籤起始日期", "Tags since"),
    _C.TAGS_SOURCE: ("标签来源", "標籤來源", "Source of tags"),
    _C.CONTACT_NAME: ("联系人", "聯絡人", "Contact"),
    _C.CONTACT_RELATION: ("联系人关系", "聯絡人關係", "Contact's relation"),
    _C.CONTACT_PHONE: ("联系人电话", "聯絡人電話", "Contact's phone"),
}
"""The title of each column in a file that we write, in the order of ``api.texts.Language``."""

REQUIRED = (_C.NAME, _C.ID_NUMBER, _C.REGION, _C.ADDRESS)
"""Columns without which a file is none of elders. Sex and day of birth follow from the number."""

_ALSO: Mapping[ImportColumn, tuple[str, ...]] = {
    _C.NAME: ("老人姓名", "長者姓名"),
    _C.ID_NUMBER: ("身份证", "身份证号码", "公民身份号码", "身分證字號", "證件號碼", "证件号码"),
    _C.GENDER: ("gender",),
    _C.BIRTH_DATE: ("出生年月日", "生日", "birth date", "date of birth"),
    _C.REGION: ("社区", "社區", "区划代码", "區劃代碼", "村社", "region"),
    _C.ADDRESS: ("住址", "家庭住址", "居住地址", "详细地址", "詳細地址"),
    _C.PHONE: (
        *("手机", "手机号", "手机号码", "联系电话"),
        *("手機", "手機號", "手機號碼", "聯絡電話", "mobile"),
    ),
    _C.TAGS: ("人员类别", "重点类别", "人員類別", "重點類別", "tag"),
    _C.CONTACT_NAME: ("联系人姓名", "紧急联系人", "聯絡人姓名", "緊急聯絡人", "contact name"),
    _C.CONTACT_RELATION: (
        *("与联系人关系", "与老人关系"),
        *("與聯絡人關係", "與長者關係", "relation"),
    ),
    _C.CONTACT_PHONE: (
        *("联系人手机", "紧急联系人电话"),
        *("聯絡人手機", "緊急聯絡人電話", "contact phone"),
    ),
}

_GENDERS: Mapping[Gender, tuple[str, ...]] = {
    Gender.FEMALE: ("女", "女性", "F"),
    Gender.MALE: ("男", "男性", "M"),
}

_RELATIONS: Mapping[Relation, tuple[str, ...]] = {
    _R.SPOUSE: ("配偶", "夫妻", "丈夫", "妻子", "老伴"),
    _R.DAUGHTER: ("女儿", "女兒"),
    _R.SON: ("儿子", "兒子"),
    _R.GRANDCHILD: (
        *("孙子女", "孙子", "孙女", "外孙", "外孙女"),
        *("孫子女", "孫子", "孫女", "外孫", "外孫女"),
    ),
    _R.SIBLING: ("兄弟姐妹", "兄弟姊妹", "哥哥", "弟弟", "姐姐", "妹妹"),
    _R.NEIGHBOUR: ("邻居", "鄰居"),
    _R.OTHER: ("其他", "亲属", "親屬", "朋友"),
}

_TAGS: Mapping[Tag, tuple[str, ...]] = {
    _T.LIVES_ALONE: ("独居", "獨居", "lives alone"),
    _T.EMPTY_NEST: ("空巢", "empty nest"),
    _T.LEFT_BEHIND: ("留守", "left behind"),
    _T.DISABLED: ("失能", "disabled"),
    _T.SEVERELY_HANDICAPPED: (
        *("重残", "重度残疾"),
        *("重殘", "重度殘疾", "severely handicapped"),
    ),
    _T.FAMILY_PLANNING_SPECIAL: (
        *("计生特殊", "计生特殊家庭"),
        *("計生特殊", "計生特殊家庭"),
    ),
    _T.DEMENTIA: ("失智", "dementia"),
    _T.MINIMUM_LIVING: ("低保", "minimum living"),
    _T.EXTREME_HARDSHIP: ("特困", "extreme hardship"),
    _T.CHILDLESS: ("孤寡", "childless"),
}

_IDLE = re.compile(r"[\s*＊_:：'’]|[(（][^)）]*[)）]")
_BETWEEN = re.compile(r"[,，;；、/|\n]+")


def _plain(text: str) -> str:
    return _IDLE.sub("", text).lower()


def _by_word(words: Mapping[Word, tuple[str, ...]]) -> dict[str, Word]:
    return {
        _plain(written): meant
        for meant, known in words.items()
        for written in (meant.value, *known)
    }


_COLUMN_OF = _by_word({one: (*titles, *_ALSO.get(one, ())) for one, titles in TITLES.items()})
_GENDER_OF, _RELATION_OF, _TAG_OF = _by_word(_GENDERS), _by_word(_RELATIONS), _by_word(_TAGS)


def column_of(title: str) -> ImportColumn | None:
    """Which column a title is; None for one that is none of ours."""
    return _COLUMN_OF.get(_plain(title))


def gender_of(word: str) -> Gender | None:
    """Which sex a word says; None for a word that says none; so below."""
    return _GENDER_OF.get(_plain(word))


def relation_of(word: str) -> Relation | None:
    """How a contact is related to the elder."""
    return _RELATION_OF.get(_plain(word))


def tags_of(words: str) -> list[Tag] | None:
    """The tags that a cell names, each once, however they are separated."""
    known = [_TAG_OF.get(_plain(word)) for word in _BETWEEN.split(words) if word.strip()]
    tags = [tag for tag in known if tag is not None]
    return list(dict.fromkeys(tags)) if len(tags) == len(known) else None
