"""The toolbar above the page: undo, view, save state, and commands. What doesn't fit is in the More menu."""

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from typing import Protocol

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from benchboard.dashboards.favourites import favourite_title
from benchboard.i18n import _, ngettext, number, percent
from benchboard.ui.commands import REGISTRY, Handlers, MenuSection
from benchboard.ui.studio.canvas.scene.page_view import ZOOMS
from benchboard.ui.studio.document.undo_stack import UndoStack
from benchboard.ui.studio.rotation import INTERVALS
from benchboard.ui.studio.studio_commands import EXPORT_MENU, MORE_MENU
from benchboard.ui.theme import theme
from benchboard.ui.widgets.buttons import Button, Kind, SegmentedControl
from benchboard.ui.widgets.labels import Elided, hairline, plain_tooltip, restyle
from benchboard.ui.widgets.people_row import PeopleRow, ShownPerson
from benchboard.ui.widgets.popover import MenuItem, menu
from benchboard.ui.widgets.surfaces import Icon, Toolbar
from benchboard.ui.widgets.tab_order import one_tab_stop, share_tab_stop

Run = Callable[[str], None]
"""Runs the command with this id."""


class _Shortened(Protocol):
    """A control that shows less where space is short."""

    def show_label(self, shown: bool) -> None: ...


def saved_text(seconds: int | None) -> str:
    """Text for how long ago this page was stored, if it was since it opened."""
    if seconds is None or seconds < 2:
        return _("Saved")
    if seconds < 60:
        return _("Saved {seconds} s ago").format(seconds=seconds)
    minutes = seconds // 60
    if minutes < 60:
        return _("Saved {minutes} min ago").format(minutes=minutes)
    hours = minutes // 60
    return ngettext("Saved {hours} hour ago", "Saved {hours} hours ago", hours).format(hours=hours)


def broken_text(count: int) -> str:
    """Text for a page that is stored, with this many queries that fail."""
    return ngettext("Saved · {count} query fails", "Saved · {count} queries fail", count).format(count=number(count))


def undrawn_text(count: int) -> str:
    """Text for a page with this many widgets that can't be drawn."""
    return ngettext("{count} widget not drawn", "{count} widgets not drawn", count).format(count=number(count))


def interval_text(seconds: int) -> str:
    """The name of an interval between the pages of a presentation."""
    if not seconds:
        return _("Don't rotate")
    return _("{count} s").format(count=seconds) if seconds < 60 else _("{count} min").format(count=seconds // 60)


def sized_states() -> list[str]:
    """The texts that the state label is sized for; a longer one, for a problem, is elided and shown whole in the
    tooltip.
    """
    saved = [saved_text(seconds) for seconds in (0, 48, 48 * 60, 3600, 48 * 3600)]
    return [
        *saved,
        broken_text(1),
        _("Opening"),
        _("Couldn't open"),
        _("Not saved yet"),
        _("Saving"),
        _("Conflict"),
        _("Up to date"),
        _("Not up to date"),
        _("Not saved"),
    ]


class PageToolbar(Toolbar):
    """Buttons and menus for the commands of the page, and its save state.

    `offered` returns the commands available now.
    """

    room_changed = Signal()
    """There may be another room for the fields of the page."""

    def __init__(self, run: Run, handlers: Callable[[], Handlers], *, shared: bool, parent: QWidget) -> None:
        super().__init__(parent=parent)
        self.setAccessibleName(_("Dashboard"))
        one_tab_stop(self)
        self._run, self._handlers, self._shared = run, handlers, shared
        self._fill_left()
        self._fill_right()
        self._shortened: tuple[_Shortened, ...] = (
            self.people, self.export, self.versions, self.present,
        )  # fmt: skip
        """What has words that are given up last."""
        self._secondary: tuple[QWidget, ...] = (
            self._zooming, self.fit, self._every, self.favourite, self._find, self.save,
        )  # fmt: skip
        # What is used most stays longest; all of it is in the More menu.
        self._overflowing: tuple[QWidget, ...] = (*self._secondary, self.export, self.versions, self.present)
        self._offers_changes = True
        self._states_problem = False
        """Whether the save state is a problem, whose text is always shown."""

    def _fill_left(self) -> None:
        """Add the controls for the display of the page."""
        run = self._run
        self.fold = {
            "left": self._fold_button("left", _("Left pane")),
            "right": self._fold_button("right", _("Right pane")),
        }
        self._undo = self._button("undo")
        self._redo = self._button("redo")
        titles = {"desktop": _("Desktop"), "tablet": _("Tablet"), "phone": _("Phone")}
        icons = {key: REGISTRY[f"studio.{key}"].icon for key in titles}
        self.breakpoints = SegmentedControl(list(titles.items()), label=_("Breakpoint"), icons=icons)
        self.breakpoints.selected.connect(lambda key: run(f"studio.{key}"))
        smaller = self._button("zoom_out", icon="ph.minus")
        self._zoom = self._text_button("zoom_reset", "", name="studio_zoom", kind="quiet")
        self._zoom.setFixedWidth(self._zoom.fontMetrics().horizontalAdvance(percent(ZOOMS[-1] * 100, 0)) + 20)
        larger = self._button("zoom_in", icon="ph.plus")
        self.fit = self._text_button("zoom_to_fit", _("Fit"), name="studio_fit", kind="quiet")
        self._find = self._button("find")
        self._zooming = _adjoined(smaller, self._zoom, larger)
        undoing = _adjoined(self._undo, self._redo)
        for widget in (self.fold["left"], _separator(), undoing, _separator(), self.breakpoints):
            self.add(widget)
        self.view = _adjoined(_separator(), self._zooming, self.fit, self._find, spacing=theme().px("spacing.2"))
        """The zoom and the search: among the buttons, or in the row of the fields."""
        self._without_room: tuple[QWidget, ...] = ()
        """The parts of it without room in that row."""
        self._fields_line = _separator()
        self._fields_line.setParent(self)
        self._fields_line.hide()
        self._fields: QWidget | None = None

    def _fill_right(self) -> None:
        """Add who else is here, the save state, and the buttons for export, versions and more."""
        self.people = PeopleRow(_("Also on this dashboard"), name="studio_people")
        self.favourite = Button(
            "", partial(self._run, "studio.dashboards.favourite"), kind="quiet", icon="ph.star",
            name="studio_favourite",
        )  # fmt: skip
        self.show_favourite(False)
        self.mark, self.state = Icon("ph.check", "ok"), self._state_text()
        self.export = Button(
            _("Export"), self._open_export_menu, icon="ph.export", menu=True, tip=_("Export"), name="studio_export"
        )
        self.present = self._text_button("present", _("Present"), name="studio_present", with_icon=True)
        self._every = self._button("present_every", icon="ph.caret-down", kind="plain")
        self._every.setProperty("joined", "right")
        self._presenting = _adjoined(self.present, self._every)
        self.save = self._text_button("save_version", _("Save version"), name="studio_save", with_icon=True)
        self.versions = self._text_button("show_versions", _("Versions"), name="studio_versions", with_icon=True)
        self.share = self._text_button("share", _("Share"), name="studio_share", with_icon=True, kind="primary")
        self.more = Button(
            "", self._open_more_menu, kind="quiet", icon="ph.dots-three", tip=_("More"), name="studio_more"
        )
        of_versions = (self.save, self.versions, self.share)
        last = _adjoined(self.more, self.fold["right"])
        shown = (self.people, self.favourite, self.mark, self.state, self.export, self._presenting, *of_versions, last)
        for widget in shown:
            self.add_right(widget)
        for widget in (self.favourite, *of_versions):
            widget.setVisible(self._shared)

    def _state_text(self) -> Elided:
        state = Elided("", tone="muted")
        state.setObjectName("studio_saved")
        widest = max(state.fontMetrics().horizontalAdvance(text) for text in sized_states())
        state.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self._state_width = widest + 4  # fixed, so that the buttons beside it don't move when the text changes
        state.setFixedWidth(self._state_width)
        return state

    @property
    def find_anchor(self) -> QWidget:
        """The widget that the find popover opens at."""
        return self.more if self._find.isHidden() else self._find

    def show_undo_state(self, stack: UndoStack) -> None:
        """Show what can be undone and redone."""
        for button, name, none, possible, text, command in (
            (self._undo, _("Undo"), _("Nothing to undo"), stack.can_undo(), stack.undo_title(), "undo"),
            (self._redo, _("Redo"), _("Nothing to redo"), stack.can_redo(), stack.redo_title(), "redo"),
        ):
            button.setEnabled(possible)
            keys = REGISTRY[f"studio.{command}"].key
            what = f"{name}: {text}" if text else name
            button.setToolTip(plain_tooltip(f"{what} ({keys})" if possible else none))
            button.setAccessibleDescription(text)

    def show_side_panes(self, *, left: bool, right: bool) -> None:
        """Check the buttons of the panes that are shown."""
        self.fold["left"].setChecked(left)
        self.fold["right"].setChecked(right)

    def offer_changes(self, offered: bool) -> None:
        """Show the buttons that edit the page, or only those that don't."""
        self._offers_changes = offered
        self.share.setVisible(offered and self._shared)
        self._fit_width()
        self.room_changed.emit()

    def show_breakpoint(self, name: str) -> None:
        """Show the current breakpoint: `tablet`, `phone`, or empty for the desktop."""
        self.breakpoints.set_current(name or "desktop")

    def show_zoom(self, zoom: float) -> None:
        """Show the zoom; 1 is 100 %."""
        self._zoom.setText(percent(zoom * 100, 0))

    def show_people(self, people: Sequence[ShownPerson]) -> None:
        """Show who else is on the dashboard."""
        if self.people.show_people(people):
            self._fit_width()
            self.room_changed.emit()

    def show_favourite(self, favourite: bool) -> None:
        """Show whether the dashboard is one of the user's favourites."""
        title = favourite_title(favourite)
        self.favourite.setIcon(
            theme().icon("ph.star-fill", "warn") if favourite else theme().icon("ph.star", "text.secondary")
        )
        self.favourite.setToolTip(plain_tooltip(title))
        self.favourite.setAccessibleName(title)

    def show_state(self, text: str, icon: str, role: str, *, may_save: bool, reason: str = "") -> None:
        """Show the save state; its `reason` is in the tooltip. Where its text has no room, the icon's tooltip has it,
        but a problem is always said in words.
        """
        self.state.setText(text)
        self.state.set_reason(reason)
        self.mark.show_icon(icon, role)
        self.mark.setAccessibleName(text)
        self.mark.setToolTip(plain_tooltip("\n".join(line for line in (text, reason) if line)))
        self.save.setEnabled(may_save)
        is_problem = role in ("warn", "error")
        if is_problem != self._states_problem:
            self._states_problem = is_problem
            self._fit_width()
            self.room_changed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_width()
        self.room_changed.emit()

    def room_for_fields(self) -> int:
        """Pixels for the time range and the variables beside all buttons with their words, the zoom and the whole save
        state: a row of their own costs less than words do. Negative if there is no room. `hold` follows.
        """
        self._show_all_words()
        self._update_sizes()
        spacing = theme().px("spacing.2")
        line = self._fields_line.sizeHint().width() + spacing
        room = -self.missing_width() - line - spacing
        if self._fields is not None:
            room += line + self._fields.minimumSizeHint().width() + spacing
        if not self._holds_view:
            room -= self.view.minimumSizeHint().width() + spacing
        if not self.people.isHidden():  # whoever comes or goes: the fields stay where they are
            room += self.people.sizeHint().width() + spacing
        return room

    def fit_view(self, room: int) -> None:
        """Show as much of the zoom and the search as fits into `room` pixels of another row; the rest is under More."""
        spacing, parts = theme().px("spacing.2"), (self._zooming, self.fit, self._find)
        widths = [one.sizeHint().width() + spacing for one in parts]
        self._without_room = next(parts[:count] for count in range(4) if count == 3 or sum(widths[count:]) <= room)
        for one in parts:
            one.setVisible(one not in self._without_room)
        self.view.setVisible(len(self._without_room) < len(parts))

    def hold(self, fields: QWidget | None, *, view: bool) -> None:
        """Show the zoom, and the time range and the variables, among the buttons, or leave them to another row."""
        if view:
            self._without_room = ()
        if view and not self._holds_view:
            share_tab_stop(self.view)
            self.add(self.view)
            self.view.show()
        elif not view:
            one_tab_stop(self.view)
            self.take(self.view)
        if fields is not None and self._fields is None:
            self.add(self._fields_line)
            self.add(fields)
            fields.show()
        elif fields is None and self._fields is not None:
            self.take(self._fields)
            self.take(self._fields_line)
        self._fields = fields
        self._fields_line.setVisible(fields is not None)
        self._fit_width()

    @property
    def _holds_view(self) -> bool:
        return self.holds(self.view)

    def _fit_width(self) -> None:
        """Fit the toolbar to its width, and round the ends of what stands alone then."""
        self._shorten_and_hide()
        joined = "" if self._every.isHidden() else "left"
        if self.present.property("joined") != joined:
            self.present.setProperty("joined", joined)
            restyle(self.present)

    def _shorten_and_hide(self) -> None:
        """Give up one thing after the other until the rest fits: the save state's text unless it is a problem, the
        zoom, the words of the breakpoints, what is used less, the words of the actions, and the actions; then the state
        of a problem is elided. Texts that have room in what is left come back.
        """
        self._show_all_words()
        if self._fits():
            return
        for give_up in self._steps():
            give_up()
            if self._fits():
                self._show_labels_with_room()
                return
        self.state.setFixedWidth(max(0, self._state_width - self.missing_width()))

    def _steps(self) -> Iterator[Callable[[], object]]:
        """What is given up where the width is short, in order."""
        view = [one for one in (self._zooming, self.fit, self._find) if self._holds_view]
        secondary = [one for one in self._secondary if one in view or not self.view.isAncestorOf(one)]
        yield partial(self.state.setVisible, self._states_problem)
        if self._holds_view:
            yield self._zooming.hide
        yield partial(self.breakpoints.show_label, False)
        yield from (one.hide for one in secondary)
        yield from (partial(one.show_label, False) for one in self._shortened)
        yield from (one.hide for one in self._overflowing[len(self._secondary) :])

    def _show_all_words(self) -> None:
        self._show_all()
        for control in (self.breakpoints, *self._shortened):
            control.show_label(True)

    def _show_labels_with_room(self) -> None:
        """Show again the texts that fit: a long one that was removed may leave room for shorter ones."""
        for control in (*reversed(self._shortened), self.breakpoints):
            control.show_label(True)
            if not self._fits():
                control.show_label(False)

    def _show_all(self) -> None:
        """Show every button that this page has, and the save state at its full width."""
        self.state.setFixedWidth(self._state_width)
        self.state.show()
        unavailable = self._unavailable()
        for button in self._overflowing:
            button.setVisible(button not in unavailable)

    def _unavailable(self) -> list[QWidget]:
        """The buttons that this page doesn't have at any width, and those without room in the row of the fields."""
        missing: list[QWidget] = [*self._without_room, *([] if self._shared else [self.versions, self.favourite])]
        return missing if self._shared and self._offers_changes else [*missing, self.save]

    def _fits(self) -> bool:
        self._update_sizes()
        return self.missing_width() <= 0

    def _update_sizes(self) -> None:
        """Have the toolbar's layout ask for the sizes of what it holds: it keeps them until the event loop runs."""
        for holder in (self._presenting, self.view, *([self._fields] if self._fields is not None else [])):
            if (inside := holder.layout()) is not None:
                inside.invalidate()
            holder.updateGeometry()

    def open_interval_menu(self, current: int, choose: Callable[[int], None]) -> None:
        """Offer the intervals at which a presentation shows its next page, in seconds; 0 is off."""
        items = [MenuItem(_("Rotate open dashboards every"))]
        items += [
            MenuItem(
                interval_text(seconds), partial(choose, seconds), checked=seconds == current, name=f"every_{seconds}"
            )
            for seconds in INTERVALS
        ]
        menu(self.more if self._every.isHidden() else self._every, items, name="interval_menu")

    def _open_export_menu(self) -> None:
        menu(self.export, self._items(REGISTRY.menu(EXPORT_MENU)), name="export_menu")

    def _open_more_menu(self) -> None:
        """Offer what has no button, and what has one that is hidden at this width."""
        buttons: dict[str, QWidget] = {
            "studio.zoom_in": self._zooming, "studio.zoom_out": self._zooming, "studio.zoom_reset": self._zooming,
            "studio.find": self._find, "studio.zoom_to_fit": self.fit, "studio.present": self.present,
            "studio.present_every": self._every, "studio.dashboards.favourite": self.favourite,
            "studio.show_versions": self.versions, "studio.save_version": self.save, "studio.share": self.share,
            **dict.fromkeys((one.id for one in REGISTRY.menu_commands(EXPORT_MENU)), self.export),
        }  # fmt: skip
        shown = {command_id for command_id, button in buttons.items() if not button.isHidden()}
        sections = REGISTRY.menu(MORE_MENU)
        *others, destructive = sections
        menu(
            self.more, self._items((*others, *REGISTRY.menu(EXPORT_MENU), destructive), leave_out=shown),
            name="more_menu",
        )  # fmt: skip

    def _items(self, sections: Sequence[MenuSection], leave_out: Collection[str] = ()) -> list[MenuItem]:
        """A menu item for each command of these sections that is available on this page, with lines between them."""
        handlers, items = self._handlers(), list[MenuItem]()
        for section in sections:
            offered = [one for one in section.ids if one in handlers and one not in leave_out]
            if offered and items:
                items.append(MenuItem(""))
            for command, handler in ((REGISTRY[one], handlers[one]) for one in offered):
                items.append(MenuItem(
                    handler.title or command.text, partial(self._run, command.id), command.icon,
                    danger=command.danger, why_not=handler.why_not(), name=f"command_{command.name}",
                    keys=command.key if handler.has_key else "",
                ))  # fmt: skip
        return items

    def _fold_button(self, side: str, name: str) -> Button:
        button = self._button(f"toggle_{side}_pane", name, object_name=f"studio_fold_{side}")
        button.setCheckable(True)
        return button

    def _button(
        self, name: str, text: str = "", *, icon: str = "", object_name: str = "", kind: Kind = "quiet"
    ) -> Button:
        """An icon button."""
        command = REGISTRY[f"studio.{name}"]
        text = text or command.text
        button = Button(
            "", partial(self._run, command.id), kind=kind, icon=icon or command.icon,
            tip=f"{text} ({command.key})" if command.shortcuts else text, name=object_name or f"studio_{name}",
        )  # fmt: skip
        button.setAccessibleName(text)
        return button

    def _text_button(
        self, command: str, text: str, *, name: str, with_icon: bool = False, kind: Kind = "plain"
    ) -> Button:
        """A button with a text of its own; the command's title is its tooltip."""
        known = REGISTRY[f"studio.{command}"]
        icon = known.icon if with_icon else ""
        return Button(text, partial(self._run, known.id), kind=kind, icon=icon, tip=known.tooltip, name=name)


def _adjoined(*widgets: QWidget, spacing: int = 0) -> QWidget:
    """Widgets of a fixed size that belong together."""
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(spacing)
    for widget in widgets:
        row.addWidget(widget)
    return holder


def _separator() -> QWidget:
    line = hairline(vertical=True)
    line.setFixedHeight(20)
    return line
