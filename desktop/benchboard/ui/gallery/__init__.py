"""Every part of `ui/widgets` in every state, on one page in both themes: `benchboard gallery`, for developers.

The page is not translated. A test holds it against a stored description, so that a change of any part is seen.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QApplication

from benchboard import package_data
from benchboard.ui import motion
from benchboard.ui.gallery.page import both_themes, gallery_window
from benchboard.ui.theme import start_theme


def main(arguments: Sequence[str]) -> int:
    """Show the page in a window, or draw it into a file."""
    parser = argparse.ArgumentParser(prog="benchboard gallery", description="Show every part of the screens.")
    parser.add_argument("--out", type=Path, help="Draw the page into this PNG file instead.")
    out: Path | None = parser.parse_args(arguments).out
    if out is not None:
        os.environ.setdefault(motion.SWITCH, "1")  # a picture is of what came to rest
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # nor does it need a display
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setStyle("Fusion")
    start_theme(package_data.resources_folder() / "themes" / "tokens.json")
    if out is not None:
        return 0 if both_themes().save(str(out)) else 1
    window = gallery_window()
    window.show()
    return app.exec()
