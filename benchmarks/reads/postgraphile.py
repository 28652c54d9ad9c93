"""PostGraphile's own documents, and its answers in our words."""

from typing import Any

from benchmarks.reads.asking import Question


def question(query: str, ours: Question) -> Question:
    """The same question in PostGraphile's words."""
    raise NotImplementedError(query, ours)


def in_our_words(query: str, data: Any) -> Any:
    """Its answer as ours would be."""
    raise NotImplementedError(query, data)
