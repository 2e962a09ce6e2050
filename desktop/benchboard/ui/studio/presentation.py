"""A presentation beyond the page itself: its header, the pages it turns to, and what happens by itself meanwhile."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication, QBoxLayout, QHBoxLayout, QSizePolicy, QWidget

from benchboard.i18n import _, ngettext
from benchboard.ui.studio.canvas.canvas import Canvas
from benchboard.ui.studio.canvas.presentation_mode import PresentationMode
from benchboard.ui.studio.panes.variables_bar import VariablesBar
from benchboard.ui.studio.presentation_parts import EditPresented, LeaveHint, PageDots, StateAndClock
from benchboard.ui.studio.rotation import Rotation, interval_of
from benchboard.ui.studio.tiles.page_grid import WALL_MARGIN
from benchboard.ui.theme import theme
from benchboard.ui.time_format import full_date
from benchboard.ui.widgets.accessible import announce
from benchboard.ui.widgets.labels import Elided
from benchboard.ui.widgets.surfaces import set_surface
from benchboard.ui.widgets.toasts import Toast, keep_toasts_above

if TYPE_CHECKING:
    from benchboard.ui.context import Context

IDLE_MS: Final = 3_000
"""How long after the last movement of the mouse the hint and the pointer are shown."""
REREAD_MS: Final = 60_000
"""How often the data of a presented page is read again."""
_UNLIMITED: Final = 16_777_215  # QWIDGETSIZE_MAX, which PySide does not have
_HINT_SIZE: Final = 14
_HEADER_TOP: Final = 24
_HEADER_ROW: Final = 42
"""The height of the header below its margin, in pixels at 1440×900: that of a field of a variable."""
_LEAST_TITLE: Final = 0.35
"""The part of the room for both that the title keeps beside variables."""
_SIZES: Final = {
    "presented_title": 28, "presented_clock": 22, "presented_date": 15, "presented_freshness": 15,
    "presented_trouble": 15,
}  # fmt: skip
"""The sizes of the header's texts in pixels at 1440×900."""


class PresentationDisplay(QObject):
    """Shows and runs what belongs to a presented page.

    The page's variables stand in `header` between its title and the clock; `dots` stand below the page.
    """

    passed_end = Signal(int)
    """The page after the last one of this dashboard (1), or before its first (-1), is to be shown."""

    def __init__(self, context: "Context", canvas: Canvas, mode: PresentationMode, name: Callable[[], str]) -> None:
        super().__init__(canvas)
        self._context, self._canvas, self._mode, self._name = context, canvas, mode, name
        self.pages_around: Callable[[], tuple[int, int] | None] = lambda: (0, 0)
        """How many pages other dashboards have before and after this one's; None while that isn't known."""
        self.variables: VariablesBar | None = None
        """The fields that stand between the title and the clock."""
        self.rotation = Rotation(self)
        self.header, self.state, self.dots = QWidget(), StateAndClock(), PageDots()
        self.title = Elided("", "wall_title")
        self.title.setObjectName("presented_title")
        self.title.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.hint = LeaveHint(canvas, self.dots)
        self.edit = EditPresented(canvas, self.dots, self._edit)
        self.idle = QTimer(self, interval=IDLE_MS, singleShot=True)
        self._clock = QTimer(self, interval=1_000)
        self._reread = QTimer(self, interval=REREAD_MS)
        self._pointer = QPoint()
        self._is_pointer_hidden = False
        self._told_page: int | None = None
        """The page that a screen reader knows, counted from 0; None while nothing is presented."""
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        set_surface(self.header, "canvas")
        row = QHBoxLayout(self.header)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.title)
        row.addStretch(0)  # without variables, it keeps the clock at the right
        row.addWidget(self.state)
        for part in (self.title, self.state):
            part.hide()
        for footer in (self.dots, self.hint):
            keep_toasts_above(footer)

    @property
    def row(self) -> QBoxLayout:
        """The layout of the header, for the variables."""
        row = self.header.layout()
        assert isinstance(row, QBoxLayout)
        return row

    def _connect(self) -> None:
        self._mode.changed.connect(self._follow)
        self._mode.passed_end.connect(self._pass_end)
        self._mode.pause_requested.connect(self._pause)
        self._canvas.screen_changed.connect(self.rotation.restart)
        self._canvas.screen_changed.connect(self._tell_page)
        self._canvas.query_runner.result_changed.connect(self._show_state)
        self._canvas.query_runner.drawing_changed.connect(self._show_state)
        self.rotation.due.connect(self._turn_by_itself)
        self.rotation.progressed.connect(self.show_page)
        self.idle.timeout.connect(self._rest)
        self._clock.timeout.connect(self._show_state)
        self._reread.timeout.connect(self._canvas.query_runner.refresh)

    def fit(self) -> None:
        """Fit the header and the dots to the window."""
        if not self._mode.on:
            self.header.setStyleSheet("")
            self.header.setMinimumHeight(0)
            self.header.setMaximumHeight(_UNLIMITED)
            self.header.setContentsMargins(0, 0, 0, 0)
            return
        scale = self._canvas.wall_scale
        sizes = {name: round(size * scale) for name, size in _SIZES.items()}
        sheet = "".join(f"QLabel#{name} {{ font-size: {size}px }}\n" for name, size in sizes.items())
        sheet += f'QLabel[type="body"], QLineEdit {{ font-size: {round(15 * scale)}px }}\n'
        if self.header.styleSheet() != sheet:
            self.header.setStyleSheet(sheet)
        margin = round(WALL_MARGIN * scale)
        self.header.setContentsMargins(margin, round(_HEADER_TOP * scale), margin, 0)
        # Of all dashboards alike, with variables or without: their pages have the same height, and so can be counted.
        self.header.setFixedHeight(round((_HEADER_TOP + _HEADER_ROW) * scale))
        self._share_width(self.header.width() - 2 * margin - self.state.sizeHint().width())
        self.dots.set_scale(scale)
        self.hint.place()
        self.edit.place()

    def _share_width(self, room: int) -> None:
        """Share `room` pixels between the title and the variables: first the title is shortened, then they are."""
        gap = theme().px("spacing.6")
        needed = self.title.fontMetrics().horizontalAdvance(self._name()) + 2
        if self.variables is None or not self.variables.natural_width:
            self.title.setFixedWidth(max(0, min(needed, room - gap)))
            return
        least = min(needed, round(room * _LEAST_TITLE))
        title = max(least, min(needed, room - gap - self.variables.natural_width))
        self.title.setFixedWidth(title)
        self.variables.fit_to(max(0, room - gap - title))

    def show_name(self) -> None:
        """Show the present name of the page."""
        self.title.setText(self._name())
        self.fit()

    def _follow(self, on: bool) -> None:
        """Begin or end what belongs to the presentation."""
        self.title.setVisible(on)
        self.state.setVisible(on)
        self.dots.setVisible(on)
        self.show_name()
        app = QApplication.instance()
        assert app is not None
        if on:
            for toast in self._canvas.window().findChildren(Toast):
                toast.dismiss()  # what was just edited is no news on a wall
            app.installEventFilter(self)
            self._clock.start()
            self._reread.start()
            self._canvas.query_runner.refresh()
            self.rotation.start(interval_of(self._context.settings.present_every))
            self.wake()
            self._show_state()
            begun = _("Presenting {name}.").format(name=self._name())
            keys = _("Tab to go to widgets, Enter to open one")
            announce(self._canvas, f"{begun} {self.hint.text} · {keys}")
            self._told_page = self._page_and_count()[0]
            return
        self._told_page = None
        app.removeEventFilter(self)
        for timer in (self._clock, self._reread, self.idle):
            timer.stop()
        self.rotation.stop()
        self._show_pointer(True)
        self.hint.hide()
        self.edit.hide()
        self._context.status.remove("hint")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseMove and self._mode.on and QCursor.pos() != self._pointer:
            self.wake()
        elif event.type() == QEvent.Type.KeyPress and self._mode.on and watched is self._canvas:
            self._show_hints()
        elif event.type() == QEvent.Type.Resize and watched is self._canvas:
            self.hint.place()
            self.edit.place()
        return False

    def wake(self) -> None:
        """Show the hint and the pointer for a while."""
        self._pointer = QCursor.pos()
        self._show_pointer(True)
        self._show_hints()

    def _show_hints(self) -> None:
        """Show for a while how to leave and to edit."""
        sentences = [(_("{key} to exit"), {"key": "Esc"})]
        if self._has_more_pages:
            sentences.append((_("{previous} {next} to change pages"), {"previous": "←", "next": "→"}))
        if self.rotation.seconds:
            sentences.append((_("{key} to pause"), {"key": _("Space")}))
        self.hint.appear(sentences, round(_HINT_SIZE * self._canvas.wall_scale))
        if not self._canvas.editor.read_only:
            self.edit.appear()
        self.idle.start()

    def _rest(self) -> None:
        self.hint.fade()
        if not self.edit.hasFocus():
            self.edit.hide()
        if not self._is_used:
            self._show_pointer(False)

    def _show_pointer(self, shown: bool) -> None:
        if shown and self._is_pointer_hidden:
            QApplication.restoreOverrideCursor()
        elif not shown and not self._is_pointer_hidden:
            QApplication.setOverrideCursor(Qt.CursorShape.BlankCursor)
        self._is_pointer_hidden = not shown

    @property
    def _is_used(self) -> bool:
        """Whether the user is in a list of values, a table or anything else above the page."""
        focus = QApplication.focusWidget()
        return focus is not None and focus is not self._canvas and not self.header.isAncestorOf(focus)

    @property
    def _page_count(self) -> int:
        """The number of pages of this dashboard."""
        return len(self._canvas.wall.screens) if self._canvas.wall is not None else 1

    @property
    def _has_more_pages(self) -> bool:
        return self._page_count > 1 or self.pages_around() != (0, 0)

    def _page_and_count(self) -> tuple[int, int]:
        """Which page is shown, counted from 0, and of how many; 0 while that isn't known."""
        around = self.pages_around()
        page = (around[0] if around is not None else 0) + self._canvas.screen_index
        return page, self._page_count + sum(around) if around is not None else 0

    def _tell_page(self) -> None:
        """Tell a screen reader which page was turned to."""
        page, count = self._page_and_count()
        if self._mode.on and self._told_page not in (None, page) and count:
            self._told_page = page
            announce(self._canvas, _("Page {page} of {count}").format(page=page + 1, count=count), again=True)

    def show_page(self) -> None:
        """Show which page it is, below it and in the status bar."""
        if not self._mode.on:
            return
        rotation, (page, count) = self.rotation, self._page_and_count()
        rotates = rotation.seconds > 0 and self._has_more_pages
        self.dots.show_page(page, count, rotation.share if rotates else 0.0)
        if not self._has_more_pages:
            self._context.status.remove("hint")
            return
        if rotates and count:
            words = (
                _("Page {page} of {count}, paused")
                if rotation.paused
                else _("Page {page} of {count}, next in {seconds} s")
            )
        elif rotates:
            words = _("Paused") if rotation.paused else _("Next page in {seconds} s")
        else:
            words = _("Page {page} of {count}")
        self._context.status.set("hint", "", words.format(page=page + 1, count=count, seconds=rotation.remaining))

    def _show_state(self, _item_id: str = "") -> None:
        """Show the time, when the shown data was read and what couldn't be read."""
        if not self._mode.on:
            return
        now = datetime.now(UTC).astimezone()
        runner, shown = self._canvas.query_runner, [one for one, tile in self._canvas.tiles.items() if tile.isVisible()]
        since, failed = runner.read_since(shown), runner.failed_count(shown)
        freshness = ""
        if since is not None:
            local = since.astimezone()
            day = "" if local.date() == now.date() else f"{full_date(local)} "
            freshness = _("Updated {time}").format(time=f"{day}{local:%H:%M}")
        trouble = (
            ngettext("{count} widget failed", "{count} widgets failed", failed).format(count=failed) if failed else ""
        )
        self.state.show_state(freshness, trouble)
        self.state.show_time(now)
        self.fit()  # the title takes what they leave

    def _edit(self) -> None:
        self._mode.end()
        self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def _pause(self) -> None:
        """Pause the rotation or go on; without one, show the next page."""
        if self.rotation.seconds:
            self.rotation.toggle()
        else:
            self._mode.turn(1)

    def _turn_by_itself(self) -> None:
        # Nor away from a widget that Tab went to: it may be being read out.
        if self._has_more_pages and not self._is_used and not self._canvas.editor.selection:
            self._canvas.query_runner.refresh()
            self._mode.turn(1)

    def _pass_end(self, by: int) -> None:
        """Go to the next dashboard, or from the last page to the first if there is no other."""
        if self.pages_around() != (0, 0):
            self.passed_end.emit(by)
        elif self._page_count == 1:
            announce(self._canvas, _("There's only one page."), again=True)
        elif self._canvas.wall is not None:
            self._canvas.show_screen(0 if by > 0 else len(self._canvas.wall.screens) - 1)
