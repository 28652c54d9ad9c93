"""Names by sex and generation.

Surnames with their weights and the given names of the young are Faker's for zh_CN. Faker does
not tell generations apart, so for the elder ones its given names are kept only where they are
made of that generation's syllables, and most are put together from the syllables.
"""

from collections.abc import Mapping
from random import Random
from typing import cast

from faker.providers.person.zh_CN import Provider

from domain.elders.models import Gender
from yiyang.district.chance import Weighted, pick

# Declared as any collection by Faker; this locale's is a dictionary of weights.
SURNAMES = Weighted(cast("Mapping[str, float]", Provider.last_names))

_YOUNG_SINCE = 1970
_MIDDLE_SINCE = 1950

_FAKER = {
    Gender.FEMALE: tuple(Provider.first_names_female),
    Gender.MALE: tuple(Provider.first_names_male),
}

# (first syllables, second syllables) that parents chose in those years.
_MIDDLE_SYLLABLES = {
    Gender.FEMALE: ("建丽秀玉美爱国小红晓雪春海惠文亚卫淑", "华萍芬英琴娟珍敏芳红琳玲燕平君梅云兰"),
    Gender.MALE: ("建国志卫永伟爱文小新红正学忠立", "国平军明强华民东良生江林成伟忠"),
}
_OLD_SYLLABLES = {
    Gender.FEMALE: (
        "秀桂玉凤兰月美彩金银阿惠菊荷翠杏宝水来淑",
        "英珍兰芳花娟仙琴妹莲梅云香娥珠凤娣",
    ),
    Gender.MALE: ("阿金水宝德福根长永志文世承荣国明祖炳", "根法泉荣生祥林福明坤清才兴华贵元康昌"),
}


def given_name(rng: Random, gender: Gender, birth_year: int) -> str:
    """A given name of a sex and generation."""
    if birth_year >= _YOUNG_SINCE:
        return pick(rng, _YOUNG[gender])
    found, composed = (_MIDDLE if birth_year >= _MIDDLE_SINCE else _OLD)[gender]
    # A fiftieth of the generation bears each of Faker's, at most two fifths bear any of them.
    return pick(rng, found if rng.random() < min(0.4, len(found) / 50) else composed)


def full_name(rng: Random, gender: Gender, birth_year: int, surname: str | None = None) -> str:
    """A surname, drawn unless given, and a given name."""
    return (surname or SURNAMES.draw(rng)) + given_name(rng, gender, birth_year)


def _pools(
    syllables: dict[Gender, tuple[str, str]],
) -> dict[Gender, tuple[tuple[str, ...], tuple[str, ...]]]:
    """By sex: Faker's names of these syllables, and all names composed of them."""
    return {
        gender: (
            tuple(name for name in _FAKER[gender] if set(name) <= set(first + second)),
            tuple(a + b for a in first for b in second if a != b),
        )
        for gender, (first, second) in syllables.items()
    }


_MIDDLE = _pools(_MIDDLE_SYLLABLES)
_OLD = _pools(_OLD_SYLLABLES)

# A name of two old syllables, such as 秀英, went out of use with its generation.
_YOUNG = {
    gender: tuple(name for name in names if len(name) == 1 or name not in _OLD[gender][0])
    for gender, names in _FAKER.items()
}
