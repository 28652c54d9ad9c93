"""Where each field of the schema comes from: declared once, on the type, beside its name.

    @node(models.Alarm, visible=alarm_visible)
    class Alarm:
        severity: AlarmSeverity                                  # a column of that name
        elder: Elder | None = one(models.Alarm.elder_id)         # the row it points to
        notes: list[Note] = many(models.Note.alarm_id, ...)      # the rows that point to it
        diet: str | None = consented(ConsentScope.HEALTH_RECORD, column(models.Alarm.diet))
        current: Note | None = one_back(models.Note.alarm_id, ...)  # the first of them
        history: Connection[Change] = connection(models.Change.alarm_id, ...)
        spoken_text: str = computed(spoken_text, needs=[models.Alarm.kind])

Every read of a table applies the predicate given to ``node`` or ``record``; a type without one
cannot be declared. Plans (``operation.py``) and the DataLoaders of ``loaders.py`` both go by these
declarations.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Concatenate, TypeVar, cast

import strawberry

from api.describe import attribute_docs, class_description
from api.plan.resolvers import field_for, global_id_field
from api.plan.shapes import (
    USUAL_LENGTH,
    Column,
    Computed,
    Consented,
    Listing,
    Many,
    Named,
    OfDay,
    One,
    OneBack,
    Order,
    RowType,
    Visible,
    register,
)
from api.prices import OBJECT
from domain.access import ConsentScope, Permission
from domain.elders.models import Elder

T = TypeVar("T")


def ascending(*columns: Any) -> Order:
    """Smallest first; the last column makes the order total."""
    return Order(columns)


def descending(*columns: Any) -> Order:
    """Largest first; the last column makes the order total."""
    return Order(columns, descending=True)


def column(column: Any) -> Any:
    """A column of another name than the field's."""
    return Column(column)


def one(column: Any) -> Any:
    """The row that this row's foreign key points to."""
    return One(column)


def many(
    column: Any,
    *,
    order: Order,
    where: Any = None,
    value: Any = None,
    usual_length: int = USUAL_LENGTH,
    on: OfDay | None = None,
) -> Any:
    """The rows whose foreign key points to this row.

    Parameters:
        column: the other table's foreign key.
        where: which of them; all if None.
        value: give this column of theirs instead of the rows.
        usual_length: how many rows a limit on what a document asks for takes it to have.
        on: made of a day, which of them hold on it; the field takes it then as ``asOf``, and today
            where none is given.
    """
    return Many(column, order, where, value, usual_length, on)


def one_back(column: Any, *, order: Order, where: Any = None) -> Any:
    """The first of the rows whose foreign key points to this row.

    Parameters:
        column: the other table's foreign key.
        where: which of them count; all if None.
    """
    return OneBack(column, order, where)


def connection(column: Any, *, order: Order) -> Any:
    """A connection over the rows whose foreign key points to this row."""
    return Listing(column, order)


def computed(
    function: Callable[Concatenate[Any, Any, ...], Any],
    *,
    needs: Sequence[Any],
    own: Any = None,
    permission: Permission | None = None,
    discloses: Any = None,
    named: Named | None = None,
    points: int = OBJECT,
) -> Any:
    """What a function makes of this row's columns.

    Parameters:
        function: called with the row and the operation's context; what else it takes are the
            field's arguments, and then it has ``named``.
        needs: the columns that it reads.
        own: a column with an account; the function is told by ``own=`` whether that is the actor's,
            or the same person's in another role. Of several columns by what they are given under.
        permission: who lacks it gets null and an entry in ``extensions.masked``.
        discloses: the column with the elder of whom it shows what is sensitive: where they live,
            their health; or the key of a row that is no elder's. Who was shown it is in the audit
            trail before the answer leaves.
        named: what the trail says of the arguments: field and purpose. Who is refused is then in
            the trail as well, and whoever asks it of a row that is not there to be seen.
        points: what an object of it costs that more is read for than it shows.
    """
    accounts: Mapping[str, Any] = {} if own is None else {"own": own}
    if isinstance(own, Mapping):
        accounts = cast("Mapping[str, Any]", own)
    return Computed(function, tuple(needs), accounts, permission, discloses, named, points)


def consented(scope: ConsentScope, declaration: Any, *, elder: Any = Elder.id) -> Any:
    """A field that one of the family sees only while the elder consents to it: else null, with an
    entry in ``extensions.masked``.

    Parameters:
        declaration: where it comes from.
        elder: the column with the elder's key, of a row that is no elder itself.
    """
    return Consented(declaration, scope, elder)


def node(model: Any, *, visible: Visible, streamed: bool = False) -> Callable[[type[T]], type[T]]:
    """Declare a type with global ids over a table; the class derives from ``Node``.

    Parameters:
        model: the SQLModel class; its table's name is the ids' prefix.
        visible: the predicate of the rows that an actor may see.
        streamed: whether its pages carry their place in the stream of changes.
    """

    def decorate(cls: type[T]) -> type[T]:
        return _declared(RowType(cls, model, visible, model.__tablename__, streamed))

    return decorate


def record(model: Any, *, visible: Visible) -> Callable[[type[T]], type[T]]:
    """Declare a type over a table whose rows have no global id of their own."""

    def decorate(cls: type[T]) -> type[T]:
        return _declared(RowType(cls, model, visible, None))

    return decorate


def _declared(row_type: RowType) -> Any:
    cls = row_type.cls
    docs = attribute_docs(cls)
    for name in inspect.get_annotations(cls):
        given = cls.__dict__.get(name)
        declaration = given if given is not None else Column(getattr(row_type.model, name))
        row_type.fields[name] = declaration
        setattr(cls, name, field_for(declaration, docs.get(name)))
    register(row_type)
    if row_type.prefix:
        cls.id = global_id_field(row_type.prefix)  # pyright: ignore[reportAttributeAccessIssue]
        cls.__annotations__ = {"id": strawberry.ID, **cls.__annotations__}
    return strawberry.type(cls, description=class_description(cls))
