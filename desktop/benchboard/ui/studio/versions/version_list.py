"""The list of a dashboard's versions: author, time and reason, and which two are being compared."""

from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QItemSelection,
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
from PySide6.QtWidgets import QHBoxLayout, QListView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from benchboard.dashboards.versions import version_store
from benchboard.dashboards.versions.version_store import Version
from benchboard.errors import AppError
from benchboard.i18n import _, ngettext, number
from benchboard.paging import Line, Listing, Page, Scalar, fold
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
from benchboard.ui.widgets import Button, EmptyState, KeyCap, MenuItem, Text, hairline, menu, paint_avatar
from benchboard.ui.widgets.accessible import announce, tell_row_renamed
from benchboard.ui.widgets.badges import paint_icon

if TYPE_CHECKING:
    from benchboard.ui.context import Context

_ROW_HEIGHT: Final = 66
_PAGE_SIZE: Final = 50
_INDENT: Final = 16
"""Of the versions below the first of an unfolded line, in pixels."""


def version_reason(version: Version) -> str:
    """Why a version was kept, as one line."""
    if version.note:
        return version.note
    if version.restored_from is not None:
        return _("Restored version {number}").format(number=version.restored_from)
    if version.number == 1:
        return _("Imported") if version.imported else _("Created")
    return _("Edited") if version.automatic else _("Saved")


def version_author(version: Version) -> str:
    """The author of a version."""
    return version.author or _("Deleted account")


class VersionListModel(QAbstractListModel):
    """The versions, newest first, loaded page by page as the list is scrolled.

    Versions that repeat each other are folded into one line, unless the list is filtered: then those between them
    aren't known.

    `page_loaded` is emitted when a page was loaded, `compared_changed` when others are compared.
    """

    page_loaded = Signal()
    compared_changed = Signal()

    def __init__(self, context: "Context", dashboard_id: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context, self._dashboard_id = context, dashboard_id
        self.rows: list[Version] = []
        """All versions that are loaded."""
        self._lines: list[Line[Version]] = []
        self._unfolded: set[int] = set()
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
        if self._lines:
            self.dataChanged.emit(self.index(0), self.index(len(self._lines) - 1))
        self.compared_changed.emit()

    def compared_rows(self) -> list[int]:
        """The rows of the versions being compared, as far as they are loaded."""
        found = {self.row_of(number) for number in (self.after, self.before) if number is not None}
        return sorted(row for row in found if row is not None)

    def set_summary(self, number: int, summary: str) -> None:
        """Set the summary of a version."""
        row = self.row_of(number)
        if self._summaries.get(number) != summary and row is not None:
            self._summaries[number] = summary
            self.dataChanged.emit(self.index(row), self.index(row))

    def reason(self, line: Line[Version]) -> str:
        """Why a version was kept, as one line: its note, or else its summary if that is known."""
        version = line.row
        if line.folded:
            return version_reason(version)  # a summary is of one version
        unsaid = not version.note and version.restored_from is None
        return (self._summaries.get(version.number) if unsaid else "") or version_reason(version)

    def row_of(self, number: int) -> int | None:
        """The row of a version, or of the line that it is folded in; None if it isn't loaded."""
        return next((row for row in range(len(self._lines)) if number in self.numbers(row)), None)

    def line(self, row: int) -> Line[Version]:
        """A line of the list: a version, or the newest of those it stands for."""
        return self._lines[row]

    def numbers(self, row: int) -> list[int]:
        """The numbers of the versions that a line stands for, newest first."""
        line = self._lines[row]
        return [version.number for version in line.run] if line.folded else [line.row.number]

    def unfold(self, row: int) -> None:
        """Show each version of a folded line."""
        line = self._lines[row]
        if line.folded:
            self._unfolded.update(self.numbers(row))
            self.beginInsertRows(QModelIndex(), row + 1, row + len(line.run) - 1)
            self._lines[row : row + 1] = [Line(version, line.run) for version in line.run]
            self.endInsertRows()

    def fold(self, row: int) -> None:
        """Fold the versions that repeat each other from this row, the first of them, into one line."""
        run = self._lines[row].run
        self._unfolded.difference_update(version.number for version in run)
        self.beginRemoveRows(QModelIndex(), row + 1, row + len(run) - 1)
        self._lines[row : row + len(run)] = [Line(run[0], run, folded=True)]
        self.endRemoveRows()

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._lines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        line = self._lines[index.row()]
        version = line.row
        if role == Qt.ItemDataRole.UserRole:
            return version
        if role == Qt.ItemDataRole.ToolTipRole:
            return full_time(version.saved_at)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            numbers = self.numbers(index.row())
            mark = _("after") if self.after in numbers else _("before") if self.before in numbers else ""
            parts = (
                self.title(line),
                self.reason(line),
                version_author(version),
                relative_time(version.saved_at),
                mark,
            )
            return ", ".join(part for part in parts if part)
        return None

    def title(self, line: Line[Version]) -> str:
        """The title: `Version 41`, or `Versions 38–41` of a folded line."""
        if line.folded:
            return _("Versions {first}–{last}").format(first=line.run[-1].number, last=line.run[0].number)
        return _("Version {number}").format(number=line.row.number)

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
        self._next = page.next_key
        if after is None:
            self.beginResetModel()
            self.rows = list(page.rows)
            self._lines = self._lines_of(self.rows)
            self.endResetModel()
        else:
            self._append(page.rows)
        self.page_loaded.emit()

    def _append(self, versions: tuple[Version, ...]) -> None:
        """Add a page's versions; the first ones may belong to the last line."""
        self.rows += versions
        lines, known = self._lines_of(self.rows), len(self._lines)
        self._lines[:] = lines[:known]
        if known:
            self.dataChanged.emit(self.index(0), self.index(known - 1))
        if lines[known:]:
            self.beginInsertRows(QModelIndex(), known, len(lines) - 1)
            self._lines += lines[known:]
            self.endInsertRows()
        elif self._next is not None:
            self._read(self._next)  # no line was added, so the view doesn't ask for the next page

    def _lines_of(self, versions: list[Version]) -> list[Line[Version]]:
        if self._filters:
            return [Line(version, (version,)) for version in versions]
        return fold(versions, version_store.repeats, attrgetter("number"), self._unfolded)

    def _failed(self, error: AppError) -> None:
        self._reading = False
        self._context.problems.show(error, self.reload)


class VersionList(RowList):
    """The list. Only the compared versions are selected: arrows move the focus alone.

    `version_selected` emits the number of the version to show, `compare_requested` the one to compare it with.
    """

    version_selected = Signal(int)
    compare_requested = Signal(int)

    def __init__(self, model: VersionListModel, parent: QWidget | None = None) -> None:
        super().__init__(model, name="versions_list", label=_("Versions"), parent=parent)
        self._versions = model
        self.setItemDelegate(_VersionDelegate(self))
        self.setSelectionMode(QListView.SelectionMode.MultiSelection)
        told = _("Enter compares a version with the one before it. {key} compares it with the one marked “After”.")
        self.setAccessibleDescription(told.format(key=REGISTRY["studio.versions_since"].key))
        self._marked: list[int] = []
        """The rows that were selected last."""
        model.compared_changed.connect(self._select_compared)
        for changed in (model.modelReset, model.rowsInserted, model.rowsRemoved):
            changed.connect(self._select_compared)
        refresh_times(self.viewport())

    def selectionCommand(self, index: Index, event: QEvent | None = None) -> QItemSelectionModel.SelectionFlag:
        return QItemSelectionModel.SelectionFlag.NoUpdate

    def _select_compared(self) -> None:
        """Select the compared versions, and tell the screen reader whose names say now that they are, or no longer."""
        rows, before = self._versions.compared_rows(), self._marked
        self._marked = rows
        chosen = QItemSelection()
        for row in rows:
            chosen.select(self._versions.index(row), self._versions.index(row))
        self.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        for row in sorted({*rows, *before}):
            tell_row_renamed(self, self._versions.index(row))

    def show_number(self, number: int) -> None:
        """Make a version's row the current one without a signal."""
        row = self._versions.row_of(number)
        if row is not None and number != self._versions.line(row).row.number:
            self._versions.unfold(row)
            row = self._versions.row_of(number)
        if row is not None:
            blocked = self.blockSignals(True)
            index = self._versions.index(row)
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.blockSignals(blocked)
            self.scrollTo(index)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if not index.isValid() or event.button() != Qt.MouseButton.LeftButton:
            return
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
        modifiers = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier
        line = self._versions.line(index.row())
        if event.modifiers() & modifiers:
            self._emit_number(self.compare_requested, index)
        elif line.repeated and line.first and fold_button(self.visualRect(index)).contains(event.position()):
            self._toggle_fold(index.row())
        else:
            self._select(index)
        self.viewport().update()

    def _select(self, index: QModelIndex) -> None:
        """Select a version; a folded line shows its others too."""
        self._emit_number(self.version_selected, index)
        self._versions.unfold(index.row())

    def _toggle_fold(self, row: int) -> None:
        """Unfold a line, or fold it with the versions that repeat it."""
        if self._versions.line(row).folded:
            self._versions.unfold(row)
        else:
            first = self._versions.row_of(self._versions.line(row).run[0].number)
            assert first is not None
            self.selectionModel().setCurrentIndex(
                self._versions.index(first), QItemSelectionModel.SelectionFlag.NoUpdate
            )
            self._versions.fold(first)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        line = self._versions.line(index.row()) if index.isValid() else None
        fold_key = Qt.Key.Key_Right if line is not None and line.folded else Qt.Key.Key_Left
        if line is not None and line.repeated and event.key() == fold_key:
            self._toggle_fold(index.row())
        elif index.isValid() and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._select(index)
        elif index.isValid() and event.key() in (Qt.Key.Key_B, Qt.Key.Key_Space):
            self._emit_number(self.compare_requested, index)
        else:
            super().keyPressEvent(event)

    def _emit_number(self, signal: Any, index: QModelIndex) -> None:
        signal.emit(self._versions.line(index.row()).row.number)


def fold_button(box: QRect) -> QRectF:
    """The rectangle of the arrow, in a line's rectangle, that unfolds or folds versions that repeat each other."""
    return QRectF(box.right() - 30, box.center().y() - 12, 24, 24)


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
        self._tells_count = False
        """Whether a filter was chosen, and what it leaves isn't told yet."""
        column = as_pane(self, 272)
        top, row = head()
        row.addWidget(Text(_("Versions"), "body_strong"))
        row.addStretch(1)
        self._filter_button = Button(
            _("All versions"), self._open_filter_menu, kind="quiet", icon="ph.funnel", name="versions_filter"
        )
        row.addWidget(self._filter_button)
        self._none = EmptyState(
            "ph.funnel", "", _("Show all versions"), lambda: self._filter(_("All versions"), {}), why=" "
        )
        """In place of the rows if a filter leaves none; without one there is always a version."""
        self._none.hide()
        foot = QWidget()
        keys = QHBoxLayout(foot)
        keys.setContentsMargins(16, 8, 12, 8)
        keys.setSpacing(8)
        key, rest = (
            REGISTRY["studio.versions_since"].key,
            Text(_("or Shift-click: compare with “After”"), "caption", "muted"),
        )
        rest.setAccessibleName(f"{key} {rest.text()}")  # one sentence, which begins with the key cap
        keys.addWidget(KeyCap(key))
        keys.addWidget(rest)
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
        if self._tells_count:
            self._tells_count = False
            count = len(self.model.rows)
            told = ngettext("{count} version", "{count} versions", count).format(count=number(count))
            if self.model.canFetchMore(NOWHERE):
                told = _("The first {count} versions").format(count=number(count))
            announce(self, told if count else self._none.sentence.text(), again=True)

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
        self._none.sentence.setText(
            _("No named versions yet.") if "named" in filters else _("You have no versions here.")
        )
        self._none.why.setText(
            _("To name one, go back to editing and press {keys}.").format(keys=REGISTRY["studio.save_version"].key)
            if "named" in filters
            else _("Every version was saved by someone else.")
        )
        self._tells_count = True
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
        line = model.line(index.row())
        version = line.row
        box: QRect = option.rect
        hovered = self._view.viewport().underMouse() and box.contains(
            self._view.viewport().mapFromGlobal(self._view.cursor().pos())
        )
        numbers = model.numbers(index.row())
        is_after = model.after in numbers
        is_before = model.before in numbers and not is_after
        fill = "selection" if is_after else "row.hover" if is_before or hovered else "surface"
        painter.fillRect(box, theme().color(fill))
        painter.fillRect(QRect(box.left(), box.bottom(), box.width(), 1), theme().color("grid"))
        if is_after or is_before:
            paint_edge(painter, box, "accent" if is_after else "border.control")
        if not line.first:
            box = box.adjusted(_INDENT, 0, 0, 0)
        paint_avatar(painter, QRectF(box.left() + 12, box.top() + 8, 24, 24), version_author(version))
        badge = _("After") if is_after and model.before is not None else _("Before") if is_before else ""
        room = box.adjusted(44, 7, -12, -7)
        used = _paint_badge(painter, room, badge, strong=is_after) if badge else 0
        arrow = fold_button(box) if line.repeated and line.first else QRectF()
        if not arrow.isEmpty():
            name = "ph.caret-right" if line.folded else "ph.caret-down"
            paint_icon(painter, name, arrow.adjusted(6, 6, -6, -6), theme().color("text.muted"))
        lines = (
            RowLine(model.title(line), "body_strong", "text", used),
            RowLine(model.reason(line), "body", "text.secondary", int(arrow.width())),
            RowLine(f"{version_author(version)}, {relative_time(version.saved_at)}", "caption", "text.muted"),
        )
        paint_lines(painter, room, lines)
        if self._view.hasFocus() and index == self._view.currentIndex():
            paint_ring(painter, option.rect)


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
