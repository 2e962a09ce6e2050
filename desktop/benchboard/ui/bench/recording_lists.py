"""The lists about a recording under their bars: the statistics of its IDs, and what differs from another recording."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from benchboard.canbus.dbc import CanDatabase
from benchboard.canbus.frame import Frame
from benchboard.canbus.frame_statistics import FrameStatistics, IdStatistics
from benchboard.canbus.id_densities import IdDensities
from benchboard.canbus.recording_channels import short_name
from benchboard.canbus.recording_comparison import TOLERANCE, compare_ids
from benchboard.canbus.traffic_shares import share_text
from benchboard.i18n import _, ngettext, number, percent, pgettext
from benchboard.paging import Listing
from benchboard.ui.bench.channel_select import ChannelSelect
from benchboard.ui.bench.compared.compared_id_pane import ComparedIdPane, ComparedTraffic
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
    node_shares,
    statistics_columns,
    statistics_page,
    statistics_rows,
)
from benchboard.ui.context import Context
from benchboard.ui.paged.paged_export import ask_and_export
from benchboard.ui.paged.paged_model import Column, Fetch, PagedTableModel
from benchboard.ui.paged.paged_view import PagedTable
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Button, Elided, EmptyState, SegmentedControl, Select, Text, hairline
from benchboard.ui.widgets.accessible import Role, announce, focus_told_once
from benchboard.ui.widgets.drawer import Drawer
from benchboard.ui.widgets.fields import SearchField, focus_filter
from benchboard.ui.widgets.labels import plain_tooltip
from benchboard.ui.widgets.legend import Legend, LegendEntry
from benchboard.ui.widgets.no_match import NoMatch
from benchboard.ui.widgets.readable_rows import Readable
from benchboard.ui.widgets.share_bar import ShareBar
from benchboard.ui.widgets.surfaces import set_surface

_TYPING_MS: Final = 200
_MOST_FIELD: Final = 220
_LEAST_FIELD, _LEAST_SIDES, _WIDEST = 112, 136, 10_000
"""Pixels of the field and of the names of the compared recordings, at least, on one line with the rest."""
_BAR_SIDES: Final = 28
"""Pixels at both sides of the bar."""
_NAMED_NODES: Final = 4
_SHARE_BAR: Final = 240
_LEAST_UNKNOWN: Final = 0.0005
"""The share of nodes that aren't known from which it is named: less is rounding."""
_TOLERANCES: Final = (0.02, 0.05, 0.1, 0.2, 0.5)
Row = TypeVar("Row", StatisticsRow, ComparisonRow)


@dataclass(frozen=True, slots=True)
class RecordingPart:
    """The frames that are counted: those of the recording called `name` in a range (`span` in words, empty: the whole)
    of a channel (None: of all).
    """

    name: str
    statistics: FrameStatistics
    span: str = ""
    channel: str | None = None
    densities: IdDensities | None = None
    """How often each ID of the whole recording came when."""

    @property
    def ids(self) -> Sequence[IdStatistics]:
        """The statistics of its IDs."""
        return self.statistics.ids(self.channel)

    @property
    def has_channels(self) -> bool:
        """Whether there are frames of several channels in it."""
        return self.channel is None and len(self.statistics.channels) > 1

    @property
    def limits(self) -> str:
        """The channel and the range in words; empty if it is the whole recording."""
        return ", ".join(one for one in (short_name(self.channel or ""), self.span) if one)

    @property
    def text(self) -> str:
        """What it is in words."""
        return ", ".join(one for one in (self.name, self.limits) if one)


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
        no_match: NoMatch | None = None,
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
            no_match=no_match or NoMatch(pgettext("no match", "IDs"), self.clear_search),
            ticks=False,
            row_height="compact",
        )
        self._field = SearchField(
            placeholder=_("ID or name"), icon="ph.funnel", clear=True, name=f"{name}_search", label=_("Filter IDs")
        )
        self._field.setMaximumWidth(_MOST_FIELD)
        self._typing = QTimer(self, interval=_TYPING_MS, singleShot=True)
        self._typing.timeout.connect(self._search)
        self._field.textChanged.connect(lambda _text: self._typing.start())
        self._field.cleared.connect(self._search)
        for leave in (self._field.returnPressed, self._field.down, self._field.left):
            leave.connect(self._leave_field)
        self._bar = QWidget()
        set_surface(self._bar, "surface")
        self._bar_column = QVBoxLayout(self._bar)
        self._bar_column.setContentsMargins(16, 8, 12, 8)
        self._bar_column.setSpacing(8)
        self._lines = lines = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        lines.setSpacing(8)
        self._bar_column.addLayout(lines)
        self._line_above, self._line = QHBoxLayout(), QHBoxLayout()
        for line in (self._line_above, self._line):
            line.setSpacing(8)
            lines.addLayout(line)
        self._line.addWidget(self._field)
        self.said = ""
        """What is said beside the field."""
        self._said = Elided("", "body", "muted")
        self._line.addWidget(self._said, 1)
        self._line.addStretch()
        self.export = Button(_("Export CSV"), self._export, icon="ph.download-simple", name=f"{name}_export")
        self._line.addWidget(self.export)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._bar)
        whole.addWidget(hairline())
        whole.addWidget(self._content(), 1)
        self.table.activated.connect(self._open)

    def _content(self) -> QWidget:
        """What is below the bar."""
        return self.table

    @property
    def entry(self) -> QWidget:
        """The rows."""
        return self.table.view

    def say(self, text: str) -> None:
        """Say beside the field what the rows are of."""
        self.said = text
        self._said.setText(text)

    def focus_search(self) -> None:
        """Focus the field that searches."""
        focus_filter(self._field)

    def focus_rows(self) -> None:
        """Focus the rows."""
        self.table.view.setFocus(Qt.FocusReason.TabFocusReason)

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


class _NodeShares(Readable, ShareBar):
    """Which nodes send most, which keys reach: a screen reader reads their names and shares."""

    accessible_role = Role.Chart

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)


class StatisticsList(_IdList[StatisticsRow]):
    """How often and how regularly each ID of a recording comes."""

    def __init__(self, context: Context) -> None:
        self._rows: Sequence[StatisticsRow] = ()
        self._part = RecordingPart("", FrameStatistics())
        self._empty = EmptyState("ph.chart-bar", _("No IDs"), why=_("The recording has no frames."))
        super().__init__(
            context,
            lambda *query: statistics_page(self._rows, *query),
            statistics_columns(lambda: self._part.has_channels),
            name="recording_statistics",
            label=_("Statistics of the IDs"),
            empty=self._empty,
        )
        self.model.listing = Listing(sort="share", descending=True)
        self._shares = _NodeShares()
        self._shares.setObjectName("recording_node_shares")
        self._shares.setFixedWidth(_SHARE_BAR)
        self._nodes = Legend()
        self._line.insertWidget(1, self._shares)
        self._line.insertWidget(2, self._nodes, 1)

    def show_part(self, part: RecordingPart, database: CanDatabase) -> None:
        """Show the IDs of this part of a recording."""
        self._part = part
        self.show_names(database)

    def show_counting(self) -> None:
        """Say that another part is being counted: what is shown is of the one before."""
        self._said.show()
        self.say(_("Counting the frames in the selected range."))

    def show_names(self, database: CanDatabase) -> None:
        """Name the IDs by this database."""
        self._rows = statistics_rows(self._part.ids, database)
        self._empty.why.setText(self._why_empty())
        of = _("Of {part}.").format(part=self._part.limits) if self._part.limits else _("Of the whole recording.")
        nodes = nodes_text(self._rows)
        self.say(of if nodes else " ".join((of, _("Enter shows the frames of an ID."))))
        self._said.setVisible(bool(self._part.limits) or not nodes)
        self._show_nodes(nodes)
        self.model.refresh()

    def _why_empty(self) -> str:
        has_errors = self._part.statistics.totals(self._part.channel).errors
        if self._part.limits:
            return _("What is selected has error frames only.") if has_errors else _("What is selected has no frames.")
        return _("The recording has error frames only.") if has_errors else _("The recording has no frames.")

    def _show_nodes(self, text: str) -> None:
        """Draw which nodes send most, beside their names; nothing where no node is known."""
        for widget in (self._shares, self._nodes):
            widget.setVisible(bool(text))
        if not text:
            return
        shares = [(node, share) for node, share in node_shares(self._rows)[:_NAMED_NODES] if share >= _LEAST_UNKNOWN]

        rest = rest_of_nodes(self._rows)

        def entries() -> list[LegendEntry]:
            named = [
                LegendEntry(theme().chart(place), node, share_text(share), dash="area")
                for place, (node, share) in enumerate(shares)
            ]
            grey = theme().color("border")  # what the bar is where no node is
            return named if rest is None else [*named, LegendEntry(grey, rest[0], share_text(rest[1]), dash="area")]

        self._shares.show_shares([share for _node, share in shares])
        self._nodes.show_entries(entries)
        for widget in (self._shares, self._nodes):
            widget.setToolTip(plain_tooltip(text))
        self._shares.setAccessibleName(text)

    def _open(self, row: StatisticsRow) -> None:
        self.opened.emit(row.frame)

    def _export(self) -> None:
        name = f"{Path(self._part.name).stem} {_('statistics')}"
        ask_and_export(self._context, self, self.model, self._fetch, STATISTICS_FILE, name)


def rest_of_nodes(rows: Sequence[StatisticsRow]) -> tuple[str, float] | None:
    """What is sent besides the nodes that are named: what it is called, and its share; None if it is nothing."""
    shares = node_shares(rows)
    named = [share for _node, share in shares[:_NAMED_NODES] if share >= _LEAST_UNKNOWN]
    rest, others = 1 - sum(named), len(shares) - len(named)
    if not named or rest < _LEAST_UNKNOWN:
        return None
    if not others:
        return _("Unknown"), rest
    if 1 - sum(share for _node, share in shares) >= _LEAST_UNKNOWN:
        text = ngettext("Other, {count} node and unknown", "Other, {count} nodes and unknown", others)
    else:
        text = ngettext("Other, {count} node", "Other, {count} nodes", others)
    return text.format(count=number(others)), rest


def nodes_text(rows: Sequence[StatisticsRow]) -> str:
    """Which nodes send most, with their shares, and what is sent by no node that is known; empty if none is."""
    shares = node_shares(rows)
    named = [f"{node} {share_text(share)}" for node, share in shares[:_NAMED_NODES]]
    unknown = 1 - sum(share for _node, share in shares)
    if named and unknown >= _LEAST_UNKNOWN:
        named.append(_("no node known: {share}").format(share=share_text(unknown)))
    return _("Bus share of the nodes: {nodes}.").format(nodes=", ".join(named)) if named else ""


class _NoDifference(NoMatch):
    """In place of the compared IDs: that none differs, which is the result, or that none matches a search."""

    def __init__(self, compared: "ComparisonList") -> None:
        super().__init__(pgettext("no match", "IDs"), compared.clear_search)
        self._compared = compared

    def show_query(self, search: str, *, filtered: bool) -> None:
        super().show_query(search, filtered=filtered)
        if said := self._compared.no_difference():
            self.sentence.setText(said)
            self.action.set_title(_("Show all"))


class ComparisonList(_IdList[ComparisonRow]):
    """What differs between a recording, A, and another one, B, which `choose` asks for. `ended`: the user ended it.
    `changed`: B is another one, or another channel of it. `channel_chosen`: the user chose a channel of A, or all.
    `channels_wanted`: the user wants two channels of the open recording to be compared.
    """

    ended = Signal()
    changed = Signal()
    channel_chosen = Signal(object)
    channels_wanted = Signal()

    def __init__(self, context: Context, choose: Callable[[], object]) -> None:
        self._rows: Sequence[ComparisonRow] = ()
        self._first: RecordingPart | None = None
        self._second: RecordingPart | None = None
        self._database = CanDatabase()
        self._empty = empty = EmptyState(
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
            no_match=_NoDifference(self),
        )
        self._own_channels = empty.add_action(_("Compare two of its channels"), self.channels_wanted.emit)
        self._own_channels.setObjectName("recording_compare_channels")
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
        self._kinds.selected.connect(self.show_kind)
        self._tolerance = Select(
            [(str(one), _("Period tolerance {percent}").format(percent=percent(100 * one, 0))) for one in _TOLERANCES],
            name="recording_tolerance", label=_("By how much periods may differ"),
        )  # fmt: skip
        self._tolerance.set_current_key(str(TOLERANCE))
        self._tolerance.activated.connect(lambda _index: self._compare())
        self._first_channel = ChannelSelect(name="recording_compare_first", label=_("Channel of A"), of="A: ")
        self._first_channel.activated.connect(lambda _index: self.channel_chosen.emit(self._first_channel.channel))
        self._other = Button(_("Other recording"), choose, icon="ph.folder-open", name="recording_compare_other")
        self._channel = ChannelSelect(name="recording_compare_channel", label=_("Channel of B"), of="B: ")
        self._channel.activated.connect(lambda _index: self._show_channel())
        self._line.insertWidget(1, self._kinds)
        self._line.insertWidget(2, self._tolerance)
        self._line.removeWidget(self._said)
        self._word = Text(_("Compared"), "body_strong")
        self._line_above.addWidget(self._word)
        self._sides = Legend()
        self._end = Button(
            "", self._end_comparison, kind="quiet", icon="ph.x", tip=_("End the comparison"),
            name="recording_compare_end",
        )  # fmt: skip
        self._line_above.addWidget(self._sides)
        self._line_above.addWidget(self._said, 1)
        for widget in (self._first_channel, self._channel, self._other, self._end):
            self._line_above.addWidget(widget)
        self._line_above.addStretch()
        self._lines.setStretch(0, 1)
        self._whole = Text(
            _("The selected range isn't used here: A and B are compared over their whole lengths."), tone="muted"
        )
        self._whole.setObjectName("recording_compare_whole")
        self._whole.hide()
        self._bar_column.addWidget(self._whole)
        self.model.listing = Listing(sort="difference", filters={"shown": DIFFERENT}, descending=True)
        self._show_bar()

    def _content(self) -> QWidget:
        self.details = ComparedIdPane()
        self._body = Drawer(self.table, self.details, theme().px("shell.detail_pane"))
        self._body.covers.connect(self.table.set_covered)
        self.table.current_changed.connect(self._show_details)
        self.details.closed.connect(self._close_details)
        self.details.frames_wanted.connect(self._open)
        return self._body

    def panes(self) -> list[QWidget]:
        """The bar, the list, and the details of its row beside it."""
        bar = [self._bar] if self._bar.isVisible() else []
        return [*bar, self.table, *([self.details] if self.details.isVisible() else [])]

    def _show_details(self, row: ComparisonRow | None) -> None:
        """Show the details of a row; not over the list of a row that the list made current by itself."""
        if row is not None:
            self.details.show_row(row, self._traffic())
        covers_unasked = self._body.narrow and self.table.moves_by_itself and not self.details.isVisible()
        self._body.show_detail(row is not None and not covers_unasked)

    def _close_details(self) -> None:
        self._body.show_detail(False)
        self.table.put_away()

    def _traffic(self) -> ComparedTraffic | None:
        first = self._first.densities if self._first is not None else None
        second = self._second.densities if self._second is not None else None
        return ComparedTraffic(first, second) if first is not None and second is not None else None

    @property
    def second(self) -> RecordingPart | None:
        """What the open recording is compared with."""
        return self._second

    @property
    def is_filled(self) -> bool:
        """Whether there is something to compare with."""
        return self._second is not None

    def focus_empty(self) -> None:
        """Focus the button that chooses what to compare with."""
        self._empty.action.setFocus(Qt.FocusReason.OtherFocusReason)

    def focus_rows_once_read(self) -> None:
        """Focus the rows as soon as they are read, and tell what they are of; the list tells how many they are."""
        self.model.loaded.connect(self._come, Qt.ConnectionType.SingleShotConnection)

    def _come(self) -> None:
        if self.isVisible():
            self.focus_rows()
            name = self._second.text if self._second is not None else ""
            announce(self, _("Compared with {name}.").format(name=name))

    def forget(self) -> None:
        """Compare with nothing: another recording was opened."""
        self._second = None
        self._compare()
        self.changed.emit()

    def _end_comparison(self) -> None:
        with focus_told_once():  # the button that was pressed is hidden, and where the focus goes follows
            self.forget()
            self.ended.emit()

    def show_first(self, part: RecordingPart, *, selected: bool) -> None:
        """Compare the open recording, or a channel of it, from now on; say that it is the whole one if a range of it is
        `selected`. A channel is compared with the one of the other recording that is called the same.
        """
        self._whole.setVisible(selected)
        before, self._first = self._first, part
        if before == part:
            return
        self._first_channel.show_channels(part.statistics.channels, part.channel)
        self._own_channels.setVisible(len(part.statistics.channels) > 1)
        if before is None or before.channel != part.channel:
            self._choose_channel()
        self._compare()

    def show_second(self, part: RecordingPart, database: CanDatabase, channel: str | None = None) -> None:
        """Compare with this recording, or with this channel of it."""
        self._second, self._database = part, database
        self._choose_channel(channel)
        self._compare()
        self.changed.emit()

    def rename_second(self, name: str) -> None:
        """The other recording is called so now."""
        if self._second is not None:
            self._second = replace(self._second, name=name)
            self._show_bar()

    def _choose_channel(self, wanted: str | None = None) -> None:
        """Choose the channel of the other recording that fits: all for all, one for one; `wanted` if it is given."""
        first, second = self._first, self._second
        if first is None or second is None:
            return
        channels = second.statistics.channels
        chosen = wanted
        if wanted is None and len(channels) > 1 and not first.has_channels:
            wanted = first.channel if first.channel is not None else "".join(first.statistics.channels)
            chosen = wanted if wanted in channels else channels[0]
        self._channel.show_channels(channels, chosen)
        self._second = replace(second, channel=chosen)

    def _show_channel(self) -> None:
        if self._second is not None:
            self._second = replace(self._second, channel=self._channel.channel)
            self._compare()
            self.changed.emit()

    def show_names(self, database: CanDatabase) -> None:
        """Name the IDs by this database."""
        self._database = database
        self._compare()

    def _compare(self) -> None:
        if self._first is None or self._second is None:
            self._rows = ()
        else:
            tolerance = float(self._tolerance.current_key())
            compared = compare_ids(self._first.ids, self._second.ids, tolerance=tolerance)
            self._rows = comparison_rows(compared, self._database)
        self._show_bar()
        self.model.refresh()

    def _show_bar(self) -> None:
        """Show how many IDs each choice has, and what is compared."""
        self._bar.setVisible(self.is_filled)
        titles = {
            DIFFERENT: _("Differ {count}"), "ids": _("IDs {count}"), "periods": _("Periods {count}"),
            "data": _("Data {count}"), "": _("All {count}"),
        }  # fmt: skip
        for key in (DIFFERENT, *KINDS, ""):
            count = sum(is_shown(row, key) for row in self._rows)
            self._kinds.rename(key, titles[key].format(count=number(count)))
        if self._first is not None and self._second is not None:
            self.say(_("A: {first}, B: {second}").format(first=self._first.text, second=self._second.text))
            self._show_sides(self._first, self._second)
        # Without anything to compare, a filter would be what hides it.
        filters = {"shown": self._kinds.current()} if self.is_filled and self._kinds.current() else {}
        if filters != self.model.listing.filters:
            self.model.listing = replace(self.model.listing, filters=dict(filters))

    def say(self, text: str) -> None:
        super().say(text)
        self._said.show()
        self._sides.hide()

    def _show_sides(self, first: RecordingPart, second: RecordingPart) -> None:
        """Show which recording is A, and which is B, with their colours."""

        def entries() -> list[LegendEntry]:
            return [
                LegendEntry(theme().chart(0), _("A: {name}").format(name=first.text), dash="area"),
                LegendEntry(theme().chart(1), _("B: {name}").format(name=second.text), dash="area"),
            ]

        self._sides.show_entries(entries)
        self._sides.setToolTip(plain_tooltip(self.said))
        self._said.hide()
        self._sides.show()
        self._fit_bar()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_bar()

    def _fit_bar(self) -> None:
        """Put what is compared and what is shown of it on one line if it has room for both, else on two. Where there is
        little, two buttons show their icons alone, then its first word is left out, and then the names are shortened.
        """
        buttons, least = (self._other, self.export), dict[QWidget, int]({self._field: _LEAST_FIELD})
        parts: list[QWidget] = [self._word, self._sides, self._first_channel, self._channel, self._other, self._end,
                 self._field, self._kinds, self._tolerance, self.export]  # fmt: skip
        shown = [one for one in parts if one is self._word or not one.isHidden()]
        lacking = sum(min(one.sizeHint().width(), least.get(one, _WIDEST)) + self._line.spacing() for one in shown)
        lacking += sum(one.label_room() for one in buttons if one.is_shortened) - self.width() + _BAR_SIDES
        icons = sum(one.label_room() for one in buttons)
        names = max(0, self._sides.sizeHint().width() - _LEAST_SIDES) if not self._sides.isHidden() else 0
        fits = lacking <= icons + self._word.sizeHint().width() + names
        for button in buttons:
            button.show_label(lacking <= 0 or not fits)
        self._field.setMaximumWidth(_MOST_FIELD if lacking <= icons or not fits else _LEAST_FIELD)
        self._word.setVisible(lacking <= icons or not fits)
        self._lines.setDirection(QBoxLayout.Direction.LeftToRight if fits else QBoxLayout.Direction.TopToBottom)

    def clear_search(self) -> None:
        """Show all IDs."""
        self.show_kind("")
        super().clear_search()

    def no_difference(self) -> str:
        """What is said where no ID has the differences that are shown, as a title; empty where a search is why."""
        shown = self.model.listing.filters.get("shown", "")
        if self.model.listing.search.strip() or not shown or not self._rows:
            return ""
        count = len(self._rows)
        compared = ngettext("{count} ID compared", "{count} IDs compared", count).format(count=number(count))
        if shown == "ids":
            return _("Both have the same IDs: {compared}").format(compared=compared)
        if shown == "periods":
            return _("No period differs: {compared}").format(compared=compared)
        return (_("No data differ: {compared}") if shown == "data" else _("No differences: {compared}")).format(
            compared=compared
        )

    def show_kind(self, key: str) -> None:
        """Show the IDs with these differences; all if `key` is empty."""
        self._kinds.set_current(key)
        self.model.listing = replace(self.model.listing, filters={"shown": key} if key else {})

    def _open(self, row: ComparisonRow) -> None:
        one = row.compared
        if one.first is not None:
            self.opened.emit(Frame(one.id, extended=one.extended, remote=one.remote))

    def _export(self) -> None:
        if self._first is not None and self._second is not None:
            first, second = Path(self._first.name).stem, Path(self._second.name).stem
            name = _("{first} and {second}").format(first=first, second=second)
            ask_and_export(self._context, self, self.model, self._fetch, COMPARISON_FILE, name)
