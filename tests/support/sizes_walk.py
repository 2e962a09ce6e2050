"""Walks all screens of the window in a language at four sizes, and prints the faults of each layout as a line of JSON.

`python -m support.sizes_walk tr --both-themes --pictures DIR`; `environment` is what it runs in: a screen of 100 % and
one of 200 %, to which the window moves for the fourth size, as if it were dragged to another monitor.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Final

_SCREEN: Final = {"y": 0, "width": 3840, "height": 2160, "logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1}
_SCREENS: Final = [{"name": "one", "x": 0, **_SCREEN}, {"name": "two", "x": 3840, **_SCREEN}]
_PLATFORM: Final = {"synchronousWindowSystemEvents": False, "windowFrameMargins": False, "screens": _SCREENS}


def environment(folder: Path) -> dict[str, str]:
    """The environment of the walk; `folder` is for its home and the file that describes the screens."""
    file = folder / "screens.json"
    file.write_text(json.dumps(_PLATFORM))
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "QT_QPA_PLATFORM": f"offscreen:configfile={file}",
        "QT_SCREEN_SCALE_FACTORS": "one=1;two=2",
        "QT_LOGGING_RULES": "qt.qpa.*=false",
        "BENCHBOARD_KEYRING": "off",
        "BENCHBOARD_REDUCED_MOTION": "1",  # a pane that still slides into place is not where it belongs
        "BENCHBOARD_HOME": str(folder / "home"),
        "TMPDIR": str(folder),  # in memory, as the folders of tests are: its databases wait for no disk
    }


def main() -> int:
    """The exit status is 0 if the walk came to its end, whatever it found."""
    parser = argparse.ArgumentParser(prog="sizes_walk")
    parser.add_argument("language", choices=["en", "tr"])
    parser.add_argument("--both-themes", action="store_true")
    parser.add_argument("--pictures", type=Path)
    options = parser.parse_args()
    from support.sizes_screens import walk

    folder = Path(tempfile.mkdtemp(prefix="benchboard-sizes-"))
    try:
        for fault in walk(options.language, folder, both_themes=options.both_themes, pictures=options.pictures):
            sys.stdout.write(json.dumps(fault, ensure_ascii=False) + "\n")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
