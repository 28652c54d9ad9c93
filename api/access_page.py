"""``docs/access.md``: who sees and does what, made from the rules that reads and writes apply."""

from collections.abc import Iterator

from strawberry.utils.str_converters import to_camel_case

from api.permissions import ASKED
from api.plan.shapes import Computed, RowType, declared_types, unwrapped
from domain.access import ROLE_PERMISSIONS, Permission, Role
from domain.accounts.hierarchy import GRANTS
from domain.accounts.places import PLACE_OF
from domain.row_access import EVERY_ROW

_HEAD = """\
# Who sees and does what

Made by `yiyang access` from the row rules (`domain/*/visibility.py`) and the permissions
(`domain/role_permissions.py`); `make access` writes it anew, and the tests try every cell of it.

Whoever has signed in sees all rows of: {public}. They have a line below
where a role does something with them. Of everything else a role sees the rows named
here, by every way in (`node`, lists, fields of other rows, counts, the stream), and no others. What
may not be seen looks as if it were not there. The list `accounts` holds those that one sees for
{granting} only.

"Reads" names fields that are null for other roles, with an entry in `extensions.masked`. "Does"
names mutations (and `mealQuote`, a query) that act on the rows that the role sees.
"""

_GRANTS = """\
## Who grants which role

From `domain/accounts/hierarchy.py`: `roleGrant` and `roleEnd`, never for oneself. What has no entry
is granted by nobody: ELDER, GUARDIAN and FAMILY come with the link to an elder.

| role | held at |{granting} |
| --- | --- |{rules} |
"""

_HELD_AT = {
    "region_code": "a region's subtree",
    "station_id": "a station",
    "canteen_id": "a canteen",
    "vendor_id": "a vendor",
    None: "",
}


def access_page() -> str:
    """The page as Markdown. The schema has to be imported: it declares the types."""
    declared = declared_types()
    public = [row_type for row_type in declared if _is_public(row_type)]
    names = ", ".join(f"`{row_type.cls.__name__}`" for row_type in public)
    granting = ", ".join(role.value for role in GRANTS)
    head = _HEAD.format(public=names, granting=granting)
    parts = [head, _grants(), *(_of_role(role, declared) for role in Role)]
    return "\n".join(parts)


def _grants() -> str:
    granting = " |".join(f" by {role.value}" for role in GRANTS)
    head = _GRANTS.format(granting=granting, rules=" |".join(" ---" for _ in GRANTS))
    return head + "".join(_granted(role, kind) for role, kind in PLACE_OF.items())


def _granted(role: Role, kind: str | None) -> str:
    reaches = (GRANTS[granter].get(role) for granter in GRANTS)
    cells = [role.value, _HELD_AT[kind], *(reach.value if reach else "" for reach in reaches)]
    return f"| {' | '.join(cells)} |\n"


def _is_public(row_type: RowType) -> bool:
    words = {row_type.visible.words(role) for role in Role}
    return words == {EVERY_ROW.words}


def _of_role(role: Role, types: list[RowType]) -> str:
    lines = [f"## {role.value}", "", "| type | sees | reads | does |", "| --- | --- | --- | --- |"]
    nothing: list[str] = []
    for row_type in types:
        name, seen = f"`{row_type.cls.__name__}`", _seen(row_type, role)
        if seen is None:
            nothing.append(name)
            continue
        fields, done = _fields(row_type, role), _done(row_type, role)
        # What everybody sees is said at the top; here is who does something with it.
        if done or not _is_public(row_type):
            lines.append(f"| {name} | {seen} | {fields} | {done} |")
    if nothing:
        lines += ["", f"Nothing of {', '.join(nothing)}."]
    return "\n".join(lines) + "\n"


def _seen(row_type: RowType, role: Role) -> str | None:
    words, scope = row_type.visible.words(role), row_type.visible.scope(role)
    return words if scope is None else f"{words}; a client with scope `{scope}`"


def _fields(row_type: RowType, role: Role) -> str:
    return ", ".join(
        f"`{to_camel_case(name)}`"
        for name, given in row_type.fields.items()
        if isinstance(declaration := unwrapped(given), Computed)
        and _may(role, declaration.permission)
    )


def _done(row_type: RowType, role: Role) -> str:
    return ", ".join(f"`{name}`" for name, asked in _operations(row_type) if _may(role, asked))


def _operations(row_type: RowType) -> Iterator[tuple[str, Permission]]:
    for resolver, permission in ASKED.items():
        if permission.value.partition(":")[0] == row_type.table.name:
            yield to_camel_case(resolver), permission


def _may(role: Role, permission: Permission | None) -> bool:
    return permission is not None and permission in ROLE_PERMISSIONS.get(role, frozenset())
