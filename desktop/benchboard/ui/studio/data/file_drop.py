"""Files dropped anywhere on the window while Studio is open are imported; a sheet over the window says so before."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QEvent, QMimeData, QObject, QRectF, Qt, QTimer
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFontMetrics,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QWidget

from benchboard.i18n import _, ngettext, number
from benchboard.ui.theme import theme
from benchboard.ui.widgets.badges import paint_icon

_ICON: Final = 32
_EDGE: Final = 16
_DRAGS: Final = (QEvent.Type.DragEnter, QEvent.Type.DragMove, QEvent.Type.DragLeave, QEvent.Type.Drop)


def dropped_paths(data: QMimeData) -> list[Path]:
    """The files and folders of this computer that are dragged."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]


class FileDrop(QObject):
    """Watches a window for files that are dragged over it. `why_not` says why they can't be dropped now; None: drags
    are left to what is under the pointer."""

    def __init__(
        self,
        window: QWidget,
        parent: QObject,
        why_not: Callable[[], str | None],
        dropped: Callable[[list[Path]], object],
    ) -> None:
        super().__init__(parent)
        self._window, self._why_not, self._dropped = window, why_not, dropped
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() not in _DRAGS or watched is not self._window:
            return False
        # Qt sends what follows to the sheet once the pointer moves over it; until then the window gets it.
        sheet = self._window.findChild(_DropSheet, options=Qt.FindChildOption.FindDirectChildrenOnly)
        if isinstance(event, QDragEnterEvent):
            return self._enter(event)
        if sheet is not None and isinstance(event, QDragMoveEvent):
            sheet.dragMoveEvent(event)
        elif sheet is not None and isinstance(event, QDropEvent):
            sheet.dropEvent(event)
        elif sheet is not None and isinstance(event, QDragLeaveEvent):
            QTimer.singleShot(0, sheet, sheet.close_unless_entered)
        else:
            return False
        return True

    def _enter(self, event: QDragEnterEvent) -> bool:
        """Cover the window with the sheet, if files are dragged over it."""
        paths, why_not = dropped_paths(event.mimeData()), self._why_not()
        if not paths or why_not is None:
            return False
        sheet = _DropSheet(self._window, paths, why_not, self._dropped)
        sheet.show()
        sheet.raise_()
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        return True


class _DropSheet(QWidget):
    """Covers the window while files are dragged over it, and takes them."""

    def __init__(
        self, window: QWidget, paths: list[Path], why_not: str, dropped: Callable[[list[Path]], object]
    ) -> None:
        super().__init__(window)
        self._why_not, self._dropped = why_not, dropped
        self._is_entered = False
        self.setObjectName("drop_sheet")
        self.setAcceptDrops(True)
        self.setGeometry(window.rect())
        self._title = why_not or _drop_title(paths)
        self._why = "" if why_not else _("You can check it before anything is added.")
        self.setAccessibleName(self._title)

    def close_unless_entered(self) -> None:
        """Close it if the pointer left the window before it was over the sheet."""
        if not self._is_entered:
            self._close()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._is_entered = True
        self._judge(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._judge(event)

    def _judge(self, event: QDropEvent) -> None:
        if self._why_not:
            event.ignore()
        else:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._close()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = dropped_paths(event.mimeData())
        self._judge(event)
        self._close()
        if not self._why_not:
            self._dropped(paths)

    def _close(self) -> None:
        self.hide()
        self.deleteLater()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.fillRect(self.rect(), theme().color("scrim"))
            strong, body = QFontMetrics(theme().font("title")), QFontMetrics(theme().font("body"))
            room = self.width() - 4 * _EDGE
            wide = max(strong.horizontalAdvance(self._title), body.horizontalAdvance(self._why)) + 6 * _EDGE
            box = QRectF(0, 0, min(room, wide), 132)
            box.moveCenter(QRectF(self.rect()).center())
            painter.setPen(QPen(theme().color("error" if self._why_not else "accent"), 2, Qt.PenStyle.DashLine))
            painter.setBrush(theme().color("raised"))
            painter.drawRoundedRect(box, theme().px("radius.dialog"), theme().px("radius.dialog"))
            icon = QRectF(box.center().x() - _ICON / 2, box.top() + 18, _ICON, _ICON)
            name, role = ("ph.prohibit", "error") if self._why_not else ("ph.download-simple", "accent.text")
            paint_icon(painter, name, icon, theme().color(role))
            centre = Qt.AlignmentFlag.AlignCenter
            painter.setFont(theme().font("title"))
            painter.setPen(theme().color("text"))
            title = strong.elidedText(self._title, Qt.TextElideMode.ElideMiddle, int(box.width()) - 2 * _EDGE)
            painter.drawText(QRectF(box.left(), box.top() + 58, box.width(), 26), centre, title)
            painter.setFont(theme().font("body"))
            painter.setPen(theme().color("text.secondary"))
            painter.drawText(QRectF(box.left(), box.top() + 88, box.width(), 22), centre, self._why)


def _drop_title(paths: list[Path]) -> str:
    if len(paths) == 1:
        return _("Drop to add “{name}”").format(name=paths[0].name)
    text = ngettext("Drop to add {count} file", "Drop to add {count} files", len(paths))
    return text.format(count=number(len(paths)))
