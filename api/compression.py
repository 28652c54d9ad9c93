"""Answers made smaller for clients that ask for it."""

import gzip
import sys

from api.negotiation import ZSTD

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MIN_BYTES = 1024
"""What is shorter travels in one packet anyway."""

_ZSTD_LEVEL = 1
_GZIP_LEVEL = 1


def compressed(content: bytes, coding: bytes) -> bytes:
    """The content in a coding of ``api.negotiation``.

    Both run at their fastest level: it is JSON, of which the first level takes away most, and a
    worker answers nobody else meanwhile.
    """
    if coding == ZSTD:
        return zstd.compress(content, level=_ZSTD_LEVEL)
    return gzip.compress(content, compresslevel=_GZIP_LEVEL, mtime=0)
