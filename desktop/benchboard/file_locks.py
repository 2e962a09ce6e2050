"""Finds the process that holds the lock on a file."""

import os
from pathlib import Path


def lock_holder(path: Path) -> int | None:
    """The id of the process that holds an exclusive or shared lock (flock) on `path`; None if the system doesn't tell.

    Only Linux tells. A file that doesn't exist, or that can't be examined, has no holder.
    """
    try:
        status = path.stat()
        wanted = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
        for line in Path("/proc/locks").read_text(encoding="ascii").splitlines():
            # "1: FLOCK  ADVISORY  WRITE 812 08:01:131 0 EOF"; a process that waits has "->" after its number.
            words = line.split()
            if len(words) > 5 and words[1] == "FLOCK" and words[5] == wanted:
                return int(words[4])
    except (OSError, ValueError, AttributeError):  # no Linux: no /proc, no os.major
        pass
    return None
