"""The house around the code: nothing that ties it to one machine, one registry or one day."""

import json
import re
import subprocess
import tomllib
from graphlib import TopologicalSorter
from importlib.metadata import packages_distributions
from pathlib import Path

import grimp
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("api", "devices", "domain", "migrations", "yiyang")
# Strawberry's own vocabulary: it decides the version, so it alone is asked for.
BROUGHT_BY_STRAWBERRY = {"graphql"}
LOCKS = ("requirements.lock", "requirements-dev.lock")
# Each with a package.json and a package-lock.json.
NPM = (
    "api/graphiql",
    "tests/client_examples/wechat_miniprogram",
    "benchmarks/reads/peers",
    "tests/conformance/clients",
    "tests/conformance/http_audit",
    "tests/conformance/schema_lint",
)

# Written so that this file does not match itself.
REGISTRY = re.compile(
    r"pypi[.]org|pythonhosted[.]org|registry[.](?:npmjs|npmmirror|yarnpkg)"
    r"|--(?:extra-)?index-url|--find[-]links|--trusted[-]host"
    r'|^\s*registry\s*=|"resolved":\s*"',
    re.MULTILINE,
)
MACHINE = re.compile(r"(?:^|[^.\w])/(?:root|home/\w+|Users/\w+|opt/\w+)/", re.MULTILINE)


def tracked() -> list[Path]:
    """Every text file that git tracks or would."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listing = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)
    except (FileNotFoundError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    paths = [ROOT / name for name in listing.stdout.split("\0") if name]
    return [path for path in paths if path.is_file() and b"\0" not in path.read_bytes()]


def project() -> dict[str, dict[str, list[str]]]:
    """Requirement lines by extra; the runtime's under ``""``."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return {"": table["dependencies"], **table["optional-dependencies"]}


def pins(lock: str) -> dict[str, tuple[str, int]]:
    """Name -> (version, number of hashes) of a lock file."""
    found: dict[str, tuple[str, int]] = {}
    name = ""
    for line in (ROOT / lock).read_text().splitlines():
        if match := re.match(r"([\w.-]+)==(\S+)", line):
            name = canonicalize_name(match[1])
            found[name] = (match[2], 0)
        elif re.match(r" +--hash=sha256:[0-9a-f]{64}\b", line):
            version, hashes = found[name]
            found[name] = (version, hashes + 1)
    return found


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("a registry's address", REGISTRY),
        ("a path of one machine", MACHINE),
        ("this checkout's own path", re.compile(re.escape(f"{ROOT}/"))),
    ],
)
def test_no_file_holds(what: str, pattern: re.Pattern[str]) -> None:
    holders = {
        str(path.relative_to(ROOT)): match[0]
        for path in tracked()
        if (match := pattern.search(path.read_text(encoding="utf-8")))
    }
    assert holders == {}, f"these hold {what}"


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        # In halves, so that they do not stand in this file either.
        (REGISTRY, '"resolved"' + ': "https://somewhere"'),
        (REGISTRY, "-r x --extra-" + "index-url y"),
        (REGISTRY, "registry = x"),
        (MACHINE, "open('/ro" + "ot/x')"),
        (MACHINE, "/ho" + "me/ann/x"),
    ],
)
def test_what_must_not_stand_in_a_file_is_recognised(pattern: re.Pattern[str], line: str) -> None:
    assert pattern.search(line)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_is_pins_and_hashes_alone(lock: str) -> None:
    text = (ROOT / lock).read_text()
    lines = [line for line in text.splitlines() if line.strip() and "#" not in line]
    assert [
        line
        for line in lines
        if not re.fullmatch(
            r"[\w.-]+(\[[\w,-]+\])?==\S+( ; .+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?", line
        )
    ] == []
    assert [name for name, (_, hashes) in pins(lock).items() if hashes == 0] == []


@pytest.mark.parametrize(
    ("lock", "extras"), [(LOCKS[0], ("", "build")), (LOCKS[1], ("", "build", "dev"))]
)
def test_a_lock_is_what_pyproject_asks_for(lock: str, extras: tuple[str, ...]) -> None:
    pinned = pins(lock)
    wanted = [Requirement(line) for extra in extras for line in project()[extra]]
    assert [
        str(requirement)
        for requirement in wanted
        if (pin := pinned.get(canonicalize_name(requirement.name))) is None
        or not requirement.specifier.contains(pin[0])
    ] == [], "run `make lock`"


def test_tests_run_on_the_versions_that_people_run() -> None:
    runtime, dev = (pins(lock) for lock in LOCKS)
    assert {name: pin for name, pin in runtime.items() if dev.get(name) != pin} == {}


def test_whatever_is_imported_is_asked_for() -> None:
    graph = grimp.build_graph(*PACKAGES, include_external_packages=True)
    imported = {name for name in graph.modules if graph.is_module_squashed(name)}
    homes = packages_distributions()
    asked = {canonicalize_name(Requirement(line).name) for line in project()[""]}
    assert imported & homes.keys()
    assert [
        name
        for name in sorted(imported & homes.keys())
        if not asked & {canonicalize_name(home) for home in homes[name]}
        and name not in BROUGHT_BY_STRAWBERRY
    ] == []


def test_every_dependency_has_its_reason_written_down() -> None:
    reasons = (ROOT / "docs/decisions/0001-dependencies.md").read_text()
    names = {Requirement(line).name for lines in project().values() for line in lines}
    for folder in NPM:
        package = json.loads((ROOT / folder / "package.json").read_text())
        names |= {*package.get("dependencies", {}), *package.get("devDependencies", {})}
    assert {name for name in names if f"`{name}`" not in reasons} == set()


@pytest.mark.parametrize("folder", NPM)
def test_the_npm_lock_names_hashes_and_no_addresses(folder: str) -> None:
    lock = json.loads((ROOT / folder / "package-lock.json").read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert packages
    assert [name for name, package in packages.items() if "integrity" not in package] == []
    assert [name for name, package in packages.items() if "resolved" in package] == []


def test_the_graphiql_page_takes_everything_from_its_own_server() -> None:
    source = ROOT / "api/graphiql/src"
    addresses = {
        address
        for path in source.iterdir()
        for address in re.findall(r"(?:https?:|wss?:)?//\w[^\s\"']*", path.read_text())
        if path.suffix in {".html", ".css"}
    }
    assert addresses == set()


def test_services_form_no_circle() -> None:
    graph = grimp.build_graph("domain", exclude_type_checking_imports=True)
    services = {name for name in graph.modules if re.fullmatch(r"domain\.\w+\.service", name)}
    assert services
    TopologicalSorter(
        {name: graph.find_modules_directly_imported_by(name) & services for name in services}
    ).prepare()
