"""Rows of texts become elders to be entered, or what is wrong with them: all of it, not the first.

What a value must be is the register's to say (``elders.entries`` and its neighbours); here it is
only found in its cell.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from domain.accounts.models import Relation
from domain.accounts.persons import person_name, phone_number
from domain.elders.citizen_id import birth_date_of, check_birth_date, gender_of_id
from domain.elders.contacts import Callee
from domain.elders.entries import checked
from domain.elders.models import ElderField, Gender
from domain.elders.tagging import Tagged, checked_source, first_day
from domain.errors import DomainError, InvalidInput
from domain.imports.faults import Fault, wrong
from domain.imports.models import ImportColumn
from domain.imports.sheets import Row
from domain.imports.words import REQUIRED, column_of, relation_of, tags_of
from domain.imports.words import gender_of as gender_word
from domain.reasons import Reason

T = TypeVar("T")
_C, _F = ImportColumn, ElderField

_DAY = re.compile(r"(\d{4})([-/.年]?)(\d{1,2})[-/.月]?(\d{1,2})日?(?: 0?0:00(?::00)?)?", re.ASCII)
_ROUNDED = re.compile(r"\d(?:\.\d+)?[Ee]\+1\d", re.ASCII)
"""A number of more digits than Excel keeps: what was an id number is none any more."""

MOST_TITLE = 50
"""Characters of a title that is none of ours, as it is named."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An elder as a row says it.

    Parameters:
        fields: for the register.
    """

    row: int
    fields: dict[ElderField, Any]
    tags: list[Tagged]
    contact: Callee | None


@dataclass(slots=True)
class Sheet:
    """A file that was read.

    Parameters:
        entries: rows with nothing wrong in themselves.
        numbers: every id number that is one, with the row in which it stands first.
        ignored: titles that are none of ours.
    """

    row_count: int = 0
    entries: list[Entry] = field(default_factory=list[Entry])
    faults: list[Fault] = field(default_factory=list[Fault])
    numbers: dict[str, int] = field(default_factory=dict[str, int])
    ignored: list[str] = field(default_factory=list[str])


Places = Mapping[str, str | DomainError]
"""What stands in the column of divisions -> the community's code, or why it can be none."""


def places_named(rows: Sequence[Row]) -> set[str]:
    """What stands in the column of divisions, but for nothing at all."""
    titles = _titles(rows)
    if _C.REGION not in titles:
        return set()
    place = titles.index(_C.REGION)
    return {row[place] for row in rows[1:] if place < len(row) and row[place]}


def read_sheet(rows: Sequence[Row], places: Places) -> Sheet:
    """All elders of a file, and all that is wrong with it."""
    sheet, titles = Sheet(), _titles(rows)
    sheet.faults = list(_faults_of_titles(titles))
    named = zip(titles, rows[0] if rows else (), strict=False)
    sheet.ignored = [title[:MOST_TITLE] for column, title in named if column is None and title]
    filled = [(number, row) for number, row in enumerate(rows[1:], 2) if any(row)]
    sheet.row_count = len(filled)
    if sheet.faults:
        return sheet
    if not filled:
        sheet.faults.append(wrong(1, None, Reason.NO_ROWS))
    for number, row in filled:
        cells = {one: text for one, text in zip(titles, row, strict=False) if one and text}
        _Reader(number, cells, places, sheet).read()
    return sheet


def _titles(rows: Sequence[Row]) -> list[ImportColumn | None]:
    return [column_of(title) for title in rows[0]] if rows else []


def _faults_of_titles(titles: Sequence[ImportColumn | None]) -> list[Fault]:
    missing = [wrong(1, one, Reason.COLUMN_MISSING) for one in REQUIRED if one not in titles]
    twice = [one for one in ImportColumn if titles.count(one) > 1]
    return [*missing, *(wrong(1, one, Reason.COLUMN_TWICE) for one in twice)]


@dataclass(slots=True)
class _Reader:
    """Reads one row.

    Parameters:
        cells: those with something in them.
    """

    row: int
    cells: Mapping[ImportColumn, str]
    places: Places
    sheet: Sheet
    good: bool = True

    def read(self) -> None:
        """Add the row to the sheet: an entry, or what is wrong."""
        fields = self._fields()
        contact = self._contact()
        tags = self._tags(fields.get(_F.BIRTH_DATE))
        if self.good:
            self.sheet.entries.append(Entry(self.row, fields, tags, contact))

    def _fields(self) -> dict[ElderField, Any]:
        number = self._take(_C.ID_NUMBER, self._number)
        read: dict[ElderField, Callable[[], Any]] = {
            _F.NAME: lambda: self._of_entry(_C.NAME, _F.NAME),
            _F.ID_NUMBER: lambda: number,
            _F.GENDER: lambda: self._take(_C.GENDER, _gender, number and gender_of_id(number)),
            _F.BIRTH_DATE: lambda: self._birth_date(number),
            _F.REGION: lambda: self._take(_C.REGION, self._place),
            _F.ADDRESS: lambda: self._of_entry(_C.ADDRESS, _F.ADDRESS),
            _F.PHONE: lambda: self._take(_C.PHONE, phone_number, None),
        }
        return {one: take() for one, take in read.items()}

    def _take(self, column: ImportColumn, made: Callable[[str], T], empty: Any = ...) -> T | Any:
        """What a rule makes of a cell; None, and a fault, where it refuses.

        Parameters:
            empty: what an empty cell means; asked of the rule as well if left out.
        """
        text = self.cells.get(column, "")
        if not text and empty is not ...:
            return empty
        try:
            return made(text)
        except DomainError as error:
            self._fault(Fault.of(self.row, column, error))
            return None

    def _fault(self, fault: Fault) -> None:
        self.good = False
        self.sheet.faults.append(fault)

    def _of_entry(self, column: ImportColumn, one: ElderField) -> Any:
        return self._take(column, lambda text: checked(one, text))

    def _number(self, text: str) -> str:
        if _ROUNDED.fullmatch(text):
            raise InvalidInput(None, reason=Reason.ID_AS_NUMBER)
        number = checked(_F.ID_NUMBER, text)
        first = self.sheet.numbers.setdefault(number, self.row)
        if first != self.row:
            raise InvalidInput(None, reason=Reason.TWICE_IN_FILE, row=first)
        return number

    def _birth_date(self, number: str | None) -> date | None:
        def made(text: str) -> date:
            birth_date = checked(_F.BIRTH_DATE, _day(text))
            if number:
                check_birth_date(number, birth_date)
            return birth_date

        if _C.BIRTH_DATE in self.cells or number is None:
            return self._take(_C.BIRTH_DATE, made, None)
        try:
            return checked(_F.BIRTH_DATE, birth_date_of(number))
        except DomainError as error:
            self._fault(Fault.of(self.row, _C.ID_NUMBER, error))
            return None

    def _place(self, text: str) -> str:
        # An empty cell names no place that was asked for.
        found = self.places.get(text) or InvalidInput(None, reason=Reason.A_COMMUNITY)
        if isinstance(found, DomainError):
            raise found
        return found

    def _tags(self, birth_date: date | None) -> list[Tagged]:
        tags = self._take(_C.TAGS, _tags, [])
        if not tags:
            return []
        source = self._take(_C.TAGS_SOURCE, checked_source)
        since = self._take(_C.TAGS_SINCE, lambda text: first_day(_day(text), birth_date), None)
        return [Tagged(tag, source or "", since) for tag in tags]

    def _contact(self) -> Callee | None:
        if not self.cells.keys() & {_C.CONTACT_NAME, _C.CONTACT_PHONE}:
            return None
        return Callee(
            self._take(_C.CONTACT_NAME, person_name),
            self._take(_C.CONTACT_RELATION, _relation, Relation.OTHER),
            self._take(_C.CONTACT_PHONE, phone_number),
        )


def _day(text: str) -> date:
    """A day, however it is written. Raises: InvalidInput."""
    found = _DAY.fullmatch(text)
    # Without anything between them, digits are a day only if there are eight.
    if found is None or (not found[2] and len(found[3] + found[4]) < 4):
        raise InvalidInput(None, reason=Reason.NO_DAY)
    try:
        return date(int(found[1]), int(found[3]), int(found[4]))
    except ValueError as error:
        raise InvalidInput(None, reason=Reason.NO_DAY) from error


def _gender(text: str) -> Gender:
    return _known(gender_word(text))


def _relation(text: str) -> Relation:
    return _known(relation_of(text))


def _tags(text: str) -> list[Any]:
    return _known(tags_of(text))


def _known(meant: T | None) -> T:
    if meant is None:
        raise InvalidInput(None, reason=Reason.NO_SUCH_WORD)
    return meant
