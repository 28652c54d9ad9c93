"""Names as people type them who look somebody up: in characters, in pinyin, by initials.

What is kept beside a name is ASCII alone, so that PostgreSQL's trigrams (``pg_trgm``) find it under
any locale: in the C locale they skip Chinese characters. So each character stands as its code
(``王`` is ``x738b``), and each of its readings is spelled out:

    王秀英 -> " x738bx79c0x82f1 wangxiuying xiuying ying wxy"

A surname is read as surnames are, and as the character is read elsewhere as well: who looks for
单田芳 types ``shan``, or does not know better and types ``dan``.
"""

import re
from functools import cache

_SURNAMES = {
    "万俟": ("mo", "qi"),
    "尉迟": ("yu", "chi"),
    "令狐": ("ling", "hu"),
    "长孙": ("zhang", "sun"),
    "澹台": ("tan", "tai"),
    "单于": ("chan", "yu"),
    "鲜于": ("xian", "yu"),
    "单": ("shan",),
    "曾": ("zeng",),
    "仇": ("qiu",),
    "解": ("xie",),
    "查": ("zha",),
    "朴": ("piao",),
    "任": ("ren",),
    "区": ("ou",),
    "盖": ("ge",),
    "缪": ("miao",),
    "翟": ("zhai",),
    "乐": ("yue",),
    "华": ("hua",),
    "冼": ("xian",),
    "覃": ("qin",),
    "种": ("chong",),
    "秘": ("bi",),
    "繁": ("po",),
    "召": ("shao",),
    "员": ("yun",),
    "折": ("she",),
    "黑": ("he",),
    "能": ("nai",),
    "会": ("gui",),
    "祭": ("zhai",),
    "都": ("du",),
    "洗": ("xian",),
}
"""Surnames whose reading is, or may be, not the character's first: 《现代汉语词典》."""

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]")
_LATIN = re.compile(r"[a-z]+")
_BETWEEN = re.compile(r"[\s'’·•-]+")


def spelled(name: str) -> str:
    """All by which a name is found, each word with a blank before it."""
    characters = _HAN.findall(name)
    latin = _LATIN.findall(name.lower())
    words = dict.fromkeys(["".join(map(_code, characters)), *latin, "".join(latin)])
    for syllables in _readings(characters):
        words |= dict.fromkeys("".join(syllables[place:]) for place in range(len(syllables)))
        words["".join(one[:1] for one in syllables)] = None
    return "".join(f" {word}" for word in words if word)


def sought(text: str) -> str | None:
    """What a spelling must contain, of what somebody types: characters anywhere, letters at the
    beginning of a name's part; None for what no name has."""
    plain = _BETWEEN.sub("", text.lower().replace("ü", "v"))
    if plain and all(map(_HAN.fullmatch, plain)):
        return "".join(map(_code, plain))
    return f" {plain}" if _LATIN.fullmatch(plain) else None


def _code(character: str) -> str:
    return f"x{ord(character):x}"


def _readings(characters: list[str]) -> list[list[str]]:
    """The syllables of a name: its surname read as one, and as elsewhere."""
    plain = [_reading(one) for one in characters]
    known = [plain]
    for length in (2, 1):
        surname = _SURNAMES.get("".join(characters[:length]))
        if surname:
            return [[*surname, *plain[length:]], *known]
    return known


@cache
def _reading(character: str) -> str:
    """How a character is read most often, without its tone; ü is v."""
    # Its dictionary takes a moment, which who looks nobody up need not wait.
    from pypinyin import lazy_pinyin

    (read,) = lazy_pinyin(character, errors="ignore") or ("",)
    return read
