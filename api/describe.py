"""Descriptions for the schema from the docstrings below attributes, where a reader looks."""

import ast
import inspect
import sys
from dataclasses import MISSING
from functools import cache
from typing import Any, TypeVar, dataclass_transform

import strawberry
from strawberry.types.field import StrawberryField
from strawberry.types.private import is_private

T = TypeVar("T")


@cache
def _attribute_docs(file: str) -> dict[str, dict[str, str]]:
    """Class name -> attribute -> docstring, for one source file."""
    with open(file, encoding="utf-8") as source:
        tree = ast.parse(source.read())
    docs: dict[str, dict[str, str]] = {}
    for class_node in (node for node in tree.body if isinstance(node, ast.ClassDef)):
        found = docs.setdefault(class_node.name, {})
        for attribute, text in zip(class_node.body, class_node.body[1:], strict=False):
            if (
                isinstance(attribute, ast.AnnAssign)
                and isinstance(attribute.target, ast.Name)
                and isinstance(text, ast.Expr)
                and isinstance(text.value, ast.Constant)
                and isinstance(text.value.value, str)
            ):
                found[attribute.target.id] = inspect.cleandoc(text.value.value)
    return docs


def attribute_docs(cls: type) -> dict[str, str]:
    """The docstring below each annotated attribute of a class."""
    file = sys.modules[cls.__module__].__file__
    return _attribute_docs(file).get(cls.__name__, {}) if file else {}


def class_description(cls: type) -> str:
    """The class's docstring on one line."""
    return " ".join((inspect.getdoc(cls) or "").split()) if cls.__doc__ else ""


def describe_fields(cls: type) -> None:
    """Give every annotated attribute of a class its docstring as the field's description."""
    docs = attribute_docs(cls)
    for name, kind in inspect.get_annotations(cls).items():
        default = cls.__dict__.get(name, MISSING)
        if is_private(kind):
            continue
        if isinstance(default, StrawberryField):
            default.description = default.description or docs.get(name)
        elif default is MISSING:
            setattr(cls, name, strawberry.field(description=docs.get(name)))
        else:
            setattr(cls, name, strawberry.field(default=default, description=docs.get(name)))


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field,))
def output(cls: type[T]) -> type[T]:
    """An object type that is built in Python: payloads, pages, small values."""
    describe_fields(cls)
    return strawberry.type(cls, description=class_description(cls))


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field,))
def input_object(cls: type[T]) -> type[T]:
    """An input type."""
    describe_fields(cls)
    return strawberry.input(cls, description=class_description(cls))


def enumeration(values: Any, description: str, *, name: str | None = None, **texts: str) -> Any:
    """Show a domain enum in the schema.

    Parameters:
        values: the enum.
        name: in the schema; its own if None.
        texts: a description for each member, by its name.
    Raises: KeyError for a member without a description.
    """
    shown = strawberry.enum(values, name=name, description=description)
    for value in shown.__strawberry_definition__.values:
        value.description = texts[value.name]
    return shown
