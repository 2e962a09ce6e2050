"""Whether the window may move: one place asks the platform, and everything animated asks here, by `Theme.motion`."""

import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

SWITCH: Final = "BENCHBOARD_REDUCED_MOTION"
"""An environment variable; with any value but `0` nothing moves."""
_DESKTOP_FILES: Final = (
    ("gtk-4.0/settings.ini", "Settings", "gtk-enable-animations"),
    ("gtk-3.0/settings.ini", "Settings", "gtk-enable-animations"),
    ("kdeglobals", "KDE", "AnimationDurationFactor"),
)
"""Where desktops on Linux keep it, below the folder for settings: file, section, key. Qt 6.11 doesn't read it."""
_OFF: Final = ("0", "0.0", "false", "no")


@cache
def is_reduced() -> bool:
    """Whether the platform, or the user for this program alone, asks for no motion. Asked once."""
    asked = os.environ.get(SWITCH, "")
    if asked:
        return asked != "0"
    if sys.platform in ("win32", "darwin"):
        return not QApplication.isEffectEnabled(Qt.UIEffect.UI_General)
    style = QApplication.style()
    still = style is not None and style.styleHint(style.StyleHint.SH_Widget_Animation_Duration) == 0
    return still or any(value.strip().lower() in _OFF for value in _desktop_values(_settings_folder()))


def _settings_folder() -> Path:
    named = os.environ.get("XDG_CONFIG_HOME", "")
    return Path(named) if named else Path.home() / ".config"


def _desktop_values(folder: Path) -> Iterator[str]:
    """What the settings of the desktops say, where there are any that can be read."""
    there = [(folder / file, section, key) for file, section, key in _DESKTOP_FILES if (folder / file).is_file()]
    if not there:
        return
    from configparser import ConfigParser, Error  # imported late: 5 ms of the start

    for file, section, key in there:
        found = ConfigParser(interpolation=None, strict=False)
        try:
            found.read(file, encoding="utf-8")
        except (Error, OSError, UnicodeDecodeError):
            continue
        if (value := found.get(section, key, fallback="")) != "":
            yield value
