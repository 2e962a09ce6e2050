"""The field with a page's time range, and the popover in which it is changed."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from benchboard.dashboards.document import time_range
from benchboard.dashboards.document.time_range import PRESETS, REFRESH_SECONDS, Period, TimeRange
from benchboard.dashboards.document.typed_times import from_typed, named_period
from benchboard.dashboards.document.widget_kinds import BEFORE
from benchboard.dashboards.editing.page_edits import locks
from benchboard.dashboards.editing.period_comparison import PeriodComparison, period_comparison
from benchboard.errors import Invalid
from benchboard.i18n import _, number
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.panes.time_end_field import TimeEndField
from benchboard.ui.theme import theme
from benchboard.ui.time_format import full_date, iso_moment, period_name, utc_span
from benchboard.ui.widgets import Button, CheckBox, Field, Paragraph, Popover, Select, heading, restyle, row
from benchboard.ui.widgets.accessible import choice_of_several
from benchboard.ui.widgets.calendar import DayRange, RangeCalendar
from benchboard.ui.widgets.labels import Text, hairline, plain_tooltip
from benchboard.ui.widgets.tab_order import one_tab_stop_choices, one_tab_stop_list

CLEARING_KEYS: Final = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
"""What clears a field of the filters that has the focus."""
_COLUMNS: Final = 2
_NAMED: Final = 3
_PRESET_WIDTH: Final = 112
_FIELDS_WIDTH: Final = 250
DataDays = Callable[[], Period | None]
_FOOT: Final = 48
_DAY: Final = timedelta(days=1)
_TWO_MONTHS_FROM: Final = 820
"""The width of a window in pixels from which the calendar has two months."""


class TimeRangeField(Button):
    """The page's time range; pressing it opens `TimeRangePicker`, and Delete asks to reset it. Hidden on a page without
    anything that it changes."""

    clear_requested = Signal()

    def __init__(self, editor: Editor) -> None:
        super().__init__("", self.open_picker, icon="ph.clock", menu=True, name="time_range")
        self._editor = editor
        self._dated, self._whole, self._shorter, self._tip, self._limit = "", "", "", "", 0
        self._comparing: set[str] = set()
        """The widgets that compared already when all were made to."""
        self.data_days: DataDays = lambda: None
        self._midnight = QTimer(self, singleShot=True)
        """Then a range such as the last 30 days has others, in UTC."""
        self._midnight.timeout.connect(self.refresh)
        self.refresh()

    @property
    def reserved_width(self) -> int:
        """The width, in pixels, that it takes with the longest of the ranges that have names, and with any from one day
        to another: what is kept for it among other controls, so that they stay where they are when another range is
        chosen.
        """
        metrics, day = self.fontMetrics(), datetime(2000, 9, 30, tzinfo=UTC)
        days = utc_span(day, day + timedelta(days=400))
        widest = max(metrics.horizontalAdvance(text) for text in (days, *map(range_title, PRESETS)))
        return self._width_with(widest)

    @property
    def whole_width(self) -> int:
        """The width, in pixels, that it takes with the name of its range; the days need more."""
        return self._width_with(self.fontMetrics().horizontalAdvance(self._whole))

    def limit_width(self, width: int) -> None:
        """Fit the text to a field of this width in pixels: the range with its days if they fit, else without them, and
        last without its time zone; 0 shows all but the days. The tooltip has the whole text.
        """
        self._limit = width
        self._elide()

    def _width_with(self, text_width: int) -> int:
        return self.sizeHint().width() - self.fontMetrics().horizontalAdvance(self.text()) + text_width

    def _elide(self) -> None:
        metrics = self.fontMetrics()
        room = self._limit - self._width_with(0)
        has_days = metrics.horizontalAdvance(self._dated) <= room
        fits = not self._limit or metrics.horizontalAdvance(self._whole) <= room
        elided = metrics.elidedText(self._shorter, Qt.TextElideMode.ElideRight, max(0, room))
        shown = self._dated if has_days else self._whole if fits else elided
        if shown != self.text():
            self.setText(shown)
        self.setAccessibleName(self._dated)
        self.setToolTip(plain_tooltip(self._tip if fits else f"{self._whole}\n{self._tip}"))

    def refresh(self) -> None:
        """Show the range of this window."""
        using, queries = usage(self._editor)
        self.setVisible(using > 0 or (queries > 0 and self._editor.editable))
        shown = self._editor.time_range
        title = range_title(shown) if using else _("Time range")
        if not using and self._editor.selected_time is not None:
            title = _("{range} (not used)").format(range=range_title(shown))
        seconds = self._editor.reader_document.refresh
        self._whole = _with_refresh(title, seconds)
        self._dated = _with_refresh(_with_days(title, shown) if using else title, seconds)
        self._shorter = _with_refresh(_days_text(shown) if using else title, seconds)
        self._tip = _period_text(shown) if using else _("No widget uses the time range.")
        self._elide()
        now = datetime.now(UTC)
        tomorrow = datetime.combine(now.date() + _DAY, time.min, UTC)
        self._midnight.start(round((tomorrow - now).total_seconds() * 1000) + 1)

    @property
    def dated_width(self) -> int:
        """The width, in pixels, that it takes with the days of its range."""
        return self._width_with(self.fontMetrics().horizontalAdvance(self._dated))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in CLEARING_KEYS and not event.modifiers():
            self.clear_requested.emit()
        else:
            super().keyPressEvent(event)

    def open_picker(self) -> None:
        """Open the popover."""
        TimeRangePicker(self, self._editor, comparing=self._comparing, data_days=self.data_days).open()


def usage(editor: Editor) -> tuple[int, int]:
    """How many widgets of a page follow its time range, and how many have a query."""
    queries = [one.query for one in editor.widgets() if one.kind is not None and one.kind.query and one.query.strip()]
    return sum(editor.uses_time(query) for query in queries), len(queries)


def comparison(editor: Editor) -> PeriodComparison:
    """Which widgets of a page compare with the period before."""
    page = editor.page
    return period_comparison(editor.widgets(), editor.uses_time, lambda item_id: "content" in locks(page.item(item_id)))


def range_title(shown: TimeRange) -> str:
    """A range as people call it: `Last 7 days`, `1 Nov 2026 – 20 Nov 2026`, `Since 1 Nov 2026`, or as it is written."""
    if name := time_range.title(shown):
        return name
    if shown.end == "now" and not shown.start.startswith("now"):
        with suppress(Invalid):
            return _("Since {day}").format(day=full_date(shown.period(datetime.now(UTC)).start))
    if shown.is_absolute:
        return _period_text(shown)
    return " – ".join(map(_end_text, (shown.start, shown.end)))


def _with_refresh(title: str, seconds: int) -> str:
    return _("{range} · every {time}").format(range=title, time=refresh_title(seconds)) if seconds else title


def _days_text(shown: TimeRange) -> str:
    """The title of a range without its time zone."""
    if shown.is_absolute and not time_range.title(shown):
        with suppress(Invalid):
            period = shown.period(datetime.now(UTC))
            return utc_span(period.start, period.end)
    return range_title(shown)


def _with_days(title: str, shown: TimeRange) -> str:
    """The name of a range with its days in UTC: `Last 30 days · 27 Oct – 25 Nov`; a range without a name says them
    already."""
    if not time_range.title(shown):
        return title
    try:
        period = shown.period(datetime.now(UTC))
    except Invalid:
        return title
    length, begins = period.end - period.start, period.start.time()
    is_of_hours = length < _DAY or (length == _DAY and begins != time.min)
    return title if is_of_hours else f"{title} · {_days_of(period)}"


def _days_of(period: Period) -> str:
    """The first and the last day of a period, also if it ends within that."""
    last = period.end.astimezone(UTC) - timedelta(microseconds=1)
    first_day = period.start.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    next_day = last.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return period_name(first_day, next_day)


def _end_text(expression: str) -> str:
    """One end of a range: a fixed time as other times are shown, anything else as it is written."""
    moment = iso_moment(expression if "T" in expression else f"{expression}T00:00")
    if moment is None:
        return expression
    return _moment_text(moment)


def _moment_text(moment: datetime) -> str:
    """A time in UTC: its day if that begins then, else with its minute."""
    return full_date(moment) if moment.time() == moment.min.time() else f"{full_date(moment)} {moment:%H:%M}"


def refresh_title(seconds: int) -> str:
    """An interval of refreshing: `30 s`, `5 min`, `1 h`."""
    if seconds < 60:
        return _("{count} s").format(count=number(seconds))
    if seconds < 3600:
        return _("{count} min").format(count=number(seconds // 60))
    return _("{count} h").format(count=number(seconds // 3600))


def _period_text(shown: TimeRange) -> str:
    try:
        period = shown.period(datetime.now(UTC))
    except Invalid as error:
        return error.what
    return _("{period} (UTC)").format(period=utc_span(period.start, period.end))


class TimeRangePicker(Popover):
    """Ranges by name, a range typed, and how often the data are read again."""

    range_chosen = Signal(object)
    """A `TimeRange` was chosen, also that which was shown already."""

    def __init__(
        self,
        anchor: QWidget,
        editor: Editor,
        *,
        range_only: bool = False,
        comparing: set[str] | None = None,
        show_all: Callable[[], object] | None = None,
        is_used: bool = True,
        data_days: DataDays = lambda: None,
    ) -> None:
        """`range_only`: for a single query, which has no other widgets and isn't read again by itself; `is_used`: it
        has the range; `show_all` takes it from it. `comparing`: the ids of the widgets that compared already when all
        were made to, which it keeps; `data_days`: the days of which there are data, as far as they are known."""
        super().__init__(anchor, padding=0, name="time_range_picker")
        self._range_only, self._is_used = range_only, is_used
        self._all = Button(_("All time"), lambda: self._choose_all(show_all), size="sm", name="time_all")
        if show_all is None or not is_used:
            self._all.hide()  # and not `setVisible`: what has no parent yet would be shown as a window of its own
        self._data = self._data_button(data_days())
        self._comparing = comparing if comparing is not None else set()
        self._editor = editor
        self._presets: dict[TimeRange, Button] = {}
        self._from = TimeEndField(_("From"), name="time_from")
        self._to = TimeEndField(_("To"), name="time_to")
        for field in (self._from, self._to):
            field.edit.returnPressed.connect(self._apply)
        self._ends_typed = False
        """Whether the end was typed, so that what is typed as the start doesn't change it."""
        self._end_before: str | None = None
        """The end before it followed a period that is typed as the start."""
        self._from.edited.connect(self._edit_start)
        self._to.edited.connect(self._edit_end)
        self._period = Paragraph("", "caption", "muted")
        self._refresh = Select(
            [
                ("0", _("Off")),
                *((str(one), _("Every {time}").format(time=refresh_title(one))) for one in REFRESH_SECONDS),
            ],
            name="time_refresh",
        )
        self._refresh.currentIndexChanged.connect(lambda: editor.select_refresh(int(self._refresh.current_key())))
        self._used = Text("", "caption", "muted")
        self._how = Paragraph(_usage_example(), "caption", "muted")
        self._how.hide()
        self._show_how = Button(_("Show how"), self._open_how, kind="link", size="sm", name="time_show_how")
        self._compare = CheckBox(_("Compare all with the period before"))
        self._compare.setObjectName("time_compare")
        self._compare.clicked.connect(self._switch_comparison)
        self._compared = Paragraph("", "caption", "muted")
        self._default = Button(
            _("Set as default"), self._share, icon="ph.share-network", size="sm", name="time_default"
        )
        wide = anchor.window().width() >= _TWO_MONTHS_FROM
        self.calendar = RangeCalendar(months=2 if wide else 1)
        self.calendar.range_selected.connect(self._type_days)
        self._lay_out()
        self._shown: TimeRange | None = None
        editor.changed.connect(self._show)
        self._show()

    def _lay_out(self) -> None:
        """The presets beside the calendar, below them what is done with the range, and the buttons at the foot."""
        padding = theme().px("spacing.4")
        presets, fields = self._preset_choices(), self._fields()
        columns = row(presets, fields, spacing=padding)
        parts = QVBoxLayout()
        parts.setContentsMargins(padding, padding - 2, padding, padding - 4)
        parts.setSpacing(theme().px("spacing.2"))
        parts.addWidget(heading(_("Time range")))
        parts.addLayout(columns)
        self.column.setSpacing(0)
        self.column.addLayout(parts)
        if not self._range_only:
            self.column.addWidget(hairline())
            self.column.addLayout(self._use(presets.sizeHint().width(), fields.width()))
        self.column.addWidget(hairline())
        self.column.addWidget(self._foot())

    def _use(self, left: int, right: int) -> QHBoxLayout:
        """How often the data are read again, and with what they are compared, in columns of these widths."""
        padding = theme().px("spacing.4")
        refresh = Field(_("Refresh data"), self._refresh)
        refresh.setFixedWidth(left)
        compared = QWidget()
        compared.setFixedWidth(right)
        column = QVBoxLayout(compared)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme().px("spacing.1"))
        used = row(self._used, self._show_how)
        used.addStretch(1)
        column.addLayout(used)
        for part in (self._how, self._compare, self._compared):
            column.addWidget(part)
        column.addStretch(1)
        whole = QHBoxLayout()
        whole.setContentsMargins(padding, padding - 4, padding, padding - 4)
        whole.setSpacing(padding)
        whole.addWidget(refresh, 0, Qt.AlignmentFlag.AlignTop)
        whole.addWidget(compared, 1)
        return whole

    def _foot(self) -> QWidget:
        foot = QWidget()
        foot.setFixedHeight(_FOOT)
        apply = Button(_("Apply"), self._apply, kind="primary", size="sm", name="time_apply")
        line = QHBoxLayout(foot)
        line.setContentsMargins(theme().px("spacing.4"), 0, theme().px("spacing.4"), 0)
        line.addWidget(self._default)
        line.addWidget(self._all)
        line.addStretch(1)
        line.addWidget(apply)
        return foot

    def open(self) -> None:
        """Open it with the focus on the range that is selected."""
        super().open()
        chosen = self._presets.get(self._editor.time_range)
        (chosen or self._from.edit).setFocus(Qt.FocusReason.PopupFocusReason)

    def _preset_choices(self) -> QWidget:
        holder = QWidget()
        holder.setAccessibleName(_("Time range"))
        one_tab_stop_choices(holder)
        one_tab_stop_list(holder)
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(2)
        rows = len(PRESETS) // _COLUMNS
        for place, shown in enumerate(PRESETS):
            button = Button(range_title(shown), partial(self._choose, shown), kind="quiet", size="sm")
            button.setProperty("section", "true")
            button.setObjectName(f"time_preset_{place}")
            button.setCheckable(True)
            choice_of_several(button)
            grid.addWidget(button, place % rows, place // rows, Qt.AlignmentFlag.AlignLeft)
            grid.setColumnMinimumWidth(place // rows, _PRESET_WIDTH)
            self._presets[shown] = button
        grid.setRowStretch(rows, 1)  # the calendar beside them is higher
        return holder

    def _data_button(self, days: Period | None) -> Button:
        """Chooses the days from the first to the last of the data, which it says."""
        found = Button("", kind="link", size="sm", icon="ph.clock", name="time_all_data")
        if days is None:
            found.hide()
        else:
            found.set_title(_("All of this data: {period}").format(period=utc_span(days.start, days.end)))
            found.clicked.connect(lambda: self._choose(time_range.absolute(days)))
        return found

    def _fields(self) -> QWidget:
        pane = QWidget()
        pane.setFixedWidth(max(_FIELDS_WIDTH, self.calendar.width()))
        column = QVBoxLayout(pane)
        column.setContentsMargins(0, 0, 0, 0)
        ends = row(self._from, self._to)
        for part in (self._from, self._to):
            ends.setAlignment(part, Qt.AlignmentFlag.AlignTop)
        column.addLayout(ends)
        column.addWidget(self.calendar, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._period)
        column.addWidget(self._data, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        return pane

    def _show(self) -> None:
        shown, editor = self._editor.time_range, self._editor
        is_used = (self._range_only and self._is_used) or editor.selected_time is not None or usage(editor)[0] > 0
        for preset, button in self._presets.items():
            button.setChecked(preset == shown and is_used)  # what nothing uses isn't shown as chosen
            restyle(button)
        if shown != self._shown:  # any other change of the page leaves what is being typed
            self._shown, typed = shown, time_range.as_typed(shown)
            self._from.write(typed.start)
            self._to.write(typed.end)
        self._refresh.set_current_key(str(editor.reader_document.refresh))
        self._default.setVisible(not editor.read_only and not self._range_only)
        mine = (editor.reader_document.time, editor.reader_document.refresh)
        changed = mine != (editor.document.time, editor.document.refresh)
        self._default.disable("" if changed else _("This is already the default."))
        if not self._range_only:
            self._used.setText(_usage_text(editor))
            self._show_how.setVisible(not usage(editor)[0] and self._how.isHidden())
            self._show_comparison()
        self._check()

    def _show_comparison(self) -> None:
        """Show whether all widgets compare with the period before, and which can't."""
        found = comparison(self._editor)
        self._compare.setChecked(found.is_on)
        why = self._editor.read_only_reason or ("" if found.ids else _("No widget has a time range to compare."))
        self._compare.setEnabled(not why)
        said = why or _("{count} of {total} widgets are compared.").format(
            count=number(found.count), total=number(len(found.ids) + len(found.others))
        )
        if found.ids and found.others:
            names = ", ".join(f"“{name}”" for name in found.others[:_NAMED])
            names += "…" if len(found.others) > _NAMED else ""
            said += " " + _("Can't be compared: {names}").format(names=names)
        self._compared.setText(said)
        self._compared.setVisible(bool(found.ids or self._editor.read_only_reason or usage(self._editor)[0]))
        self._compare.setAccessibleDescription(said)

    def _open_how(self) -> None:
        """Show how a query uses the range, in place of the link."""
        self._how.show()
        self._show_how.hide()
        self.move_into_place()
        (self._compare if self._compare.isEnabled() else self._refresh).setFocus(Qt.FocusReason.OtherFocusReason)

    def _switch_comparison(self) -> None:
        """Compare all widgets that can, or none, as one step."""
        found, key = comparison(self._editor), f"config.{BEFORE.key}"
        if not found.is_on:
            self._comparing.clear()
            self._comparing.update(one for one in found.ids if self._editor.widget(one).setting(BEFORE.key) == "on")
            self._editor.set_properties(found.ids, key, "on")
            return
        others = [one for one in found.ids if one not in self._comparing]
        self._editor.set_properties(others or found.ids, key, "off")
        self._comparing.clear()

    def _type_days(self, days: DayRange) -> None:
        """Write the days that were selected in the calendar into the fields; the last day is in the range."""
        self._from.write(days.first.isoformat())
        self._to.write(days.last.isoformat())
        self._check()

    def _typed(self) -> TimeRange:
        return TimeRange(from_typed(self._from.text()), from_typed(self._to.text(), ends=True))

    def _edit_start(self) -> None:
        """A week, month, quarter or year typed as the start is the whole range, until somebody types another end."""
        if not self._ends_typed:
            period = named_period(self._from.text())
            before = self._end_before if self._end_before is not None else self._to.text()
            # 2026 and 2026-08 are the beginnings of other dates, too.
            self._end_before = before if period is not None else None
            self._to.write(period.last.isoformat() if period is not None else before)
        self._check()

    def _edit_end(self) -> None:
        self._ends_typed = True
        self._check()

    def _check(self) -> bool:
        """Show the period of what is typed, or what is wrong with it."""
        self._from.set_error("")
        self._to.set_error("")
        try:
            period = self._typed().period(datetime.now(UTC))
        except Invalid as error:
            wrong = self._from if error.facts["field"] == "from" else self._to
            wrong.set_error(f"{error.what} {error.do}")
            self._period.setText("")
            self._from.set_meaning("")
            self._to.set_meaning("")
            valid = False
        else:
            self._period.setText(_("{period} (UTC)").format(period=utc_span(period.start, period.end)))
            self._from.set_meaning(_moment_text(period.start))
            last_day = period.end.time() == period.end.min.time() and period.end - timedelta(days=1) >= period.start
            self._to.set_meaning(_moment_text(period.end - timedelta(days=1) if last_day else period.end))
            self.calendar.show_range(DayRange(period.start.date(), (period.end - timedelta(microseconds=1)).date()))
            valid = True
        if self.isVisible():
            self.move_into_place()
        return valid

    def _apply(self) -> None:
        if self._check():
            self._choose(self._typed())

    def _choose(self, shown: TimeRange) -> None:
        self.range_chosen.emit(shown)
        self._editor.select_time(shown)
        self.close()

    def _choose_all(self, show_all: Callable[[], object] | None) -> None:
        if show_all is not None:
            show_all()
        self.close()

    def _share(self) -> None:
        if self._default.isEnabled():
            self._editor.share_time()


def _usage_example() -> str:
    return _("In SQL, a query uses it by :from and :to, for example {example}").format(
        example="WHERE created_dt >= :from AND created_dt < :to"
    )


def _usage_text(editor: Editor) -> str:
    using, queries = usage(editor)
    if not using:
        return _("No widget uses it yet.")
    if using == queries:
        if using == 1:
            return _("Changes the page's only widget with a query.")
        return _("Changes all {count} widgets with a query.").format(count=number(using))
    return _("Changes {count} of {total} widgets with a query.").format(count=number(using), total=number(queries))
