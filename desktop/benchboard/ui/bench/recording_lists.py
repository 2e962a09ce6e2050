"""The lists about a recording under their bars: the statistics of its IDs, and what differs from another recording."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.canbus.dbc import CanDatabase
from benchboard.canbus.frame import Frame
from benchboard.canbus.frame_statistics import IdStatistics
from benchboard.canbus.recording_comparison import TOLERANCE, compare_ids
from benchboard.i18n import _, number, percent, pgettext
from benchboard.paging import Listing
from benchboard.ui.bench.recording_tables import (
    COMPARISON_FILE,
    DIFFERENT,
    KINDS,
    STATISTICS_FILE,
    ComparisonRow,
    StatisticsRow,
    comparison_columns,
    comparison_page,
    comparison_rows,
    is_shown,
    statistics_columns,
    statistics_page,
    statistics_rows,
)
from benchboard.ui.context import Context
from benchboard.ui.paged.paged_export import ask_and_export
from benchboard.ui.paged.paged_model import Column, Fetch, PagedTableModel
from benchboard.ui.paged.paged_view import PagedTable
from benchboard.ui.widgets import Button, Elided, EmptyState, SegmentedControl, Select, hairline
from benchboard.ui.widgets.fields import SearchField, focus_filter
from benchboard.ui.widgets.no_match import NoMatch
from benchboard.ui.widgets.surfaces import set_surface

_TYPING_MS: Final = 200
_TOLERANCES: Final = (0.02, 0.05, 0.1, 0.2, 0.5)
Row = TypeVar("Row", StatisticsRow, ComparisonRow)


class _IdList(QWidget, Generic[Row]):
    """A table of IDs under a bar with a field that searches it. `opened`: the user opened an ID, whose frame it has."""

    opened = Signal(object)

    def __init__(
        self,
        context: Context,
        fetch: "Fetch[Row]",
        columns: "tuple[Column[Row], ...]",
        *,
        name: str,
        label: str,
        empty: EmptyState,
    ) -> None:
        super().__init__()
        self._context = context
        self._fetch: Fetch[Row] = fetch
        self.model: PagedTableModel[Row] = PagedTableModel(
            context.tasks, fetch, columns, self, identity=lambda row: row.key
        )
        self.table: PagedTable[Row] = PagedTable(
            self.model,
            label=label,
            name=name,
            empty=empty,
            no_match=NoMatch(pgettext("no match", "IDs"), self.clear_search),
            ticks=False,
            row_height="compact",
        )
        self._field = SearchField(
            placeholder=_("ID or name"), icon="ph.funnel", clear=True, name=f"{name}_search", label=_("Filter IDs")
        )
        self._field.setMaximumWidth(220)
        self._typing = QTimer(self, interval=_TYPING_MS, singleShot=True)
        self._typing.timeout.connect(self._search)
        self._field.textChanged.connect(lambda _text: self._typing.start())
        self._field.cleared.connect(self._search)
        for leave in (self._field.returnPressed, self._field.down, self._field.left):
            leave.connect(self._leave_field)
        self._bar = QWidget()
        set_surface(self._bar, "surface")
        self._line = QHBoxLayout(self._bar)
        self._line.setContentsMargins(16, 6, 12, 6)
        self._line.setSpacing(8)
        self._line.addWidget(self._field)
        self._said = Elided("", "body", "muted")
        self._line.addWidget(self._said, 1)
        self.export = Button(_("Export CSV"), self._export, icon="ph.download-simple", name=f"{name}_export")
        self._line.addWidget(self.export)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._bar)
        whole.addWidget(hairline())
        whole.addWidget(self.table, 1)
        self.table.activated.connect(self._open)

    def focus_search(self) -> None:
        """Focus the field that searches."""
        focus_filter(self._field)

    def focus_rows(self) -> None:
        """Focus the rows."""
        self.table.view.setFocus()

    def clear_search(self) -> None:
        """Show all rows."""
        self._field.clear()
        self._search()

    def _leave_field(self) -> None:
        self._search()
        self.focus_rows()

    def _search(self) -> None:
        self._typing.stop()
        if self._field.text() != self.model.listing.search:
            self.model.listing = replace(self.model.listing, search=self._field.text())

    def _open(self, row: Any) -> None:
        raise NotImplementedError

    def _export(self) -> None:
        raise NotImplementedError


class StatisticsList(_IdList[StatisticsRow]):
    """How often and how regularly each ID of a recording comes."""

    def __init__(self, context: Context) -> None:
        self._rows: Sequence[StatisticsRow] = ()
        self._ids: Sequence[IdStatistics] = ()
        self._name = ""
        super().__init__(
            context,
            lambda *query: statistics_page(self._rows, *query),
            statistics_columns(),
            name="recording_statistics",
            label=_("Statistics of the IDs"),
            empty=EmptyState("ph.chart-bar", _("No IDs"), why=_("The recording has error frames only.")),
        )
        self._said.setText(_("Of the whole recording. Enter shows the frames of an ID."))
        self.model.listing = Listing(sort="id")

    def show_ids(self, name: str, ids: Sequence[IdStatistics], database: CanDatabase) -> None:
        """Show these IDs of the recording called `name`."""
        self._name, self._ids = name, ids
        self.show_names(database)

    def show_names(self, database: CanDatabase) -> None:
        """Name the IDs by this database."""
        self._rows = statistics_rows(self._ids, database)
        self.model.refresh()

    def _open(self, row: StatisticsRow) -> None:
        self.opened.emit(row.frame)

    def _export(self) -> None:
        name = f"{Path(self._name).stem} {_('statistics')}"
        ask_and_export(self._context, self, self.model, self._fetch, STATISTICS_FILE, name)


class ComparisonList(_IdList[ComparisonRow]):
    """What differs between a recording, A, and another one, B, which `choose` asks for."""

    def __init__(self, context: Context, choose: Callable[[], object]) -> None:
        self._rows: Sequence[ComparisonRow] = ()
        self._sides: tuple[tuple[str, Sequence[IdStatistics]], tuple[str, Sequence[IdStatistics]]] | None = None
        self._database = CanDatabase()
        empty = EmptyState(
            "ph.arrows-left-right",
            _("No recording to compare with"),
            _("Choose recording"),
            choose,
            why=_("Choose another recording to see which IDs, periods and data differ."),
        )
        empty.action.setObjectName("recording_compare_choose")
        super().__init__(
            context,
            lambda *query: comparison_page(self._rows, *query),
            comparison_columns(),
            name="recording_comparison",
            label=_("Compared IDs"),
            empty=empty,
        )
        self._kinds = SegmentedControl(
            (
                (DIFFERENT, _("Differ")),
                ("ids", _("IDs")),
                ("periods", _("Periods")),
                ("data", _("Data")),
                ("", _("All")),
            ),
            label=_("Differences to show"),
        )
        self._kinds.selected.connect(self._show_kind)
        self._tolerance = Select(
            [(str(one), _("Period tolerance {percent}").format(percent=percent(100 * one, 0))) for one in _TOLERANCES],
            name="recording_tolerance", label=_("By how much periods may differ"),
        )  # fmt: skip
        self._tolerance.set_current_key(str(TOLERANCE))
        self._tolerance.activated.connect(lambda _index: self._compare())
        self._other = Button(_("Other recording"), choose, icon="ph.folder-open", name="recording_compare_other")
        self._line.insertWidget(1, self._kinds)
        self._line.insertWidget(2, self._tolerance)
        self._line.insertWidget(4, self._other)
        self.model.listing = Listing(sort="id", filters={"shown": DIFFERENT})
        self._show_bar()

    @property
    def is_filled(self) -> bool:
        """Whether there is something to compare with."""
        return self._sides is not None

    def forget(self) -> None:
        """Compare with nothing: another recording was opened."""
        self._sides = None
        self._compare()

    def show_sides(
        self,
        first: tuple[str, Sequence[IdStatistics]],
        second: tuple[str, Sequence[IdStatistics]],
        database: CanDatabase,
    ) -> None:
        """Compare two recordings: what each is called, and its IDs."""
        self._sides, self._database = (first, second), database
        self._compare()

    def show_names(self, database: CanDatabase) -> None:
        """Name the IDs by this database."""
        self._database = database
        self._compare()

    def _compare(self) -> None:
        if self._sides is None:
            self._rows = ()
        else:
            tolerance = float(self._tolerance.current_key())
            compared = compare_ids(self._sides[0][1], self._sides[1][1], tolerance=tolerance)
            self._rows = comparison_rows(compared, self._database)
        self._show_bar()
        self.model.refresh()

    def _show_bar(self) -> None:
        """Show how many IDs each choice has, and what is compared."""
        self._bar.setVisible(self._sides is not None)
        titles = {
            DIFFERENT: _("Differ {count}"), "ids": _("IDs {count}"), "periods": _("Periods {count}"),
            "data": _("Data {count}"), "": _("All {count}"),
        }  # fmt: skip
        for key in (DIFFERENT, *KINDS, ""):
            count = sum(is_shown(row, key) for row in self._rows)
            self._kinds.rename(key, titles[key].format(count=number(count)))
        if self._sides is not None:
            (first, _ids), (second, _others) = self._sides
            self._said.setText(_("A: {first}, B: {second}").format(first=first, second=second))
        # Without anything to compare, a filter would be what hides it.
        filters = {"shown": self._kinds.current()} if self._sides is not None and self._kinds.current() else {}
        if filters != self.model.listing.filters:
            self.model.listing = replace(self.model.listing, filters=dict(filters))

    def _show_kind(self, key: str) -> None:
        self.model.listing = replace(self.model.listing, filters={"shown": key} if key else {})

    def _open(self, row: ComparisonRow) -> None:
        one = row.compared
        if one.first is not None:
            self.opened.emit(Frame(one.id, extended=one.extended, remote=one.remote))

    def _export(self) -> None:
        if self._sides is not None:
            (first, _ids), (second, _others) = self._sides
            name = _("{first} and {second}").format(first=Path(first).stem, second=Path(second).stem)
            ask_and_export(self._context, self, self.model, self._fetch, COMPARISON_FILE, name)
