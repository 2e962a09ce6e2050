"""The list of a dashboard's versions: author, time and reason, and which two are being compared."""

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QHBoxLayout, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from benchboard.dashboards.versions import version_store
from benchboard.dashboards.versions.version_store import Version
from benchboard.errors import AppError
from benchboard.i18n import _, pgettext
from benchboard.paging import Listing, Page, Scalar
from benchboard.ui.commands import REGISTRY
from benchboard.ui.studio.versions.diff_widgets import as_pane, head
from benchboard.ui.studio.versions.row_list import (
    NOWHERE,
    Index,
    RowLine,
    RowList,
    paint_edge,
    paint_lines,
    paint_ring,
)
from benchboard.ui.theme import theme
from benchboard.ui.time_format import full_time, refresh_times, relative_time
from benchboard.ui.widgets import Button, KeyCap, MenuItem, Text, hairline, menu, paint_avatar
from benchboard.ui.widgets.no_match import NoMatch

if TYPE_CHECKING:
    from benchboard.ui.context import Context

_ROW_HEIGHT: Final = 66
_PAGE_SIZE: Final = 50


def version_reason(version: Version) -> str:
    """Why a version was kept, as one line."""
    if version.note:
        return version.note
    if version.restored_from is not None:
        return _("Restored version {number}").format(number=version.restored_from)
    return _("Edited") if version.automatic else _("Saved")


def version_author(version: Version) -> str:
    """The author of a version."""
    return version.author or _("Deleted account")


class VersionListModel(QAbstractListModel):
    """The versions, newest first, loaded page by page as the list is scrolled.

    `page_loaded` is emitted when a page was loaded.
    """

    page_loaded = Signal()

    def __init__(self, context: "Context", dashboard_id: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context, self._dashboard_id = context, dashboard_id
        self.rows: list[Version] = []
        self.before: int | None = None
        self.after: int | None = None
        self._summaries: dict[int, str] = {}
        """Summaries of the versions that were viewed; for a list of hundreds, documents are not read for their
        summaries.
        """
        self._filters: dict[str, Scalar] = {}
        self._next: str | None = None
        self._generation = 0
        self._reading = False

    def reload(self, filters: dict[str, Scalar] | None = None) -> None:
        """Reload from the newest version on; `filters` are those of `list_versions`, None: unchanged."""
        self._filters = self._filters if filters is None else filters
        self._generation += 1
        self._read(None)

    def set_compared(self, before: int | None, after: int | None) -> None:
        """Set the versions being compared."""
        self.before, self.after = before, after
        if self.rows:
            self.dataChanged.emit(self.index(0), self.index(len(self.rows) - 1))

    def set_summary(self, number: int, summary: str) -> None:
        """Set the summary of a version."""
        row = self.row_of(number)
        if self._summaries.get(number) != summary and row is not None:
            self._summaries[number] = summary
            self.dataChanged.emit(self.index(row), self.index(row))

    def reason(self, version: Version) -> str:
        """Why a version was kept, as one line: its note, or else its summary if that is known."""
        unsaid = not version.note and version.restored_from is None
        return (self._summaries.get(version.number) if unsaid else "") or version_reason(version)

    def row_of(self, number: int) -> int | None:
        """The row of a version; None if it isn't loaded."""
        return next((row for row, version in enumerate(self.rows) if version.number == number), None)

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        version = self.rows[index.row()]
        if role == Qt.ItemDataRole.UserRole:
            return version
        if role == Qt.ItemDataRole.ToolTipRole:
            return full_time(version.saved_at)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            marks = {self.after: _("after"), self.before: _("before")}
            parts = (
                self.title(version),
                self.reason(version),
                version_author(version),
                relative_time(version.saved_at),
                marks.get(version.number),
            )
            return ", ".join(part for part in parts if part)
        return None

    def title(self, version: Version) -> str:
        """The title: `Version 41`."""
        return _("Version {number}").format(number=version.number)

    def canFetchMore(self, _parent: Index) -> bool:
        return self._next is not None and not self._reading

    def fetchMore(self, _parent: Index) -> None:
        self._read(self._next)

    def _read(self, after: str | None) -> None:
        actor, asked, filters = self._context.actor, self._generation, dict(self._filters)
        dashboard_id = self._dashboard_id
        self._reading = True
        self._context.tasks.read(
            self,
            lambda session: version_store.list_versions(
                session, actor, dashboard_id, Listing(filters=filters), after=after, limit=_PAGE_SIZE
            ),
            lambda page: self._page_read(asked, after, page),
            self._failed,
        )

    def _page_read(self, asked: int, after: str | None, page: Page[Version]) -> None:
        self._reading = False
        if asked != self._generation:
            return
        if after is None:
            self.beginResetModel()
            self.rows = list(page.rows)
            self.endResetModel()
        else:
            self.beginInsertRows(QModelIndex(), len(self.rows), len(self.rows) + len(page.rows) - 1)
            self.rows += page.rows
            self.endInsertRows()
        self._next = page.next_key
        self.page_loaded.emit()

    def _failed(self, error: AppError) -> None:
        self._reading = False
        self._context.problems.show(error, self.reload)


class VersionList(RowList):
    """The list.

    `version_selected` emits the number of the version to show, `compare_requested` the one to compare it with.
    """

    version_selected = Signal(int)
    compare_requested = Signal(int)

    def __init__(self, model: VersionListModel, parent: QWidget | None = None) -> None:
        super().__init__(model, name="versions_list", label=_("Versions"), parent=parent)
        self._versions = model
        self.setItemDelegate(_VersionDelegate(self))
        refresh_times(self.viewport())

    def show_number(self, number: int) -> None:
        """Make a version's row the current one without a signal."""
        row = self._versions.row_of(number)
        if row is not None:
            blocked = self.blockSignals(True)
            index = self._versions.index(row)
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            self.blockSignals(blocked)
            self.scrollTo(index)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if not index.isValid() or event.button() != Qt.MouseButton.LeftButton:
            return
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
        modifiers = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier
        self._emit_number(self.compare_requested if event.modifiers() & modifiers else self.version_selected, index)
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if index.isValid() and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._emit_number(self.version_selected, index)
        elif index.isValid() and event.key() in (Qt.Key.Key_B, Qt.Key.Key_Space):
            self._emit_number(self.compare_requested, index)
        else:
            super().keyPressEvent(event)

    def _emit_number(self, signal: Any, index: QModelIndex) -> None:
        signal.emit(self._versions.rows[index.row()].number)


class VersionsPane(QWidget):
    """The list with its heading and filter.

    Its `list` emits the selected version, and the one to compare with.
    """

    def __init__(self, context: "Context", dashboard_id: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.model = VersionListModel(context, dashboard_id, self)
        self.list = VersionList(self.model)
        self.filtered = False
        column = as_pane(self, 272)
        top, row = head()
        row.addWidget(Text(_("Versions"), "body_strong"))
        row.addStretch(1)
        self._filter_button = Button(
            _("All versions"), self._open_filter_menu, kind="quiet", icon="ph.funnel", name="versions_filter"
        )
        row.addWidget(self._filter_button)
        self._none = NoMatch(pgettext("no match", "versions"), lambda: self._filter(_("All versions"), {}))
        self._none.show_query("", filtered=True)  # without a filter there is always one
        self._none.hide()
        foot = QWidget()
        keys = QHBoxLayout(foot)
        keys.setContentsMargins(16, 8, 12, 8)
        keys.setSpacing(6)
        keys.addWidget(KeyCap(REGISTRY["studio.versions_since"].key))
        keys.addWidget(Text(_("or Shift-click to compare"), "caption", "muted"))
        keys.addStretch(1)
        for widget in (top, hairline(), self._none):
            column.addWidget(widget)
        column.addWidget(self.list, 1)
        column.addWidget(hairline())
        column.addWidget(foot)
        self.model.page_loaded.connect(self._listed)

    def _listed(self) -> None:
        self._none.setVisible(not self.model.rows)
        self.list.setVisible(bool(self.model.rows))

    def _open_filter_menu(self) -> None:
        choices: tuple[tuple[str, dict[str, Scalar]], ...] = (
            (_("All versions"), {}),
            (_("Only mine"), {"author_id": self._context.actor.user_id}),
            (_("Only named versions"), {"named": True}),
        )
        lines = [
            MenuItem(title, partial(self._filter, title, filters), checked=self._filter_button.text() == title)
            for title, filters in choices
        ]
        menu(self._filter_button, lines, name="versions_whose")

    def _filter(self, title: str, filters: dict[str, Scalar]) -> None:
        self._filter_button.setText(title)
        self.filtered = bool(filters)
        self.model.reload(filters)


class _VersionDelegate(QStyledItemDelegate):
    """Draws avatar, number, reason, author and time; the two versions being compared have a coloured edge and a
    label.
    """

    def __init__(self, view: VersionList) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(200, _ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        assert isinstance(model, VersionListModel)
        version: Version = model.rows[index.row()]
        box: QRect = option.rect
        hovered = self._view.viewport().underMouse() and box.contains(
            self._view.viewport().mapFromGlobal(self._view.cursor().pos())
        )
        is_after, is_before = version.number == model.after, version.number == model.before
        fill = "selection" if is_after else "row.hover" if is_before or hovered else "surface"
        painter.fillRect(box, theme().color(fill))
        painter.fillRect(QRect(box.left(), box.bottom(), box.width(), 1), theme().color("grid"))
        if is_after or is_before:
            paint_edge(painter, box, "accent" if is_after else "border.control")
        paint_avatar(painter, QRectF(box.left() + 12, box.top() + 8, 24, 24), version_author(version))
        badge = _("After") if is_after and model.before is not None else _("Before") if is_before else ""
        room = box.adjusted(44, 7, -12, -7)
        used = _paint_badge(painter, room, badge, strong=is_after) if badge else 0
        lines = (
            RowLine(model.title(version), "body_strong", "text", used),
            RowLine(model.reason(version), "body", "text.secondary"),
            RowLine(f"{version_author(version)}, {relative_time(version.saved_at)}", "caption", "text.muted"),
        )
        paint_lines(painter, room, lines)
        if self._view.hasFocus() and index == self._view.currentIndex():
            paint_ring(painter, box)


def _paint_badge(painter: QPainter, room: QRect, text: str, *, strong: bool) -> int:
    """Paint a label at the right of the first line; returns its width with spacing."""
    font = theme().font("caption")
    font.setWeight(font.Weight.Medium)
    painter.setFont(font)
    width = QFontMetrics(font).horizontalAdvance(text) + 14
    spot = QRectF(room.right() - width + 1, room.top(), width, 18)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme().color("accent" if strong else "surface.alt"))
    painter.drawRoundedRect(spot, 4, 4)
    painter.setPen(theme().color("on.accent" if strong else "text.secondary"))
    painter.drawText(spot, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()
    return width + 8
