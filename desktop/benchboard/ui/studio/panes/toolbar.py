"""The strip above the page: steps, size, what is shown, and the ways out of it. What does not fit goes into “More”."""

from collections.abc import Callable
from typing import Final

from PySide6.QtGui import QResizeEvent, QUndoStack
from PySide6.QtWidgets import QSizePolicy, QWidget

from benchboard.i18n import _, ngettext
from benchboard.ui.studio.document.acts import act, cap
from benchboard.ui.widgets.buttons import Button, SegmentedControl
from benchboard.ui.widgets.labels import Elided, hairline, plain_tip
from benchboard.ui.widgets.popover import Item, menu
from benchboard.ui.widgets.surfaces import Icon, Toolbar

Run = Callable[[str], None]
"""Does the act called so."""

_EXPORTS: Final = ("export_png", "export_svg", "export_pdf", "export_json", "export_grafana", "print")
_SELDOM: Final = ("find", "json", "copies", "variables", "templates", "choose_all", "keys")
CHANGING: Final = frozenset(
    ("add", "save", "variables", "templates", "name_version", "follow", "share", "rename_dashboard", "rename_widget")
)
"""What only those may do who may change the page."""
_SPACE: Final = 8
OF_MANY: Final = ("rename_dashboard", "versions", "name_version", "share")
"""Acts of dashboards that the home page has not."""


def saved_words(seconds: int) -> str:
    """How long ago the page was stored."""
    if seconds < 2:
        return _("Saved now")
    if seconds < 60:
        return _("Saved {seconds} s ago").format(seconds=seconds)
    minutes = seconds // 60
    if minutes < 60:
        return _("Saved {minutes} min ago").format(minutes=minutes)
    hours = minutes // 60
    return ngettext("Saved {hours} hour ago", "Saved {hours} hours ago", hours).format(hours=hours)


def usual_states() -> list[str]:
    """What there is room for; what is said beside these, a problem, gives way and is whole in the tooltip."""
    saved = [saved_words(seconds) for seconds in (0, 48, 48 * 60, 3600, 48 * 3600)]
    return [
        *saved,
        _("Opening"),
        _("Not opened"),
        _("Not saved yet"),
        _("Saving"),
        _("Needs your decision"),
        _("Up to date"),
    ]


class StudioBar(Toolbar):
    """Asks for acts by name, and shows how the page stands."""

    def __init__(self, run: Run, *, shared: bool) -> None:
        super().__init__()
        self._run, self._shared = run, shared
        self._changing = True
        self._fill_left()
        self._fill_right()
        self._wordy = (self.json, self.versions, self.export, self.present)
        self._gives_way = (self.json, self.export, self.present, self.fit, self._find)

    def _fill_left(self) -> None:
        """How the page is shown."""
        run = self._run
        self.fold = {"left": self._fold("left", _("Left pane")), "right": self._fold("right", _("Right pane"))}
        self._undo = self._button("undo", _("Undo"), "ph.arrow-u-up-left")
        self._redo = self._button("redo", _("Redo"), "ph.arrow-u-up-right")
        titles = {"desktop": _("Desktop"), "tablet": _("Tablet"), "phone": _("Phone")}
        icons = {key: act(key).icon for key in titles}
        self.breakpoints = SegmentedControl(list(titles.items()), label=_("Page as on a"), icons=icons)
        self.breakpoints.chosen.connect(run)
        smaller = self._button("zoom_out", _("Smaller"), "ph.minus")
        self._zoom = Button("", lambda: run("zoom_reset"), kind="quiet", tip=_("Show at 100 %"), name="studio_zoom")
        self._zoom.setFixedWidth(64)
        larger = self._button("zoom_in", _("Larger"), "ph.plus")
        self.fit = Button(_("Fit"), lambda: run("fit"), kind="quiet", tip=_("Show the whole page"), name="studio_fit")
        self._find = self._button("find", _("Find a widget on the page"), "ph.magnifying-glass")
        shown = (self.breakpoints, _line(), smaller, self._zoom, larger, self.fit, self._find)
        for widget in (self.fold["left"], _line(), self._undo, self._redo, _line(), *shown):
            self.add(widget)

    def _fill_right(self) -> None:
        """How the page stands, and the ways out of it."""
        run = self._run
        self.mark, self.state = Icon("ph.check", "ok"), self._state_text()
        self.json = Button(
            _("JSON"), lambda: run("json"), icon="ph.brackets-curly", tip=_("Show the page as JSON (Ctrl J)"),
            name="studio_json",
        )  # fmt: skip
        self.json.setCheckable(True)
        self.export = Button(
            _("Export"), self._offer_exports, icon="ph.export", menu=True, tip=_("Export"), name="studio_export"
        )
        self.present = Button(
            _("Present"), lambda: run("present"), icon="ph.play", tip=_("Fill the window (F5)"), name="studio_present"
        )
        self.save = Button(_("Save now"), lambda: run("save"), tip=_("Save"), name="studio_save")
        self.versions = Button(
            _("Versions"), lambda: run("versions"), icon="ph.clock-counter-clockwise",
            tip=_("What it was, and the way back"), name="studio_versions",
        )  # fmt: skip
        self.share = Button(
            _("Share"), lambda: run("share"), kind="primary", icon="ph.share-network", name="studio_share"
        )
        self.more = Button("", self._offer_more, kind="quiet", icon="ph.dots-three", tip=_("More"), name="studio_more")
        many = (self.versions, self.share)
        for widget in (self.mark, self.state, self.json, self.export, self.present, self.save, *many, self.more,
                       self.fold["right"]):  # fmt: skip
            self.add_right(widget)
        for widget in many:
            widget.setVisible(self._shared)

    def _state_text(self) -> Elided:
        state = Elided("", tone="muted")
        state.setObjectName("studio_saved")
        widest = max(state.fontMetrics().horizontalAdvance(text) for text in usual_states())
        state.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self._state_width = widest + 4  # whatever it says, nothing beside it moves
        state.setFixedWidth(self._state_width)
        return state

    @property
    def find_anchor(self) -> QWidget:
        """What the finding opens at."""
        return self.more if self._find.isHidden() else self._find

    def show_steps(self, stack: QUndoStack) -> None:
        """What could be taken back or taken again."""
        for button, name, none, possible, text, keys in (
            (self._undo, _("Undo"), _("Nothing to take back"), stack.canUndo(), stack.undoText(), "Ctrl Z"),
            (self._redo, _("Redo"), _("Nothing to repeat"), stack.canRedo(), stack.redoText(), "Ctrl Shift Z"),
        ):
            button.setEnabled(possible)
            what = f"{name}: {text}" if text else name
            button.setToolTip(plain_tip(f"{what} ({keys})" if possible else none))
            button.setAccessibleDescription(text)

    def show_sides(self, *, left: bool, right: bool) -> None:
        """Which panes there are beside the page."""
        self.fold["left"].setChecked(left)
        self.fold["right"].setChecked(right)

    def offer_changes(self, offered: bool) -> None:
        """Offer what changes the page, or only what shows it."""
        self._changing = offered
        for button in (self.save, *((self.share,) if self._shared else ())):
            button.setVisible(offered)
        self._make_room()

    def show_breakpoint(self, name: str) -> None:
        """Which page is shown: `tablet`, `phone`, or with nothing the desktop's."""
        self.breakpoints.choose(name or "desktop")

    def show_zoom(self, zoom: float) -> None:
        """How large the page is shown; 1 is 100 %."""
        self._zoom.setText(_("{percent} %").format(percent=round(zoom * 100)))

    def show_state(self, text: str, icon: str, role: str, *, may_save: bool) -> None:
        """Whether the page is stored."""
        self.state.setText(text)
        self.mark.show_icon(icon, role)
        self.save.setEnabled(may_save)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """Leave as many words away as it takes, then hide what gives way, the first ones first; at last what is said of
        the saving is shortened, never covered."""
        self.state.setFixedWidth(self._state_width)
        for button in self._gives_way:
            button.show()
        for button in self._wordy:
            button.show_words(True)
        for words in (True, False):
            self.breakpoints.show_words(words)
            if self._fits():
                return
        for button in self._wordy:
            button.show_words(False)
            if self._fits():
                return
        for button in self._gives_way:
            button.hide()
            if self._fits():
                return
        self.state.setFixedWidth(max(0, self._state_width - self._lacking()))

    def _fits(self) -> bool:
        return self._lacking() <= 0

    def _lacking(self) -> int:
        self._row.invalidate()
        return self._row.minimumSize().width() - self.width()

    def _offer_exports(self) -> None:
        menu(self.export, [self._item(key) for key in _EXPORTS], name="export_menu")

    def _offer_more(self) -> None:
        keys = [*_SELDOM, *(OF_MANY if self._shared else ())]
        keys += ["present"] if self.present.isHidden() else []
        keys += ["fit"] if self.fit.isHidden() else []
        keys += _EXPORTS if self.export.isHidden() else ()
        offered = [key for key in keys if self._changing or key not in CHANGING]
        menu(self.more, [self._item(key) for key in offered], name="more_menu")

    def _item(self, key: str) -> Item:
        known = act(key)
        under = cap(known.keys[0]) if known.keys else ""
        return Item(_(known.title), lambda: self._run(key), known.icon, under, name=f"do_{key}")

    def _fold(self, side: str, name: str) -> Button:
        button = self._button(f"fold_{side}", name, act(f"fold_{side}").icon)
        button.setCheckable(True)
        return button

    def _button(self, key: str, name: str, icon: str) -> Button:
        tip = name if not act(key).keys else f"{name} ({cap(act(key).keys[0])})"
        button = Button("", lambda: self._run(key), kind="quiet", icon=icon, tip=tip, name=f"studio_{key}")
        button.setAccessibleName(name)
        return button


def _line() -> QWidget:
    line = hairline(vertical=True)
    line.setFixedHeight(20)
    return line
