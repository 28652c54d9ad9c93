"""Which permission an operation asks for: told beside it, checked by the domain's verb."""

from collections.abc import Callable
from typing import Any, TypeVar

from domain.access import Permission

Resolver = TypeVar("Resolver", bound=Callable[..., Any])

ASKED: dict[str, Permission] = {}
"""Resolver's name -> permission; what is not here asks for none and shows what one may see."""


def asks(permission: Permission) -> Callable[[Resolver], Resolver]:
    """Say which permission a root field's verb asks for; ``docs/access.md`` is made from it."""

    def remember(resolver: Resolver) -> Resolver:
        ASKED[resolver.__name__] = permission
        return resolver

    return remember
