"""Where files that live as long as a test lie: in memory, on a machine that has plenty.

Each test clones a database of some five hundred files and drops it. Some file systems pay for that:
ext4 without a journal walks over every inode that was freed in the last minutes before it makes a
new file, and a clone takes half a second there, in memory a fiftieth of one.
"""

import os
from pathlib import Path

import psutil

MEMORY = Path("/dev/shm")
ROOM_BYTES = 4 * 2**30
"""A worker's clusters take half a gigabyte at most; the rest stays for all that runs there."""


def scratch() -> Path | None:
    """A folder for short-lived files, or None for where temporary files usually lie."""
    if not os.access(MEMORY, os.W_OK | os.X_OK):
        return None
    place = os.statvfs(MEMORY)
    room = min(place.f_bavail * place.f_frsize, psutil.virtual_memory().available)
    runs_programs = not place.f_flag & os.ST_NOEXEC
    return MEMORY if runs_programs and room >= ROOM_BYTES else None
