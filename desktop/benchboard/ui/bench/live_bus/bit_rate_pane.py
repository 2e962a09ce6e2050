"""The pane beside frames that can't be read: the bit rates that the bus may have, and how the right one is detected."""

from collections.abc import Callable
from typing import Final, Literal

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from benchboard.canbus.bit_rate_detection import ENOUGH_FRAMES
from benchboard.i18n import _, number
from benchboard.ui.bench.bench_format import bit_rate
from benchboard.ui.bench.live_bus.bit_rate_search import BitRateSearch, RateLine, RateState, heard_text
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Badge, Button, CheckBox, Elided, Icon, Paragraph, Text, hairline, scroll_area
from benchboard.ui.widgets.accessible import Role, announce, sentence
from benchboard.ui.widgets.flow_layout import FlowLayout
from benchboard.ui.widgets.labels import Tone, plain_tooltip
from benchboard.ui.widgets.surfaces import set_surface

_WIDTH: Final = 340
_RATE_WIDTH: Final = 104
_LEAST_ROWS: Final = 5


class BitRatePane(QWidget):
    """Shows a `BitRateSearch`. Nothing is written before the user says so."""

    accessible_role = Role.Grouping

    def __init__(self, search: BitRateSearch, open_timing: Callable[[], object]) -> None:
        super().__init__()
        self._search = search
        self._rows: dict[int, _RateRow] = {}
        self._order: list[tuple[int, bool]] = []
        """The bit rates of the rows, and whether each is the present one, which has its place below the others."""
        self._told = ""
        self._low = False
        self.setObjectName("bit_rate_pane")
        set_surface(self, "surface")
        self.setMinimumWidth(_WIDTH)
        self._build(open_timing)
        self.setAccessibleName(_("Bit rate"))  # at once, a screen reader asks what it says
        search.changed.connect(self._show)
        self._show()

    def _build(self, open_timing: Callable[[], object]) -> None:
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(12, 8, 12, 8)
        head.addWidget(Text(_("Bit rate"), "body_strong"))
        head.addStretch(1)
        self._badge = Badge("warn", "")
        head.addWidget(self._badge)
        whole.addLayout(head)
        whole.addWidget(hairline())
        self._sentence, self._why = Paragraph("", "body_strong"), Paragraph("", "caption", "muted")
        self._sentence.setObjectName("bit_rate_sentence")
        self._texts = _column(self._sentence, self._why, hairline(), spacing=2)
        listed = QWidget()
        listed.setProperty("plain", "true")
        self._list = QVBoxLayout(listed)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(0)
        self._list.addStretch(1)
        self._area = scroll_area(listed)
        self._area.setAccessibleName(_("Bit rates"))
        self._area.verticalScrollBar().setSingleStep(theme().px("table.row.compact") + 4)
        self._present = QVBoxLayout()
        """The row of the present bit rate: below those that scroll, so that it stays in sight."""
        self._rates = QWidget()
        rates = QVBoxLayout(self._rates)
        rates.setContentsMargins(0, 0, 0, 0)
        rates.setSpacing(0)
        rates.addWidget(self._area)
        rates.addLayout(self._present)
        self._how = Paragraph("", "caption", "muted")
        self._detect = Button(_("Detect bit rate"), self._search.detect, icon="ph.magnifying-glass", name="live_detect")
        self._stop = Button(_("Stop detecting"), self._search.stop, icon="ph.stop", name="live_detect_stop")
        self._use = Button("", self._search.use, kind="primary", icon="ph.check", name="live_use_rate")
        timing = Button(_("Open bit timing"), open_timing, kind="link", name="live_open_timing")
        acting = QWidget()
        acts = FlowLayout(acting)  # in some languages they need a second line
        for button in (self._use, self._detect, self._stop, timing):
            acts.addWidget(button)
        self._foot = _column(self._how, acting, spacing=8)
        self._grid = QGridLayout()
        self._grid.setSpacing(0)
        whole.addLayout(self._grid, 1)
        self.show_low(low=False)

    def show_low(self, *, low: bool) -> None:
        """Have the bit rates beside the rest rather than between it, where there is little height."""
        top, self._low = Qt.AlignmentFlag.AlignTop, low
        self._show_how()
        self._limit_height()
        self._grid.addWidget(self._texts, 0, 0, top)
        self._grid.addWidget(self._foot, 1 if low else 2, 0, top)
        self._grid.addWidget(self._rates, 0 if low else 1, 1 if low else 0, 2 if low else 1, 1)
        for column in range(2):
            self._grid.setColumnStretch(column, 1 if low or not column else 0)
        for row in range(3):
            self._grid.setRowStretch(row, int(row == (1 if low else 2)))

    def _show_how(self) -> None:
        """How detecting works has a tooltip alone where there is little height, and once something was found."""
        self._how.setVisible(self._search.found is None and not self._low)
        self._detect.setToolTip(plain_tooltip(self._how.text()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_whole_rows()

    def _show_whole_rows(self) -> None:
        """Leave free what is left of the height of the list below the last row that has room."""
        row = theme().px("table.row.compact") + 4
        height = self._area.height()
        spare = height % row if height < row * (self._list.count() - 1) else 0
        if self._area.viewportMargins().bottom() != spare:
            self._area.setViewportMargins(0, 0, 0, spare)

    def accessible_text(self) -> str:
        """Its title, and what it says of the bus."""
        parts = (self.accessibleName(), self._sentence.text(), self._why.text())
        return " ".join(sentence(one) for one in parts if one)

    # ---- what is shown

    def _show(self) -> None:
        search = self._search
        lines = search.lines()
        self._show_rows(lines)
        if search.present is not None:
            self._badge.show_state("warn", _("Only errors at {rate}").format(rate=bit_rate(search.present)))
        said, why = self._sentences(lines)
        for label, text in ((self._sentence, said), (self._why, why)):
            if label.text() != text:
                label.setText(text)
            label.setVisible(bool(text))
        how = _(
            "Listens only and sends nothing. At most {seconds} s; ends at the first bit rate that reads {count} frames."
        )
        self._how.setText(how.format(seconds=number(search.seconds(), most=1), count=number(ENOUGH_FRAMES)))
        self._show_how()
        self._show_buttons(search.found)
        if search.detection is not None and said != self._told and self.isVisible():
            announce(self, f"{said} {why}".strip(), urgent=True)
        self._told = said

    def _show_buttons(self, found: int | None) -> None:
        search, focused = self._search, self.focusWidget()
        if search.present is None and not search.is_running:
            return  # it is hidden next, and the focus in it goes to the frames
        had_focus = focused is not None and focused.hasFocus() and focused in (self._detect, self._stop, self._use)
        _set_text(self._detect, _("Detect again") if search.detection is not None else _("Detect bit rate"))
        self._detect.set_kind("primary" if found is None else "plain")
        self._detect.disable("" if search.is_running else search.why_not_detected())
        if found is not None:
            _set_text(self._use, _("Use {rate}").format(rate=bit_rate(found)))
            self._use.disable("" if search.is_running else search.why_not_used())
        shown = {self._stop} if search.is_running else {self._detect, *({self._use} if found is not None else ())}
        for button in shown:
            button.show()
        if had_focus and focused not in shown:  # before it is hidden: Qt would move the focus to a neighbour first
            target = self._use if self._use in shown else self._detect if self._detect in shown else self._stop
            target.setFocus(Qt.FocusReason.OtherFocusReason)
        for button in {self._stop, self._detect, self._use} - shown:
            button.hide()

    def _sentences(self, lines: list[RateLine]) -> tuple[str, str]:
        """What is known of the bit rate, and why."""
        search, found = self._search, self._search.detection
        listening = next((one for one in lines if one.state == "listening"), None)
        if search.problem:
            return search.problem, ""
        if listening is not None:
            rate = bit_rate(listening.bitrate)
            return _("Listening at {rate}").format(rate=rate), _("The live bus opens again afterwards.")
        if found is not None:
            heard = next((one for one in found.heard if one.bitrate == found.bitrate), None)
            return found.sentence, _("Heard at it: {what}.").format(what=heard_text(heard)) if heard is not None else ""
        first = next((one for one in lines if one.state == ""), None)
        if first is None or not search.is_known(first.bitrate):
            why = _("No other dongle, profile or earlier reading says which one it has.")
            return _("The bit rate of this bus isn't known"), why
        return _("{rate} is the likeliest").format(rate=bit_rate(first.bitrate)), f"{first.why}."

    def _show_rows(self, lines: list[RateLine]) -> None:
        order = [(one.bitrate, one.state == "present") for one in lines]
        if order != self._order:
            self._order = order
            for row in self._rows.values():
                for layout in (self._list, self._present):
                    layout.removeWidget(row)
                row.hide()
                row.deleteLater()
            self._rows = {one.bitrate: _RateRow(one.bitrate, self._search) for one in lines}
            for bitrate, is_present in order:
                row = self._rows[bitrate]
                if is_present:
                    self._present.addWidget(row)
                else:
                    self._list.insertWidget(self._list.count() - 1, row)
                row.show()
            self._limit_height()
        likeliest = self._likeliest(lines)
        for line in lines:
            row = self._rows[line.bitrate]
            row.show_line(line, can_choose=not self._search.is_running, is_likeliest=line is likeliest)

    def _limit_height(self) -> None:
        """Keep some rows in sight beside the present one; in a low pane one, else that would lie over them."""
        height, scrolled = theme().px("table.row.compact") + 4, sum(not is_present for _rate, is_present in self._order)
        least = 1 if self._low else _LEAST_ROWS - (scrolled < len(self._order))
        self._area.setMinimumHeight(height * min(least, scrolled))
        self._area.setMaximumHeight(height * scrolled + 1)

    def _likeliest(self, lines: list[RateLine]) -> RateLine | None:
        """The bit rate that the heading names before one is detected."""
        first = next((one for one in lines if one.state == ""), None)
        if self._search.detection is not None or self._search.is_running or self._search.problem or first is None:
            return None
        return first if self._search.is_known(first.bitrate) else None


def _set_text(button: Button, text: str) -> None:
    if button.text() != text:
        button.setText(text)
        button.updateGeometry()


def _column(*parts: QWidget, spacing: int) -> QWidget:
    """These parts below one another; a line at their end goes from edge to edge."""
    holder = QWidget()
    whole = QVBoxLayout(holder)
    whole.setContentsMargins(0, 0, 0, 0)
    whole.setSpacing(0)
    inner = QVBoxLayout()
    inner.setContentsMargins(12, 10, 12, 10)
    inner.setSpacing(spacing)
    whole.addLayout(inner)
    for part in parts:
        (whole if isinstance(part, QFrame) and not isinstance(part, QLabel) else inner).addWidget(part)
    return holder


class _RateRow(QWidget):
    """A bit rate: whether it is tried, why it is listed or what was heard at it, and a mark."""

    def __init__(self, bitrate: int, search: BitRateSearch) -> None:
        super().__init__()
        self._shown: tuple[RateLine, bool, bool] | None = None
        self._is_marked = False
        self.setFixedHeight(theme().px("table.row.compact") + 4)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        row = QHBoxLayout()
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(8)
        self.tick = CheckBox()
        self.tick.setObjectName(f"try_rate_{bitrate}")
        self.tick.setAccessibleName(_("Try {rate}").format(rate=bit_rate(bitrate)))
        self.tick.toggled.connect(lambda on: search.set_tried(bitrate, tried=on))
        self._space = QWidget()
        for first in (self.tick, self._space):
            first.setFixedWidth(18)
            row.addWidget(first)
        rate = Text(bit_rate(bitrate), "body_strong")
        rate.setFixedWidth(_RATE_WIDTH)
        row.addWidget(rate)
        self._why = Elided("", "caption", "muted")
        row.addWidget(self._why, 1)
        self._icon, self._word = Icon("ph.check", "ok", 14), Text("", "caption")
        row.addWidget(self._icon)
        row.addWidget(self._word)
        column.addLayout(row, 1)
        column.addWidget(hairline())

    def show_line(self, line: RateLine, *, can_choose: bool, is_likeliest: bool) -> None:
        """Show this line of the same bit rate; what speaks for the likeliest one stands in the heading."""
        if self._shown == (line, can_choose, is_likeliest):
            return
        self._shown = (line, can_choose, is_likeliest)
        self._is_marked = is_likeliest or line.state in ("found", "listening")
        self.update()
        is_present = line.state == "present"
        self.tick.setVisible(not is_present)
        self._space.setVisible(is_present)
        self.tick.blockSignals(True)
        self.tick.setChecked(line.is_tried)
        self.tick.blockSignals(False)
        self.tick.setEnabled(can_choose)
        text = heard_text(line.heard) if line.heard is not None else line.why
        self._why.setText("" if is_likeliest else text)
        self._why.setToolTip(plain_tooltip(line.why))
        word, icon, tone = _marks()["likeliest" if is_likeliest else line.state]
        self.tick.setAccessibleDescription(", ".join(filter(None, (line.why, text if text != line.why else "", word))))
        for part in (self._icon, self._word):
            part.setVisible(bool(word))
        if word:
            self._icon.show_icon(icon, f"text.{tone}" if tone == "muted" else tone)
            self._word.setText(word)
            self._word.set_tone(tone)

    def paintEvent(self, event: QPaintEvent) -> None:
        """With the ground and the edge of a selected row, where it is the one to look at."""
        super().paintEvent(event)
        if self._is_marked:
            with QPainter(self) as painter:
                painter.fillRect(self.rect(), theme().color("selection"))
                painter.fillRect(QRect(0, 0, 2, self.height()), theme().color("accent"))


def _marks() -> dict[RateState | Literal["likeliest"], tuple[str, str, Tone]]:
    """A word, its icon and its tone for each state."""
    return {
        "": ("", "", "text"),
        "likeliest": (_("first"), "ph.arrow-right", "info"),
        "present": (_("now"), "ph.x-circle-fill", "error"),
        "listening": (_("listening"), "ph.broadcast", "info"),
        "failed": (_("no"), "ph.x-circle", "muted"),
        "found": (_("fits"), "ph.check-circle-fill", "ok"),
    }
