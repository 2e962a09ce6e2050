"""The details of a data source: what its tables hold, column by column, and their first rows."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.duckdb_engine import FileResult
from benchboard.analytics.files.profile import ColumnProfile, profile_table
from benchboard.analytics.files.scan import ScanColumn
from benchboard.analytics.sources import services
from benchboard.analytics.sources.file_import import table_scan
from benchboard.analytics.sources.file_news import copied_table_text, wrong_lines_text
from benchboard.analytics.sources.lineage import LineageUse, column_uses, table_uses, uses_text
from benchboard.analytics.sources.services import SourceSummary, TableSummary
from benchboard.errors import AppError, Cancelled
from benchboard.i18n import _, ngettext, number
from benchboard.ui.commands import Handler, Handlers, run_handler
from benchboard.ui.context import Context
from benchboard.ui.studio.data.preview_table import paint_histogram, paint_line
from benchboard.ui.studio.data.reading_progress import report_passes
from benchboard.ui.studio.data.source_rows import (
    SourceRow,
    access_text,
    lines_sentence,
    location_text,
    news_text,
    reading_notes,
    status_mark,
    tables_and_rows,
)
from benchboard.ui.studio.data.uses_table import UsesTable
from benchboard.ui.studio.data.value_text import (
    KIND_ICONS,
    NUMBERS,
    common_decimals,
    have_seconds,
    kind_title,
    value_text,
)
from benchboard.ui.tasks import DatabaseSession, Progress, Work
from benchboard.ui.theme import theme
from benchboard.ui.time_format import day_and_time, relative_time
from benchboard.ui.widgets import Badge, Button, Elided, Icon, KeyValue, Paragraph, Select, Text, hairline
from benchboard.ui.widgets.accessible import Role
from benchboard.ui.widgets.column_keys import resize_column
from benchboard.ui.widgets.detail_pane import DetailHeader, DetailPane, DetailSection
from benchboard.ui.widgets.flow_layout import FlowLayout
from benchboard.ui.widgets.labels import Tone, plain_tooltip
from benchboard.ui.widgets.pane_tabs import PaneTabs

Index = QModelIndex | QPersistentModelIndex
_SAMPLE_ROWS: Final = 20
_MOST_COLUMNS: Final = 200
"""Columns that are shown one by one; a table may have thousands."""
_MOST_NOTES: Final = 20
_USING: Final = frozenset(("widgets", "dashboards", "data_models", "alerts"))
"""Whose rows tell what uses a table."""
_NAMED_USES: Final = 12
_SHOWN_USES: Final = 5
"""Rows of what uses a table that are shown at once."""
_LEAST_ROWS: Final = 6
"""First rows that are shown even where the pane has less room; it scrolls then."""
_BAR: Final = 12
"""Height of the scroll bar below the first rows, in pixels."""
_BARS: Final = QSize(76, 26)


def _place_text(source: SourceSummary) -> str:
    """Where a source is read from."""
    if source.live is not None:
        return _("Live bus of {dongle}").format(dongle=source.live.title)
    return source.server or source.address or copied_table_text(source) or location_text(source.path)


class SourcePane(DetailPane):
    """Shows one source; its buttons run the commands of the list for it."""

    def __init__(self, context: Context) -> None:
        super().__init__("source_detail")
        self._context = context
        self._row: SourceRow | None = None
        self._tables: tuple[TableSummary, ...] = ()
        self._profiling: Work | None = None
        self._column_rows: Sequence[_ColumnRow] = ()
        self._badge = Badge("ok", "")
        self._head = DetailHeader(self.close_button(), self._badge, icon="ph.database")
        self.head.addWidget(self._head)
        self._news = Paragraph("", "body", "error")
        self._news.setContentsMargins(0, 0, 16, 8)
        self._lines = Button(_("Show"), kind="link", size="sm", name="source_lines")
        self._lines.clicked.connect(self._show_lines)
        self._handlers: Handlers = {}
        said = QHBoxLayout()
        said.setContentsMargins(0, 0, 16, 0)
        self._news_mark = Icon("ph.warning-fill", "warn", 14)
        mark = QVBoxLayout()
        mark.setContentsMargins(16, 3, 0, 0)  # in the middle of the first line
        mark.addWidget(self._news_mark)
        mark.addStretch(1)
        said.setSpacing(theme().px("spacing.2"))
        said.addLayout(mark)
        said.addWidget(self._news, 1)
        said.addWidget(self._lines, 0, Qt.AlignmentFlag.AlignTop)
        self.head.addLayout(said)
        self._actions = FlowLayout(spacing=theme().px("spacing.2"))
        self._actions.setContentsMargins(16, 0, 16, 4)
        self.head.addLayout(self._actions)
        self._shows_rows = False
        self._tabs = PaneTabs((("source_overview", _("Overview")), ("source_first_rows", _("First rows"))))
        self._tabs.show_current(0)
        self._tabs.chosen.connect(self._choose_part)
        self.head.addWidget(self._tabs)
        self.head.addWidget(hairline())
        self._facts = KeyValue()
        self._refreshed: Elided | None = None
        """How long ago the source was refreshed."""
        facts = DetailSection("")
        facts.fill(self._facts)
        self._select = Select(name="source_table", label=_("Table"))
        self._select.currentIndexChanged.connect(lambda _at: self._show_table())
        self._select_section = DetailSection(_("Table"))
        self._select_section.fill(self._select)
        self._edit_columns = Button(_("Edit columns"), kind="link", size="sm", icon="ph.columns", name="source_columns")
        self._edit_columns.clicked.connect(self._run_edit_columns)
        self._columns_handler: Handler | None = None
        self._columns = DetailSection(_("Columns"), self._edit_columns)
        self._sample = DetailSection("")
        self._notes = DetailSection(_("Notes on the files"))
        self._used_by = DetailSection(_("Used by"))
        self._used_by.setObjectName("source_used_by")
        self._overview = (facts, hairline(), self._used_by, hairline(), self._columns)
        for section in (self._select_section, facts, self._notes, *self._overview[1:], self._sample):
            self.column.addWidget(section)
        self.column.addStretch(1)
        self._sample_table: _SampleTable | None = None
        self.area.viewport().installEventFilter(self)
        self._has_notes = False
        """Whether there are differences between the files of a folder to show."""
        self._show_part()
        context.changed.watch(self, _USING, self._follow_uses)

    def _follow_uses(self) -> None:
        """Read anew what uses the table that is shown."""
        table = next((one for one in self._tables if one.name == self.table), None)
        if self._row is not None and table is not None:
            self._read_uses(self._row.id, table)

    @property
    def table(self) -> str:
        """The name of the table that is shown; empty while none is."""
        return self._select.current_key()

    def _choose_part(self, at: int) -> None:
        self._tabs.show_current(at)
        self._shows_rows = at == 1
        self._show_part()

    def _show_part(self) -> None:
        """Show the overview, or the first rows, which have all the height."""
        shows_rows = self._shows_rows
        for section in self._overview:
            section.setVisible(not shows_rows)
        self._notes.setVisible(self._has_notes and not shows_rows)
        self._sample.setVisible(shows_rows)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._fit_sample()
        return super().eventFilter(watched, event)

    def _fit_sample(self) -> None:
        """Let the first rows end above the bottom of the pane, so that their scroll bar is there."""
        if self._sample_table is not None and isValid(self._sample_table):
            above = 0 if self._select_section.isHidden() else self._select_section.sizeHint().height()
            margins = self._sample.contentsMargins(), self.column.contentsMargins()
            around = sum(one.top() + one.bottom() for one in margins)
            if (inside := self._sample.layout()) is not None:
                around += inside.contentsMargins().top() + inside.contentsMargins().bottom()
            self._sample_table.fit_height(self.area.viewport().height() - above - around)

    def show_source(self, row: SourceRow, handlers: Handlers) -> None:
        """Show a source, and buttons for what can be done with it."""
        same = self._row is not None and self._row.source == row.source
        self._row = row
        mark = status_mark(row)
        self._head.name.setText(row.source.name)
        self._head.below.setText(row.kind_title)
        self._badge.show_state(mark.kind, mark.text)
        self._handlers = handlers
        self._show_news(row, mark.kind)
        self._show_actions(handlers)
        self._refreshed = Elided(relative_time(row.source.last_sync))
        self._facts.show_rows(
            (
                (_("Contents"), Elided(tables_and_rows(row))),
                (_("Last refreshed"), self._refreshed),
                *_failed_attempt(row.source),
                (
                    _("Copied from") if row.source.copied else _("Location"),
                    Elided(_place_text(row.source), middle=True),
                ),
                (
                    _("Access"),
                    _AccessValue(row.source, partial(self._run, handlers, "studio.sources.access")),
                ),
            )
        )
        self._show_notes(reading_notes(row.source))
        if not same:
            self._read_tables(row.source.id)

    def _show_news(self, row: SourceRow, kind: str) -> None:
        """Say what is to be known of the source: once, with the lines that didn't fit and a button that shows them."""
        lines, news = lines_sentence(row.source), news_text(row)
        only_lines = bool(lines) and news in ("", wrong_lines_text(row.source))
        self._badge.setVisible(not (only_lines and news))  # the sentence says it
        text = lines if only_lines else " ".join(part for part in (news, lines) if part)
        self._news.setText(text)
        tone: Tone = "error" if kind == "error" else "info" if kind == "info" else "warn"
        self._news.set_tone(tone if news else "secondary")
        self._news.setVisible(bool(text))
        self._news_mark.show_icon({"info": "ph.info", "error": "ph.warning-circle-fill"}.get(tone, "ph.warning-fill"))
        self._news_mark.set_role(tone)
        self._news_mark.setVisible(bool(text) and bool(news))
        self._lines.setVisible(bool(lines))
        self._lines.setAccessibleDescription(lines)

    def _show_lines(self) -> None:
        self._run(self._handlers, "studio.sources.lines")

    def _show_notes(self, notes: Sequence[str]) -> None:
        more = len(notes) - _MOST_NOTES
        shown = [*notes[:_MOST_NOTES], *([_("and {count} more").format(count=number(more))] if more > 0 else [])]
        self._notes.fill(*(Paragraph(note, "body", "secondary") for note in shown))
        self._has_notes = bool(notes)
        self._show_part()

    def refresh_time(self) -> bool:
        """Say as of now how long ago the source was refreshed, as the list beside it does. Returns whether that is
        another text than before.
        """
        if self._row is None or self._refreshed is None:
            return False
        text = relative_time(self._row.source.last_sync)
        is_other = text != self._refreshed.text()
        if is_other:
            self._refreshed.setText(text)
        return is_other

    def _show_actions(self, handlers: Handlers) -> None:
        while (item := self._actions.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        is_folder = self._row is not None and self._row.source.is_folder
        texts = {
            "studio.sources.explore": (_("Explore"), "ph.compass"),
            "studio.sources.refresh": (_("Refresh data"), "ph.arrows-clockwise"),
            "studio.sources.locate": (_("Find folder…") if is_folder else _("Find file…"), "ph.folder-open"),
            "studio.sources.bus": (_("Open live bus"), "ph.broadcast"),
            "studio.sources.connection": (_("Edit connection"), "ph.plugs-connected"),
            "studio.sources.copy_table": (_("Copy table…"), "ph.copy"),
        }
        for command, (title, icon) in texts.items():
            if (handler := handlers.get(command)) is not None:
                run = partial(run_handler, handler, self._context.problems.refuse)
                name = f"source_{command.rpartition('.')[2]}"
                button = Button(title, run, icon=icon, name=name)
                button.disable(handler.why_not())
                self._actions.addWidget(button)
        self._columns_handler = handlers.get("studio.sources.columns")
        self._edit_columns.setVisible(self._columns_handler is not None)
        if self._columns_handler is not None:
            self._edit_columns.disable(self._columns_handler.why_not())

    def _run(self, handlers: Handlers, command: str) -> None:
        if command in handlers:
            run_handler(handlers[command], self._context.problems.refuse)

    def _run_edit_columns(self) -> None:
        if self._columns_handler is not None:
            run_handler(self._columns_handler, self._context.problems.refuse)

    # Tables

    def _read_tables(self, source_id: str) -> None:
        actor = self._context.actor

        def show(tables: tuple[TableSummary, ...]) -> None:
            if self._row is not None and self._row.id == source_id:
                self._tables = tables
                shown = self.table
                self._select.set_choices([(table.name, table.name) for table in tables])
                self._select.set_current_key(shown)
                self._select_section.setVisible(len(tables) > 1)
                self._show_table()

        self._context.tasks.read(
            self, lambda session: services.source_tables(session, actor, source_id), show, self._show_error
        )

    def _show_error(self, error: AppError) -> None:
        if not isinstance(error, Cancelled):
            for section in (self._columns, self._sample):
                section.fill(Paragraph(f"{error.what} {error.do}".strip(), "body", "error"))

    def _show_table(self) -> None:
        """Show the columns of the selected table at once, and read what they hold."""
        table = next((one for one in self._tables if one.name == self.table), None)
        if table is None or self._row is None:
            return
        rows = [_ColumnRow(column) for column in table.columns[:_MOST_COLUMNS]]
        more = len(table.columns) - len(rows)
        rest = ngettext("{count} more column", "{count} more columns", more).format(count=number(more))
        self._column_rows = rows
        self._columns.fill(*rows, *([Text(rest, "caption", "muted")] if more else []))
        self._read_uses(self._row.id, table)
        self._read_sample(self._row.id, table)
        if not self._row.source.server:  # it would mean reading whole tables over the network
            self._profile(self._row.id, table, rows)

    def _read_uses(self, source_id: str, table: TableSummary) -> None:
        """Show what uses the table, and each of its columns."""
        actor = self._context.actor

        def read(session: DatabaseSession) -> tuple[tuple[LineageUse, ...], dict[str, tuple[LineageUse, ...]]]:
            return (
                table_uses(session, actor, source_id, table.name),
                column_uses(session, actor, source_id, table.name),
            )

        def show(found: tuple[tuple[LineageUse, ...], dict[str, tuple[LineageUse, ...]]]) -> None:
            if self._is_shown(source_id, table):
                self._show_uses(*found)

        self._context.tasks.read(self, read, show, lambda _error: self._used_by.fill(), long=True)

    def _show_uses(self, uses: tuple[LineageUse, ...], by_column: dict[str, tuple[LineageUse, ...]]) -> None:
        if uses:
            listed = UsesTable(self._context, "source_uses", narrow=True)
            listed.show_uses(uses)
            listed.fit_rows(_SHOWN_USES)
            self._used_by.fill(Paragraph(uses_text(uses), "body", "secondary"), listed)
        else:
            self._used_by.fill(Paragraph(_("Not used yet."), "body", "muted"))
        for row in self._column_rows:
            row.show_uses(by_column.get(row.name, ()))

    def _read_sample(self, source_id: str, table: TableSummary) -> None:
        actor = self._context.actor

        def read(session: DatabaseSession) -> FileResult:
            return services.sample_rows(session, actor, source_id, table.name, limit=_SAMPLE_ROWS)

        def show(found: FileResult) -> None:
            if self._is_shown(source_id, table):
                self._sample_table = _SampleTable(table.columns, found.rows)
                self._sample.fill(self._sample_table)
                self._fit_sample()

        def fail(error: AppError) -> None:
            if self._is_shown(source_id, table):
                self._sample.fill(Paragraph(f"{error.what} {error.do}".strip(), "body", "error"))

        self._context.tasks.read(self, read, show, fail, long=True)

    def _profile(self, source_id: str, table: TableSummary, rows: Sequence["_ColumnRow"]) -> None:
        """Count what the columns hold, in the background, while the table is shown."""
        if self._profiling is not None:
            self._profiling.cancel()
        database, actor = self._context.database, self._context.actor

        def count(progress: Progress) -> tuple[ColumnProfile, ...]:
            token = CancelToken()
            with progress.on_cancel(token.cancel):
                progress.check()
                scan = table_scan(database, actor, source_id, table.name)
                return profile_table(scan, cancel_token=token, progress=report_passes(progress))

        def show(found: tuple[ColumnProfile, ...]) -> None:
            by_name = {profile.name: profile for profile in found}
            if self._column_rows is rows:  # else they were replaced, and are deleted
                for row in rows:
                    if (profile := by_name.get(row.name)) is not None:
                        row.show_profile(profile)

        title = _("Counting the values of “{table}”").format(table=table.name)
        self._profiling = self._context.tasks.run(self, count, show, lambda _error: None, title=title)

    def _is_shown(self, source_id: str, table: TableSummary) -> bool:
        return self._row is not None and self._row.id == source_id and self.table == table.name


class _AccessValue(QWidget):
    """Who may use a source, and a button that changes it."""

    def __init__(self, source: SourceSummary, show: Callable[[], object]) -> None:
        super().__init__()
        text = access_text(source)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme().px("spacing.2"))
        said = Elided(text)
        said.setObjectName("source_access_state")
        row.addWidget(said, 1)
        button = Button(_("Change"), show, kind="link", size="sm", name="source_access")
        button.setAccessibleName(_("Change who can use it"))
        button.setAccessibleDescription(text)
        row.addWidget(button)


class _ColumnRow(QWidget):
    """A column: its kind, title and name; then its range, how many values are empty and differ, and a histogram."""

    def __init__(self, column: ScanColumn) -> None:
        super().__init__()
        self.name = column.name
        title = f"{column.title} ({column.unit})" if column.unit else column.title
        self._title, self._kind = title, kind_title(column.kind)
        self._said, self._used = self._kind, ""
        self._facts = Paragraph(self._kind, "caption", "muted")
        self._bars = _Histogram()
        lines = QVBoxLayout()
        lines.setSpacing(1)
        top = QHBoxLayout()
        top.setSpacing(theme().px("spacing.2"))
        top.addWidget(Elided(title, "body_strong", fits_text=True))
        top.addWidget(Elided(column.name if column.name != title else "", "mono", "muted"), 1)
        lines.addLayout(top)
        lines.addWidget(self._facts)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 3, 0, 3)
        row.setSpacing(theme().px("spacing.2"))
        row.addWidget(Icon(KIND_ICONS[column.kind]), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(lines, 1)
        row.addWidget(self._bars)
        self.setAccessibleName(f"{title}, {self._kind}")

    def show_profile(self, profile: ColumnProfile) -> None:
        """Show what the column holds."""
        parts = [_range_text(profile) or self._kind]
        about = "" if profile.distinct_is_exact else "≈ "
        distinct = ngettext("{count} distinct value", "{count} distinct values", profile.distinct)
        parts.append(about + distinct.format(count=number(profile.distinct)))
        if all_differ(profile):
            parts[-1] = _("no duplicates")
        if profile.distinct == 1 and profile.frequent and profile.frequent_is_exact and not profile.empty:
            parts = [_("Always {value}").format(value=value_text(profile.frequent[0][0]))]
        if profile.empty:
            parts.append(ngettext("{count} empty", "{count} empty", profile.empty).format(count=number(profile.empty)))
        self._said = ", ".join(parts)
        self._show_facts()
        self._bars.show_profile(profile)

    def show_uses(self, uses: Sequence[LineageUse]) -> None:
        """Show what uses the column, and breaks without it."""
        used = ngettext("{count} use", "{count} uses", len(uses)).format(count=number(len(uses)))
        self._used = used if uses else ""
        names = [f"{one.name or _('Untitled')}{f' ({one.dashboard})' if one.dashboard else ''}" for one in uses]
        self.setToolTip(plain_tooltip("\n".join(names[:_NAMED_USES])))
        self._show_facts()

    def _show_facts(self) -> None:
        said = ", ".join(part for part in (self._said, self._used) if part)
        self._facts.setText(said)
        self.setAccessibleName(f"{self._title}, {self._kind}, {said}")


def _range_text(profile: ColumnProfile) -> str:
    if profile.minimum is None or profile.maximum is None:
        return ""
    ends = (profile.minimum, profile.maximum)
    low, high = (value_text(end, seconds=have_seconds(ends)) for end in ends)
    return _("{low} to {high}").format(low=low, high=high)


def histogram_counts(profile: ColumnProfile) -> tuple[int, ...]:
    """The bars of a column: how many values there are in each range, or of each of the most frequent ones; none if each
    value is there once.
    """
    if profile.histogram:
        return tuple(bucket.count for bucket in profile.histogram)
    return () if all_differ(profile) else tuple(count for _value, count in profile.frequent)


def all_differ(profile: ColumnProfile) -> bool:
    """Whether no value of a column is there twice, and there are several."""
    return profile.distinct > 1 and profile.frequent_is_exact and all(count == 1 for _value, count in profile.frequent)


class _Histogram(QWidget):
    """The shares of a column's values as bars: of ranges, or of the most frequent values."""

    accessible_role = Role.Graphic

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(_BARS)
        self.setAccessibleName(_("Histogram"))
        self._counts: tuple[int, ...] = ()

    def show_profile(self, profile: ColumnProfile) -> None:
        """Show the counts of a profile, and name them in the tooltip."""
        self._counts = histogram_counts(profile)
        if profile.histogram:
            seconds = have_seconds(end for one in profile.histogram for end in (one.start, one.end))
            text = partial(value_text, seconds=seconds)
            named = [(f"{text(one.start)} – {text(one.end)}", one.count) for one in profile.histogram]
        else:
            named = [(value_text(value), count) for value, count in profile.frequent]
        lines = [f"{name[:60]}: {number(count)}" for name, count in named]
        self.setToolTip(plain_tooltip("\n".join(lines)))
        self.setAccessibleDescription("; ".join(lines))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._counts:
            return
        with QPainter(self) as painter:
            paint_histogram(painter, QRectF(self.rect()), self._counts)


class _SampleModel(QAbstractTableModel):
    def __init__(self, columns: Sequence[ScanColumn], rows: Sequence[Sequence[Any]], parent: QWidget) -> None:
        super().__init__(parent)
        self.columns, self._rows = columns, rows
        self._decimals = [common_decimals(row[place] for row in rows) for place in range(len(columns))]
        self._seconds = [have_seconds(row[place] for row in rows) for place in range(len(columns))]
        """Of each column, whether its times are shown with their seconds."""

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - likewise
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            place = index.column()
            return value_text(self._rows[index.row()][place], self._decimals[place], seconds=self._seconds[place])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._side(index.column()) | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._side(section) | Qt.AlignmentFlag.AlignVCenter
        return None

    def _side(self, column: int) -> Qt.AlignmentFlag:
        return Qt.AlignmentFlag.AlignRight if self.columns[column].kind in NUMBERS else Qt.AlignmentFlag.AlignLeft


class _SampleCells(QStyledItemDelegate):
    """Draws a cell with the margins of its column's title."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        text = str(index.data() or "")
        width = QFontMetrics(theme().font("body")).horizontalAdvance(text) + 2 * theme().px("table.cell_pad_x") + 2
        return QSize(width, theme().px("table.row.compact"))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        pad = theme().px("table.cell_pad_x")
        rect: QRect = option.rect
        painter.save()
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), theme().color("grid"))
        right = bool(index.data(Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight)
        paint_line(painter, rect.adjusted(pad, 0, -pad, -1), str(index.data() or ""), "body", "text", right=right)
        view = self.parent()
        if isinstance(view, QTableView) and view.hasFocus() and view.currentIndex() == index:
            painter.setPen(QPen(theme().color("focus"), 2))
            painter.drawRect(rect.adjusted(1, 1, -1, -2))
        painter.restore()


class _SampleTable(QTableView):
    """The first rows of a table."""

    def __init__(self, columns: Sequence[ScanColumn], rows: Sequence[Sequence[Any]]) -> None:
        super().__init__()
        self.setObjectName("source_sample")
        self.setAccessibleName(_("First rows"))
        self.setModel(_SampleModel(columns, rows, self))
        self.setItemDelegate(_SampleCells(self))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme().px("table.row.compact"))
        head = self.horizontalHeader()
        head.setFixedHeight(theme().px("table.header"))
        head.setMinimumSectionSize(64)
        head.setMaximumSectionSize(240)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.resizeColumnsToContents()
        self._row_count = len(rows)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not resize_column(self, event):
            super().keyPressEvent(event)

    def fit_height(self, room: int) -> None:
        """Take the height that all rows need, if there is so much; at least that of some rows."""
        head, line = theme().px("table.header"), theme().px("table.row.compact")
        shown = min(self._row_count, max(_LEAST_ROWS, (room - head - _BAR) // line))
        self.setFixedHeight(head + shown * line + _BAR)


def _failed_attempt(source: SourceSummary) -> list[tuple[str, QWidget]]:
    """When a source couldn't be read, if that was the last attempt."""
    if source.failed_at is None:
        return []
    return [(_("Last attempt"), Elided(_("{time}, failed").format(time=day_and_time(source.failed_at))))]
