"""What a document must keep to beside GraphQL's own rules."""

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
)

from api.extent import Extent, Survey, TooFar
from domain.errors import QueryTooLarge

MAX_POINTS = 20_000
"""What an operation may cost, by the sizes that the document asks for."""

MAX_LEVELS = 25
MAX_FIELDS = 2000
MAX_ALIASES = 200
MAX_DIRECTIVES = 100
MAX_MUTATIONS = 10
MAX_FRAGMENTS = 30


def too_large(reason: str) -> GraphQLError:
    """The refusal of a document for what it asks."""
    return GraphQLError(reason, original_error=QueryTooLarge(reason=reason))


def excessive(points: int) -> str | None:
    """Why an operation that may cost so many points asks for more than a process can answer in a
    moment; None if it does not."""
    return _beyond(points, MAX_POINTS, "points")


def unreasonable(document: DocumentNode) -> str | None:
    """Why validation of the document, or its execution, would take too long, as far as that can be
    told without the schema; None where it would not."""
    fragments = {
        one.name.value: one
        for one in document.definitions
        if isinstance(one, FragmentDefinitionNode)
    }
    if reason := _beyond(len(fragments), MAX_FRAGMENTS, "fragments"):
        return reason
    survey = Survey(fragments)
    try:
        for name in fragments:
            survey.of_fragment(name)
        for one in document.definitions:
            if isinstance(one, OperationDefinitionNode):
                mutates = one.operation is OperationType.MUTATION
                if reason := _too_far(survey.of(one), mutates=mutates):
                    return reason
    except TooFar as error:
        return str(error)
    return None


def _too_far(extent: Extent, *, mutates: bool) -> str | None:
    bounds = (
        (extent.levels, MAX_LEVELS, "levels"),
        (extent.fields, MAX_FIELDS, "fields"),
        (extent.aliases, MAX_ALIASES, "aliases"),
        (extent.directives, MAX_DIRECTIVES, "directives"),
        (extent.side_by_side if mutates else 0, MAX_MUTATIONS, "mutations"),
    )
    reasons = (_beyond(asked, most, what) for asked, most, what in bounds)
    return next(filter(None, reasons), None)


def _beyond(asked: int, most: int, what: str) -> str | None:
    return f"{asked} {what}, at most {most}" if asked > most else None
