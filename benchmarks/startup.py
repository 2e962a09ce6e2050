"""Time from start to first interactive window, compared with bare PySide6 with SQLAlchemy imported and an empty window.

Both are separate processes on the same interpreter, started alternately, timed from before the process exists until its
window has painted and its event loop has run once with nothing left to do. Limit: 1.8 times.
`python benchmarks/startup.py [--pairs 15] [--json]`
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_DESKTOP = Path(__file__).resolve().parents[1] / "desktop"
_READY = "ready"

_BARE = """
import sqlalchemy.orm
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow
qt = QApplication([])
window = QMainWindow()
window.resize(1440, 900)
window.show()
"""

_OURS = """
from pathlib import Path
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from benchboard import log, settings
from benchboard.ui.app import Application
home = settings.home()
log.start(home / "logs")
qt = QApplication([])
qt.setStyle("Fusion")
application = Application(home)
application.start()
window = application.window
"""

# A zero timer fires when the events before it, the first paint among them, have been dealt with.
_UNTIL_READY = f"""
def look():
    if window.isVisible() and window.backingStore() is not None:
        print({_READY!r}, flush=True)
        qt.quit()
    else:
        QTimer.singleShot(0, look)
QTimer.singleShot(0, look)
qt.exec()
import os
os._exit(0)
"""


def measure(program: str, home: Path) -> float:
    """Milliseconds from starting the process to its first interactive window."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(_DESKTOP),
        "BENCHBOARD_HOME": str(home),
        "BENCHBOARD_KEYRING": "off",
        "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen"),
    }
    # An installed program has its bytecode; without it, compiling our modules at each start would be what is timed.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    begun = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", program + _UNTIL_READY],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline().strip()
        took = (time.perf_counter() - begun) * 1000
    if line != _READY:
        raise SystemExit(f"the window never came: {line!r}")
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=15)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    bare, ours = [], []
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        for program in (_BARE, _OURS):  # warm: bytecode and disk cache
            measure(program, home)
        for pair in range(arguments.pairs):
            order = ((_BARE, bare), (_OURS, ours))
            for program, times in order if pair % 2 == 0 else reversed(order):
                times.append(measure(program, home))
    ratio = statistics.median(one / other for one, other in zip(ours, bare, strict=True))
    found = {
        "bare_ms": round(statistics.median(bare), 1),
        "benchboard_ms": round(statistics.median(ours), 1),
        "ratio": round(ratio, 2),
        "reach": 1.8,
    }
    if arguments.json:
        print(json.dumps(found))
    else:
        print(
            f"bare PySide6 + SQLAlchemy {found['bare_ms']} ms, Benchboard {found['benchboard_ms']} ms: "
            f"{found['ratio']} times (limit: 1.8), {arguments.pairs} pairs"
        )


if __name__ == "__main__":
    main()
