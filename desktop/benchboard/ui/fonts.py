"""The window's font families: Inter and JetBrains Mono if present, otherwise the system's fonts.

A wheel contains both; a checkout uses the installed ones.
"""

import logging
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

from PySide6.QtGui import QFontDatabase, QFontInfo

_LAST_RESORT: Final = "DejaVu"
_log = logging.getLogger(__name__)


@cache
def load(folder: Path) -> None:
    """Make the fonts in `folder` known to Qt, once per process. A checkout has no such folder."""
    for file in sorted(folder.glob("*.ttf")):
        if QFontDatabase.addApplicationFont(str(file)) < 0:
            _log.warning("Qt can't read the font %s", file)


def families(wanted: Sequence[str], system: QFontDatabase.SystemFont) -> list[str]:
    """The families to use, best first: the first of `wanted` or, if it is missing, the system's font instead of it.

    If the system's font is DejaVu, the other families of `wanted` come first: it is the default of a bare Linux, not a
    choice.
    """
    if QFontDatabase.hasFamily(wanted[0]):
        return list(wanted)
    own = QFontInfo(QFontDatabase.systemFont(system)).family()
    return [*([] if own.startswith(_LAST_RESORT) else [own]), *wanted[1:]]
