"""What a token lets its client do, beside what its actor may."""

OWN_DOCUMENTS = "documents:own"
"""Send documents of its own where there are trusted ones; without it only these are executed."""

INTROSPECTION = "schema:introspect"
"""Ask the schema about itself, and be told what a name that is wrong might have been."""

ALL = frozenset({OWN_DOCUMENTS, INTROSPECTION})
