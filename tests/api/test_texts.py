"""The language that a client is answered in."""

import pytest

from api.texts import Language, preferred


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, Language.ZH_CN),
        ("", Language.ZH_CN),
        ("fr", Language.ZH_CN),
        ("en;q=0.5, zh-TW", Language.ZH_TW),
        ("zh-CN;q=0.1, en;q=0.9", Language.EN),
        ("en;q=0, zh-HK", Language.ZH_TW),
        ("*, " * 300 + "en", Language.EN),
    ],
)
def test_preferred(header: str | None, language: Language) -> None:
    assert preferred(header) is language
    assert preferred(header) is language
