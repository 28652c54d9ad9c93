"""Which bytes of a file a request is for (RFC 9110, sections 13 and 14)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_BYTES = re.compile(r"bytes=\s*(\d{0,18})-(\d{0,18})\s*", re.IGNORECASE | re.ASCII)


class NotSatisfiable(Exception):
    """The range lies behind the file's end."""


class Unchanged(Exception):
    """The client has the file as it is."""


class Changed(Exception):
    """The file is not the one that the client speaks of."""


@dataclass(frozen=True)
class Span:
    """Bytes of a file, half-open.

    Parameters:
        partial: whether the client has asked for a part.
    """

    start: int
    stop: int
    partial: bool = False

    def __len__(self) -> int:
        return self.stop - self.start


@dataclass(frozen=True)
class Validators:
    """What tells one content of a file from another.

    Parameters:
        etag: strong, with its quotation marks.
        modified: an HTTP date.
    """

    etag: str
    modified: str

    def check(self, headers: Mapping[str, str]) -> None:
        """Whether the client wants this file.

        Raises: Changed; Unchanged.
        """
        wanted, known = headers.get("if-match"), headers.get("if-none-match")
        if wanted is not None and not self._among(wanted, weak=False):
            raise Changed
        if known is not None and self._among(known, weak=True):
            raise Unchanged
        if known is None and headers.get("if-modified-since") == self.modified:
            raise Unchanged

    def _among(self, listed: str, *, weak: bool) -> bool:
        tags = [tag.strip() for tag in listed.split(",")]
        return "*" in tags or self.etag in tags or (weak and f"W/{self.etag}" in tags)

    def holds(self, headers: Mapping[str, str]) -> bool:
        """Whether a range is wanted of this very file: ``If-Range`` names it, or there is none."""
        return headers.get("if-range") in (None, self.etag, self.modified)


def span_of(headers: Mapping[str, str], size: int, validators: Validators) -> Span:
    """The bytes that a GET is for: the whole file where no single range of bytes is asked for, or
    one of another content.

    Raises: NotSatisfiable.
    """
    whole = Span(0, size)
    found = _BYTES.fullmatch(headers.get("range", ""))
    if found is None or not validators.holds(headers):
        return whole
    first, last = found.groups()
    if not first:
        return _suffix(int(last), size) if last else whole
    start, stop = int(first), int(last) + 1 if last else size
    if last and stop <= start:
        return whole
    if start >= size:
        raise NotSatisfiable
    return Span(start, min(stop, size), partial=True)


def _suffix(length: int, size: int) -> Span:
    if length == 0 or size == 0:
        raise NotSatisfiable
    return Span(max(0, size - length), size, partial=True)
