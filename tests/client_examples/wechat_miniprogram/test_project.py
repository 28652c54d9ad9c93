"""The mini-program opens in WeChat's developer tools as it is."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.client_examples.wechat_miniprogram.phone import PROGRAM, switched_on
from tests.client_examples.wechat_miniprogram.tools import HERE, compiler
from tests.npm import node

APP = json.loads((PROGRAM / "app.json").read_text())
KINDS = ("js", "json", "wxml", "wxss")


def components() -> dict[str, Path]:
    """Every component that a page or a component uses, by what it writes."""
    found: dict[str, Path] = {}
    for config in PROGRAM.glob("*/*/*.json"):
        for address in json.loads(config.read_text())["usingComponents"].values():
            root = PROGRAM if address.startswith("/") else config.parent
            found[address] = root / address.lstrip("/")
    return found


def test_the_project_asks_for_nobody_s_own_app_id() -> None:
    project = json.loads((PROGRAM / "project.config.json").read_text())
    assert project["appid"] == "touristappid"
    assert project["compileType"] == "miniprogram"
    assert re.fullmatch(r"\d+\.\d+\.\d+", project["libVersion"])
    # A server on this machine has neither a registered domain nor TLS.
    assert project["setting"]["urlCheck"] is False
    assert project["setting"]["es6"] is True
    assert project["setting"]["nodeModules"] is False


def test_each_page_has_its_four_files_and_no_other_page_is_there() -> None:
    files = {f"{page}.{kind}" for page in APP["pages"] for kind in KINDS}
    there = {str(path.relative_to(PROGRAM)) for path in PROGRAM.glob("pages/*/*")}
    assert there == files


def test_each_component_has_its_four_files_and_is_used() -> None:
    files = {f"{path}.{kind}" for path in components().values() for kind in KINDS}
    assert {str(path) for path in PROGRAM.glob("components/*/*")} == files
    for path in components().values():
        assert json.loads(path.with_suffix(".json").read_text())["component"] is True


def test_everything_else_is_one_of_the_app_s_own_files() -> None:
    others = {
        str(path.relative_to(PROGRAM))
        for path in PROGRAM.rglob("*")
        if path.is_file() and path.parts[len(PROGRAM.parts)] not in ("components", "pages", "lib")
    }
    app = {f"app.{kind}" for kind in ("js", "json", "wxss")}
    assert others == {*app, "project.config.json", APP["sitemapLocation"]}
    assert {path.suffix for path in (PROGRAM / "lib").iterdir()} == {".js"}


def test_it_calls_nothing_that_wechat_does_not_have(packages: None) -> None:
    """Types of WeChat's API and ES2017's library alone: no browser, no Node, no npm."""
    checker = HERE / "node_modules/typescript/bin/tsc"
    done = subprocess.run([node(), checker, "-p", HERE], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


COMPILE_STYLES = """
const styles = require("miniprogram-compiler/src/wcsc")(...JSON.parse(process.argv[1]));
if (styles instanceof Error) throw styles;
console.log(Object.values(styles).join("\\n"));
"""


def test_the_style_sheets_compile(packages: None) -> None:
    """By WeChat's own compiler, which takes a file with a .json beside it for a component's."""
    if compiler() != "official":
        pytest.skip("WeChat's own compiler does not run on this machine")
    sheets = [str(path.relative_to(PROGRAM).with_suffix("")) for path in PROGRAM.rglob("*.wxss")]
    arguments = json.dumps([str(PROGRAM), sheets])
    command = [node(), "-e", COMPILE_STYLES, arguments]
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    refused = re.findall(r"not allowed in component wxss[^(]*\((components[^)]*)", done.stdout)
    assert refused == []


@pytest.mark.parametrize("by", ["official", "simulate"])
async def test_the_first_page_opens(packages: None, tmp_path: Path, by: str) -> None:
    if by == "official" != compiler():
        pytest.skip("WeChat's own compiler does not run on this machine")
    async with switched_on(tmp_path / "storage.json", compile_by=by) as phone:
        await phone.tell("launch")
        await phone.arrives_at("sign_in")
        await phone.sees("请先登录", "用微信登录，就能看到您的家人和探访。", "打开")
        assert await phone.tell("attributes", "wechat", "disabled") == [False]
        assert await phone.tell("attributes", "paste", "disabled") == [True]
        await phone.assert_clean()
