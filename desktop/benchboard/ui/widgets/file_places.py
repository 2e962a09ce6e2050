"""The places at the left of Qt's file dialog: the home folder, the desktop, downloads, and the folders used last."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtCore import QStandardPaths

from benchboard.i18n import pgettext

_MOST_RECENT: Final = 4
_Location = QStandardPaths.StandardLocation


@dataclass(frozen=True, slots=True)
class FilePlace:
    """A folder, what it is called, and its icon."""

    path: str
    title: str
    icon: str


def file_places(recent: Iterable[str]) -> list[FilePlace]:
    """The places that exist on this computer, then the first of the `recent` folders that still do."""
    usual = (
        (_Location.HomeLocation, pgettext("folder", "Home"), "ph.house"),
        (_Location.DesktopLocation, pgettext("folder", "Desktop"), "ph.desktop"),
        (_Location.DownloadLocation, pgettext("folder", "Downloads"), "ph.download-simple"),
    )
    places: list[FilePlace] = []
    for location, title, icon in usual:
        path = QStandardPaths.writableLocation(location)
        if path and _is_new(path, places):  # a computer without a desktop folder names the home folder
            places.append(FilePlace(path, title, icon))
    last = len(places) + _MOST_RECENT
    for path in recent:
        if len(places) < last and _is_new(path, places):
            places.append(FilePlace(path, Path(path).name or path, "ph.clock-counter-clockwise"))
    return places


def _is_new(path: str, places: Iterable[FilePlace]) -> bool:
    return all(Path(path) != Path(place.path) for place in places) and Path(path).is_dir()
