"""A process that edits a document without a pause, says which edits are on the disk, and meanwhile kills itself.

Arguments: the home folder, how many milliseconds after its first word it dies (SIGKILL). Each line it prints is the
number of an edit of which the journal said that it is on the disk; it goes on counting where the one before was killed.
"""

import os
import signal
import sys
import threading
import time
from functools import partial
from pathlib import Path

from benchboard.dashboards.journal import crash_journal
from benchboard.dashboards.journal.crash_journal import open_journal
from benchboard.vault import Vault

SUBJECT = ("bench.db", "user", "home")
_BURST = 3


def document(number: int) -> object:
    """What the page says after so many edits."""
    return [{"id": "w", "type": "text", "config": {"text": "x" * (number % 50)}, "position": {"x": number}}]


def main(home: Path, milliseconds: float) -> None:
    crash_journal._REWRITE_BYTES = 8_000  # so that it is also killed while it is written anew
    home.mkdir(exist_ok=True)
    journal = open_journal(home, Vault(home), SUBJECT)
    number = 0
    if journal.recovered is None:
        journal.start(1, document(0), partial(document, 0))
    else:
        (item,) = journal.recovered.document  # type: ignore[misc]
        number = item["position"]["x"]
    spoken = threading.Event()

    def die() -> None:
        spoken.wait()
        time.sleep(milliseconds / 1000)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=die, daemon=True).start()
    while True:
        for _edit in range(_BURST):
            number += 1
            journal.step("Move", partial(document, number), (["w"], ["w"]))
        if journal.flush():
            print(number, flush=True)
            spoken.set()


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]))
