"""Every part of `ui/widgets` in every state."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Final, Literal

from PySide6.QtCore import QLineF, QLocale, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from benchboard.ui import widgets
from benchboard.ui.gallery.list_samples import list_samples, tile_samples
from benchboard.ui.gallery.sample import Painted, Sample, disabled, focused, hovered, pressed
from benchboard.ui.problems import Action, Notice
from benchboard.ui.theme import theme
from benchboard.ui.widgets.badges import Kind
from benchboard.ui.widgets.calendar import DayRange, RangeCalendar
from benchboard.ui.widgets.choice_card import ChoiceCard
from benchboard.ui.widgets.crosshair import Crosshair, paint_crosshair, paint_values
from benchboard.ui.widgets.drawer import Drawer
from benchboard.ui.widgets.empty_state import paint_empty_tile
from benchboard.ui.widgets.heading_edit import HeadingEdit
from benchboard.ui.widgets.key_value import Figure, FigureColumns
from benchboard.ui.widgets.labels import Tone
from benchboard.ui.widgets.legend import Legend, LegendEntry, paint_legend, paint_legend_row
from benchboard.ui.widgets.meter import Meter
from benchboard.ui.widgets.no_match import NoMatch, NoMatchLine
from benchboard.ui.widgets.popover import closed_menu
from benchboard.ui.widgets.section_list import SectionList
from benchboard.ui.widgets.share_bar import ShareBar
from benchboard.ui.widgets.skeleton import Skeleton
from benchboard.ui.widgets.stat_strip import Stat, StatStrip
from benchboard.ui.widgets.stepper import Outcome, Stepper, StepRow
from benchboard.ui.widgets.surfaces import set_surface
from benchboard.ui.widgets.timeline_row import TimelineRow

_PEOPLE: Final = ("Dana Whitfield", "Ayşe Demir", "Mert Kaya", "Leyla Öz", "Nightly")


def samples() -> tuple[Sample, ...]:
    """Every part in every state, the states of a part one after the other."""
    return (
        *_labels(), *_badges(), *_buttons(), *_fields(), *_surfaces(), *list_samples(), *tile_samples(), *_data(),
        *_charts(), *_floating(),
    )  # fmt: skip


def _labels() -> Iterator[Sample]:
    types = ("micro", "caption", "body", "body_strong", "section", "title", "display", "kpi", "mono")
    for type in types:
        yield Sample("Text", type, partial(widgets.Text, "Conveyor A", type))
    tones: tuple[Tone, ...] = ("secondary", "muted", "accent", "ok", "warn", "error", "info")
    for tone in tones:
        yield Sample("Text", tone, partial(widgets.Text, "Conveyor A", tone=tone))
    yield Sample("Elided", "cut", lambda: widgets.Elided("Conveyor A, node 3, third shelf"), (110, 20))
    sentence = "The dongle forgets its token and this organisation. Anyone can pair it next."
    for type in ("caption", "body", "section"):
        yield Sample("Paragraph", type, partial(widgets.Paragraph, sentence, type), (210, 76))
    yield Sample("Paragraph", "disabled", partial(disabled, partial(widgets.Paragraph, sentence)), (210, 64))
    yield Sample("ProblemText", "said", _problem, (210, 40))
    yield Sample("Avatar", "rest", lambda: widgets.Avatar("Dana Whitfield"))
    yield Sample("KeyCap", "rest", lambda: widgets.KeyCap("Ctrl K"))
    yield Sample("KeyCap", "disabled", partial(disabled, partial(widgets.KeyCap, "Ctrl K")))
    yield Sample("Icon", "rest", lambda: widgets.Icon("ph.clock"))


def _badges() -> Iterator[Sample]:
    kinds: tuple[Kind, ...] = ("ok", "proven", "observed", "info", "warn", "error", "neutral", "waits")
    for kind in kinds:
        yield Sample("Badge", kind, partial(widgets.Badge, kind, "Ready"))


def _buttons() -> Iterator[Sample]:
    make: dict[str, Callable[[], widgets.Button]] = {
        "plain": lambda: widgets.Button("Save"),
        "primary": lambda: widgets.Button("Sign in", kind="primary"),
        "danger": lambda: widgets.Button("Release", kind="danger"),
        "destroy": lambda: widgets.Button("Release", kind="destroy"),
        "quiet": lambda: widgets.Button("Discard", kind="quiet", icon="ph.x"),
        "link": lambda: widgets.Button("Try again", kind="link"),
    }
    for kind, button in make.items():
        yield Sample("Button", kind, button)
        yield Sample("Button", f"{kind}, hover", partial(hovered, button))
        yield Sample("Button", f"{kind}, pressed", partial(pressed, button))
        yield Sample("Button", f"{kind}, focus", partial(focused, button))
        yield Sample("Button", f"{kind}, disabled", partial(disabled, button))
    yield Sample("Button", "icon alone", lambda: widgets.Button("", icon="ph.x", tip="Close"))
    states = Qt.CheckState
    for name, state in (("rest", states.Unchecked), ("partly", states.PartiallyChecked), ("checked", states.Checked)):
        yield Sample("CheckBox", name, partial(_checked, state))
    yield Sample("CheckBox", "disabled", partial(disabled, partial(widgets.CheckBox, "Keep a copy")))
    people = [widgets.ShownPerson(f"{n}", name, f"{name} is here") for n, name in enumerate(_PEOPLE)]
    for words, count, short in (("rest", 2, False), ("more", 5, False), ("short", 5, True)):
        yield Sample("PeopleRow", words, partial(_people_row, people[:count], short=short))
    views = (("id", "By ID"), ("rolling", "Rolling"))
    yield Sample("SegmentedControl", "rest", lambda: widgets.SegmentedControl(views, label="View"))


def _fields() -> Iterator[Sample]:
    def field(text: str = "80", error: str = "", note: str = "") -> widgets.Field:
        made = widgets.Field("Clock", widgets.Edit(unit="MHz", placeholder="80"), note=note)
        made.edit.setText(text)
        made.set_error(error)
        return made

    yield Sample(
        "Edit", "search", lambda: widgets.Edit(placeholder="Person or event", icon="ph.funnel", keys="/"), (230, 28)
    )
    yield Sample("HeadingEdit", "rest", _heading_edit, (230, 28))
    yield Sample("HeadingEdit", "hover", partial(hovered, _heading_edit), (230, 28))
    yield Sample("Field", "rest", field, (160, 56))
    yield Sample("Field", "empty", lambda: field(""), (160, 56))
    yield Sample("Field", "wrong", lambda: field("800", "Between 1 and 200 MHz."), (160, 76))
    yield Sample("Field", "disabled", partial(disabled, partial(field, note="Set by the dongle.")), (160, 76))
    yield Sample("Select", "rest", lambda: widgets.Select([("a", "All events")], label="Event"), (140, 28))
    yield Sample("Select", "disabled", partial(disabled, partial(widgets.Select, [("a", "All events")])), (140, 28))


def _heading_edit() -> QWidget:
    made = HeadingEdit("section", label="Name")
    made.setText("Orders and pairings")
    return made


def _surfaces() -> Iterator[Sample]:
    def toolbar() -> QWidget:
        made = widgets.Toolbar("Audit log")
        made.set_count("48 214")
        made.add_right(widgets.Button("Add person", kind="primary"))
        return made

    def banner(kind: Literal["info", "warn", "error"]) -> QWidget:
        again = Action("Try again", lambda: None)
        return widgets.Banner(Notice("ttyACM4 is busy.", "modem-manager holds it.", kind, actions=(again,)))

    yield Sample("Toolbar", "rest", toolbar, (640, 48))
    kinds: tuple[Literal["info", "warn", "error"], ...] = ("info", "warn", "error")
    for kind in kinds:
        yield Sample("Banner", kind, partial(banner, kind), (640, 40))
    detect = Action("Detect bit rate", lambda: None, keeps_notice=True, primary=True)
    errors = Notice("Rig 2 receives only errors.", "Nothing can be read.", "error", actions=(detect,))
    yield Sample("Banner", "error, primary action", partial(widgets.Banner, errors), (640, 40))
    yield Sample(
        "EmptyState",
        "page",
        lambda: widgets.EmptyState("bb.dongle", "No dongle here yet", "Start a simulated one", why="Plug one in."),
        (320, 180),
    )
    yield Sample("EmptyState", "several ways on", _empty_with_choices, (340, 260))
    yield Sample("ChoiceCard", "rest", partial(_choice, reason=""), (320, 64))
    yield Sample("ChoiceCard", "disabled", partial(_choice, reason="Your role can't add data."), (320, 64))
    yield Sample(
        "EmptyState", "error", lambda: widgets.EmptyState("ph.warning-circle", "It failed", role="error"), (320, 120)
    )

    def no_match() -> QWidget:
        made = NoMatch("people", lambda: None)
        made.show_query("ines", filtered=False)
        return made

    def no_match_line() -> QWidget:
        field = widgets.Edit()
        field.setText("gauge 2")
        made = NoMatchLine("widgets", field)
        field.setParent(made)
        field.hide()
        made.show_search(found=False)
        return made

    yield Sample("NoMatch", "list", no_match, (320, 160))
    yield Sample("NoMatch", "line", no_match_line, (220, 60))

    def tile(painter: QPainter, box: QRectF) -> None:
        paint_empty_tile(painter, box, "ph.tray", "No orders in these dates.", "Choose more days.")

    for size, state in (((200, 90), "tile"), ((200, 44), "low tile"), ((60, 24), "no room")):
        yield Sample("EmptyState", state, partial(Painted, tile), size)


def _choice(*, reason: str) -> ChoiceCard:
    return ChoiceCard("ph.database", "Add data", "A file, a folder or a server", lambda: None, reason=reason)


def _empty_with_choices() -> QWidget:
    made = widgets.EmptyState("ph.squares-four", "Your home page is empty", why="Drag a widget here.")
    made.offer(_choice(reason=""), _choice(reason=""))
    return made


def _data() -> Iterator[Sample]:
    def key_value() -> QWidget:
        rows = [("Language", widgets.Text("Türkçe")), ("Device ID", widgets.copyable("3ec6582f", "Device ID"))]
        return widgets.KeyValue(rows)

    def strip(*stats: Stat, note: str = "") -> QWidget:
        made = StatStrip()
        made.show_stats(stats)
        if note:
            made.show_note(note)
        return made

    def line() -> QWidget:
        made = StatStrip(compact=True)
        two = Stat("35 997", "Frames", beside=Stat("26 996", "Frames"), both="{first} in A, {second} in B")
        made.show_stats((two, Stat("7", "IDs"), Stat("0", "Error frames")))
        return made

    def stepper(current: int) -> QWidget:
        made = Stepper((("Find", "On this computer"), ("Identify", "Its light blinks"), ("Pair", "Press its button")))
        made.set_current(current)
        return made

    def skeleton() -> QWidget:
        made = Skeleton(height=36)
        made.show_columns([(240, 200), (120, 100), (200, 120)])
        return made

    def ruled() -> QWidget:
        rows = (
            ("Longest propagation segment", Figure("2 975 ns")),
            ("Maximum cable length", Figure("255.5 m", True)),
            ("Resync, arbitration phase", Figure("0.62 %", False, "unverified")),
            ("Frames", FigureColumns(("826", "1\u202f013"), "826 in A, 1\u202f013 in B")),
        )
        return widgets.KeyValue(rows, ruled=True)

    def step_row(outcome: Outcome) -> QWidget:
        made = StepRow(("Write", "Read back", "Compare", "Listen"))
        made.show_state(-1 if outcome == "idle" else 2, outcome)
        return made

    load = Stat("38 %", "Bus load", share=0.38)
    quiet = (load, Stat("1 662", "Frames/s"), Stat("0", "TEC"), Stat("0", "Dropped"))
    trouble = (replace(load, tone="warn"), Stat("3", "TEC", "warn"), Stat("12", "Dropped", "error"))
    yield Sample("KeyValue", "rest", key_value, (320, 44))
    yield Sample("StatStrip", "rest", partial(strip, *quiet), (640, 64))
    yield Sample("StatStrip", "trouble", partial(strip, *trouble), (640, 64))
    traced = (replace(load, trace=tuple(0.2 + place % 7 / 40 for place in range(90))), *quiet[1:])
    yield Sample("StatStrip", "trace", partial(strip, *traced), (760, 64))
    errors = replace(trouble[2], name="Bus errors", history=(0, 0, 3, 0, 12, 1), ends=("5 min ago", "now"))
    yield Sample("StatStrip", "history", partial(strip, traced[0], errors), (760, 64))
    yield Sample("StatStrip", "narrow", partial(strip, *quiet), (340, 64))
    yield Sample("StatStrip", "no figures", partial(strip, note="The live bus is closed."), (640, 64))
    yield Sample("StatStrip", "one line", line, (480, 40))
    yield Sample("KeyValue", "ruled", ruled, (360, 112))
    for current, state in enumerate(("first", "middle", "last")):
        yield Sample("Stepper", state, partial(stepper, current), (200, 180))
    outcomes: tuple[Outcome, ...] = ("idle", "now", "unverified", "failed")
    for outcome in outcomes:
        yield Sample("StepRow", outcome, partial(step_row, outcome), (360, 26))
    for count, state in ((2, "two months"), (1, "one month")):
        yield Sample("RangeCalendar", state, partial(_calendar, count))
    yield Sample("RangeCalendar", "single, none after today", _day_calendar)
    yield Sample("SectionList", "rest", _sections, (200, 120))
    yield Sample("Skeleton", "list", skeleton, (560, 108))
    what, under = "Changed tile “Orders per day”", "by Ines Okafor"
    yield Sample("TimelineRow", "rest", partial(TimelineRow, "14 min ago", what, under), (320, 40))
    yield Sample("TimelineRow", "one line", partial(TimelineRow, "now", what), (320, 24))
    yield Sample("TimelineRow", "with an action", _timeline_row, (320, 64))
    yield Sample("Drawer", "over the list", _drawer, (640, 96))


def _timeline_row() -> QWidget:
    action = widgets.Button("9 times since 08:34", kind="link", icon="ph.caret-right")
    return TimelineRow("14 min ago", "Saved the dashboard “Line 2”", "by Ines Okafor", action=action)


def _calendar(months: int) -> QWidget:
    made = RangeCalendar(months=months, today=date(2026, 11, 18), week_start=Qt.DayOfWeek.Monday)
    made.setLocale(QLocale("en_GB"))  # whatever the machine speaks
    made.show_range(DayRange(date(2026, 10, 26), date(2026, 11, 12)))
    return made


def _day_calendar() -> QWidget:
    today, day = date(2026, 11, 18), date(2026, 11, 5)
    made = RangeCalendar(months=1, today=today, single=True, latest=today, week_start=Qt.DayOfWeek.Monday)
    made.setLocale(QLocale("en_GB"))
    made.show_range(DayRange(day, day))
    return made


def _sections() -> QWidget:
    page = QWidget()
    area = widgets.scroll_area(page)
    made = SectionList(area, [(title, page) for title in ("Theme", "Language", "Session")])
    area.setParent(made)
    area.hide()
    return made


def _drawer() -> QWidget:
    table, detail = (widgets.Card() for _place in range(2))
    made = Drawer(table, detail, 260)
    made.show_detail(True)
    return made


def _floating() -> Iterator[Sample]:
    def dialog(window: QWidget) -> None:
        made = widgets.Dialog(window, "Save named version")
        made.content.addWidget(widgets.Paragraph("This version won't change.", "body", "secondary"))
        made.add_button(widgets.Button("Cancel"))
        made.add_button(widgets.Button("Save version", kind="primary"))
        made.show()

    def confirm(window: QWidget) -> None:
        widgets.Confirm(
            window, "Revoke 3 sessions", "They end within 5 seconds.", act="Revoke", keep="Keep", run=lambda: None
        ).show()

    def popover(window: QWidget) -> None:
        made = widgets.Popover(_anchor(window), width=220)
        made.column.addWidget(widgets.heading("Saved", widgets.Badge("ok", "Ready")))
        made.column.addWidget(widgets.Paragraph("Everything is stored on this computer.", "caption", "muted"))
        made.move_into_place()
        made.show()

    def menu(window: QWidget) -> None:
        items = (
            widgets.MenuItem("Dashboard"),
            widgets.MenuItem("Rename", lambda: None, "ph.pencil-simple"),
            widgets.MenuItem("Start from template", lambda: None, "ph.layout", why_not="You have view-only access."),
            widgets.MenuItem("Delete", lambda: None, "ph.trash", danger=True),
        )
        made = closed_menu(_anchor(window), items)
        made.move_into_place()
        made.show()

    def toast(window: QWidget, undo: Callable[[], None] | None) -> None:
        made = widgets.Toast("1 session revoked", undo, window)
        made.move_into_place()
        made.show()

    yield Sample("Dialog", "rest", partial(_window_with, dialog, QSize(440, 230)))
    yield Sample("Confirm", "rest", partial(_window_with, confirm, QSize(500, 240)))
    yield Sample("Popover", "rest", partial(_window_with, popover, QSize(300, 140)))
    yield Sample("Menu", "rest", partial(_window_with, menu, QSize(300, 210)))
    yield Sample("Toast", "rest", partial(_window_with, partial(toast, undo=None), QSize(300, 60)))
    yield Sample("Toast", "undo", partial(_window_with, partial(toast, undo=lambda: None), QSize(300, 60)))


def _window_with(open_part: Callable[[QWidget], None], size: QSize) -> QWidget:
    """A small window with a part that stands on windows."""
    window = QWidget()
    set_surface(window, "window")
    window.setFixedSize(size)
    open_part(window)
    return window


def _anchor(window: QWidget) -> QWidget:
    button = widgets.Button("More", menu=True)
    button.setParent(window)
    button.adjustSize()
    button.move(12, 8)
    return button


def _charts() -> Iterator[Sample]:
    def legend() -> QWidget:
        made = Legend()
        entries = (("MotorSpeed", "1 483", ()), ("MotorTorque", "112", (6.0, 3.0)), ("Enough", "", None))
        made.show_entries(lambda: [LegendEntry(theme().chart(at), *entry) for at, entry in enumerate(entries)])
        return made

    def crosshair(painter: QPainter, box: QRectF, at: QPointF) -> None:
        paint_crosshair(painter, box, at)
        paint_values(painter, box, at, ("16 tq, prescaler 5", "80 %, error 0 %"))

    def shares() -> QWidget:
        made = ShareBar()
        made.setAccessibleName("Bus share of the nodes: Drive 59 %, Panel 25 %")
        made.show_shares((0.59, 0.25))
        return made

    def meter(share: float | None, text: str, why: str = "") -> QWidget:
        made = Meter()
        made.show_share(share, text, why)
        return made

    yield Sample("ShareBar", "rest", shares, (240, 8))
    yield Sample("Meter", "rest", partial(meter, 0.38, "38 %"), (240, 20))
    yield Sample("Meter", "busy", partial(meter, 0.71, "71 %"), (240, 20))
    yield Sample("Meter", "unknown", partial(meter, None, "–", "Shown while the live bus is open."), (240, 20))
    yield Sample("Legend", "rest", legend, (360, 18))
    yield Sample("Legend", "too narrow", legend, (90, 18))

    def bars(painter: QPainter, box: QRectF) -> None:
        names = ("Fulfilled", "Paid", "Pending", "Refunded", "Cancelled")
        paint_legend(painter, box, [LegendEntry(theme().chart(at), name, "", "area") for at, name in enumerate(names)])

    def slices(painter: QPainter, box: QRectF) -> None:
        for at, (name, value) in enumerate((("Ready", "742"), ("A very long name of a slice", "1 318"))):
            row = QRectF(box.left(), box.top() + 22 * at, box.width(), 22)
            paint_legend_row(painter, row, LegendEntry(theme().chart(at), name, value))

    yield Sample("Legend", "two lines of bars, one left out", partial(Painted, bars), (160, 36))
    yield Sample("Legend", "list", partial(Painted, slices), (160, 44))

    def on_lines() -> QWidget:
        made = QWidget()
        points = [(QPointF(80, 20 + 25 * at), theme().chart(at)) for at in range(3)]
        Crosshair(made).show_at(QLineF(80, 4, 80, 96), points)
        return made

    yield Sample("Crosshair", "on three lines", on_lines, (160, 100))

    def on_bars() -> QWidget:
        made = QWidget()
        boxes = (QRectF(60, 40, 19, 56), QRectF(80, 60, 19, 36))
        Crosshair(made).show_at(QLineF(80, 4, 80, 40), bars=boxes)
        return made

    yield Sample("Crosshair", "on two bars", on_bars, (160, 100))
    for at, state in ((QPointF(80, 70), "in the middle"), (QPointF(300, 20), "at the edge")):
        yield Sample("Crosshair", state, partial(Painted, partial(crosshair, at=at)), (320, 100))


def _problem() -> QWidget:
    made = widgets.ProblemText("caption")
    made.say("An API key needs at least one permission.")
    return made


def _people_row(people: list[widgets.ShownPerson], *, short: bool) -> QWidget:
    row = widgets.PeopleRow("Also here")
    row.show_people(people)
    row.show_label(not short)
    return row


def _checked(state: Qt.CheckState) -> QWidget:
    box = widgets.CheckBox("Keep a copy")
    box.setTristate(state == Qt.CheckState.PartiallyChecked)
    box.setCheckState(state)
    return box
