"""The recordings that were opened last: a button with their menu, and links to them for a page without a recording."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from benchboard.i18n import _
from benchboard.ui.context import Context
from benchboard.ui.widgets import Button, MenuItem, Text, menu
from benchboard.ui.widgets.labels import plain_tooltip

MOST: Final = 10
"""Recordings that are kept."""


class RecentFile(NamedTuple):
    """A recording that was opened, and whether it is still there."""

    path: Path
    exists: bool

    @property
    def title(self) -> str:
        """Its name, and that it is missing."""
        return self.path.name if self.exists else _("{name} (missing)").format(name=self.path.name)

    @property
    def why_not(self) -> str:
        """Why it can't be opened; empty if it can."""
        return "" if self.exists else _("It isn't in {folder} any more.").format(folder=self.path.parent)


class RecentRecordings(QObject):
    """The paths of the recordings that were opened last, the latest first, in the settings. `changed`: others are."""

    changed = Signal()

    def __init__(self, context: Context, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context

    @property
    def paths(self) -> list[Path]:
        """Where they are, or were."""
        try:
            kept = json.loads(self._context.settings.recent_recordings or "[]")
        except (ValueError, RecursionError):
            return []
        return [Path(one) for one in kept if isinstance(one, str) and one][:MOST] if isinstance(kept, list) else []

    def add(self, path: Path) -> None:
        """This one was opened."""
        whole = path.absolute()
        self._keep([whole, *(one for one in self.paths if one != whole)])

    def follow(self, old: Path, new: Path) -> None:
        """The recording at `old` is at `new` now."""
        before, after = old.absolute(), new.absolute()
        self._keep([after if one == before else one for one in self.paths if one != after])

    def _keep(self, paths: Sequence[Path]) -> None:
        kept = json.dumps([str(one) for one in paths][:MOST])
        if not paths and not self._context.settings.recent_recordings:
            return
        if kept != self._context.settings.recent_recordings:
            self._context.apply_settings(replace(self._context.settings, recent_recordings=kept))
            self.changed.emit()

    def look(self, then: Callable[[list[RecentFile]], None]) -> None:
        """Look on a worker which of them are still there."""
        paths = self.paths

        def op(_session: object) -> list[RecentFile]:
            return [RecentFile(one, _is_there(one)) for one in paths]

        self._context.tasks.read(self, op, then)


def _is_there(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False


class RecentButton(Button):
    """Opens the menu of the recordings that were opened last; hidden before there are any."""

    def __init__(self, recent: RecentRecordings, run: Callable[[Path], object]) -> None:
        super().__init__(
            "", self._open, icon="ph.clock-counter-clockwise", tip=_("Recent recordings"), name="recording_recent"
        )
        self._recent, self._run = recent, run
        recent.changed.connect(self.update_shown)
        self.update_shown()

    def update_shown(self) -> None:
        """Show it once there is something in its menu."""
        self.setVisible(bool(self._recent.paths))

    def _open(self) -> None:
        self._recent.look(self._show)

    def _show(self, files: Sequence[RecentFile]) -> None:
        items = [
            MenuItem(
                one.title, partial(self._run, one.path), "ph.file", str(one.path.parent), why_not=one.why_not,
                name=f"recent_{place}",
            )
            for place, one in enumerate(files)
        ]  # fmt: skip
        menu(self, items, name="recording_recent_menu")


class RecentLinks(QWidget):
    """A link to each of the recordings that were opened last; those that are missing say so."""

    def __init__(self, recent: RecentRecordings, run: Callable[[Path], object]) -> None:
        super().__init__()
        self._recent, self._run = recent, run
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 12, 0, 0)
        self._column.setSpacing(2)
        recent.changed.connect(self._look)

    def showEvent(self, event: QShowEvent) -> None:
        """Files may have gone since."""
        super().showEvent(event)
        self._look()

    def hideEvent(self, event: QHideEvent) -> None:
        """Forget what was there: it may be otherwise when it is shown again."""
        self._clear()

    def _look(self) -> None:
        if self.isVisible():
            self._recent.look(self._show)

    def _clear(self) -> None:
        while (item := self._column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()

    def _show(self, files: Sequence[RecentFile]) -> None:
        self._clear()
        if files:
            self._column.addWidget(Text(_("Recent recordings"), "caption", "muted"), 0, Qt.AlignmentFlag.AlignHCenter)
        for place, one in enumerate(files):
            self._column.addWidget(self._link(place, one), 0, Qt.AlignmentFlag.AlignHCenter)

    def _link(self, place: int, one: RecentFile) -> Button:
        link = Button(one.title, partial(self._run, one.path), kind="link", name=f"recent_link_{place}")
        if one.exists:
            link.setToolTip(plain_tooltip(str(one.path)))
        else:
            link.disable(one.why_not)
        return link
