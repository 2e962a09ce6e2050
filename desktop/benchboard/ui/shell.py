"""The shell: rail, header, banner, the current place, status bar. It knows rooms by their `Room` alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from benchboard.i18n import N_, _
from benchboard.settings import Appearance, Settings
from benchboard.ui.cells import Cells, roles
from benchboard.ui.context import ANYTHING, ChangeNotices, Context
from benchboard.ui.header import Header
from benchboard.ui.matching import go_to
from benchboard.ui.palette import Palette
from benchboard.ui.problems import Problems
from benchboard.ui.rail import Rail
from benchboard.ui.rooms import (
    Closes,
    Command,
    Decides,
    Decision,
    Opens,
    Parted,
    Place,
    Presents,
    Room,
    Stands,
    Unsaved,
)
from benchboard.ui.stage import Stage
from benchboard.ui.statusbar import StatusBar
from benchboard.ui.tasks import DatabaseSession, Tasks
from benchboard.ui.theme import theme
from benchboard.ui.widgets.banners import keep_clear
from benchboard.ui.widgets.popover import Item, menu

if TYPE_CHECKING:
    from benchboard.ui.entering import Entered


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody is in the window: at an address, in each room at its place of last time, each place as shown."""

    address: str
    last: dict[str, str]
    places: dict[str, object]


class Shell(QWidget):
    """One signed-in session's window content."""

    def __init__(
        self,
        entered: "Entered",
        rooms: Sequence[Room],
        *,
        tasks: Tasks,
        problems: Problems,
        settings: Settings,
        remember: Callable[[Settings], None],
        sign_out: Callable[[], None],
    ) -> None:
        super().__init__()
        from benchboard.identity import access
        from benchboard.ui.settings_room import ROOM as SETTINGS

        self.setObjectName("shell")
        actor = entered.signed_in.actor
        entered_rooms = [room for room in rooms if not room.act or access.may(actor, room.act)]
        self._rooms = {room.key: room for room in (*entered_rooms, SETTINGS)}
        self._barred = {room.key: room for room in rooms if room.key not in self._rooms}
        self._places: dict[str, QWidget] = {}
        self._last: dict[str, str] = {}
        self._stood: dict[str, object] = {}
        """How places were shown that nobody has gone to yet since the window was made anew."""
        self.address = ""
        self._status = StatusBar()
        self._header = Header(actor.name, self.go, self.open_palette)
        self.context = Context(
            workspace=entered.workspace,
            actor=actor,
            tasks=tasks,
            problems=problems,
            theme=theme(),
            settings=settings,
            changed=ChangeNotices(self),
            status=self._status,
            go=self.go,
            remember=remember,
            sign_out=sign_out,
            tab_at=self._header.tab_at,
        )
        self._rail = Rail(entered_rooms, (SETTINGS,), self.go)
        self._header.account.clicked.connect(self._account_menu)
        self._stack = QStackedWidget()
        self._lay_out()
        self.cells = Cells(self.context, self.unsaved, self.decisions, self)
        self._install_keys()
        problems.attach(self.stage)

    def _install_keys(self) -> None:
        for keys, act in (
            ("Ctrl+K", self.open_palette),
            ("Ctrl+,", lambda: self.go("settings")),
            ("F6", lambda: self._next_pane(1)),
            ("Shift+F6", lambda: self._next_pane(-1)),
            ("F11", self._fill_screen),
        ):
            shortcut = QShortcut(QKeySequence(keys), self, act)
            shortcut.setAutoRepeat(False)

    def _fill_screen(self) -> None:
        window = self.window()
        window.setWindowState(window.windowState() ^ Qt.WindowState.WindowFullScreen)

    def _quit(self) -> None:
        self.window().close()

    def go(self, address: str) -> None:
        """Go to `room`, `room/place` or `room/place/rest`; an address nobody may enter is said, not followed."""
        key, _slash, rest = address.strip("/").partition("/")
        room = self._rooms.get(key)
        if room is None:
            self._refuse(key)
            return
        wanted, _slash, rest = rest.partition("/")
        wanted = wanted or self._last.get(key, room.places[0].key)
        place = next((place for place in room.places if place.key == wanted), room.places[0])
        self._show(room, place, rest)

    def has(self, address: str) -> bool:
        """Whether `address` leads somewhere this person may be."""
        key, _slash, rest = address.strip("/").partition("/")
        room = self._rooms.get(key)
        return room is not None and (not rest or any(place.key == rest.split("/")[0] for place in room.places))

    def go_or_home(self, address: str) -> None:
        """Go there, or to where somebody starts who has not been anywhere yet: the first room."""
        self.go(address if self.has(address) else next(iter(self._rooms)))

    def standing(self) -> Standing:
        """Where one is, to be there again in another shell."""
        shown = {address: place.standing() for address, place in self._places.items() if isinstance(place, Stands)}
        return Standing(self.address, dict(self._last), self._stood | shown)

    def stand(self, was: Standing) -> None:
        """Be where one was."""
        self._last, self._stood = dict(was.last), dict(was.places)
        self.go_or_home(was.address)

    def open_palette(self) -> None:
        """Everything one can do or go to, by name."""
        palette = Palette(self.window(), self.commands())
        palette.asked.connect(lambda text: self._find(palette, text))
        palette.open()

    def _find(self, palette: Palette, text: str) -> None:
        """Look beside the window for what the rooms have under a name."""
        rooms, context = list(self._rooms.values()), self.context

        def find(session: DatabaseSession) -> list[Command]:
            found = [command for room in rooms for command in room.finds(context, session, text)]
            return [_in_group(command, command.group or go_to()) for command in found]

        # A palette is none the worse for what could not be looked for: it is said where one goes there.
        context.tasks.read(palette, find, lambda found: palette.add(text, found), lambda _error: None)

    def commands(self) -> list[Command]:
        """What the palette offers now: the current room's commands first, then the others', then places."""
        current = self.address.partition("/")[0]
        found: list[Command] = []
        for room in sorted(self._rooms.values(), key=lambda room: room.key != current):
            found += room.commands(self.context)
        found += [
            Command(
                _("Fill the screen, or no longer"),
                self._fill_screen,
                icon="ph.corners-out",
                keys="F11",
                words=N_("full screen, maximize, window"),
            ),
            Command(
                _("Sign out"),
                self.context.sign_out,
                self.context.actor.name,
                "ph.sign-out",
                words=N_("log out, log off, switch user, leave"),
            ),
            Command(
                _("Quit Benchboard"), self._quit, icon="ph.power", keys="Ctrl+Q", words=N_("exit, close program, leave")
            ),
            *self._looks(),
        ]
        found = [_in_group(command, command.group or _("Do")) for command in found]
        for room in self._rooms.values():
            for place in room.places:
                several = len(room.places) > 1
                title = f"{_(room.title)}: {_(place.title)}" if several else _(room.title)
                address = f"{room.key}/{place.key}"
                keys = "Ctrl+," if room.key == "settings" else ""
                words = N_("settings, preferences, options, language") if room.key == "settings" else ""
                found.append(Command(title, partial(self.go, address), "", room.icon, keys, go_to(), words))
        return found

    def tell(self, tables: frozenset[str] = ANYTHING) -> None:
        """Some tables changed: the screens that show them look again."""
        self.context.changed.told.emit(tables)

    def may_close(self) -> bool:
        """Ask every place whether one may leave; the one that says no is shown."""
        asked = {address: widget for address, widget in self._places.items() if isinstance(widget, Closes)}
        for address, widget in asked.items():
            if not widget.closing():
                self.go(address)
                return False
        for widget in asked.values():
            widget.closed()
        return True

    def unsaved(self) -> list[str]:
        """What would be lost if the shell went away now, by name."""
        found = [widget.unsaved() for widget in self._places.values() if isinstance(widget, Unsaved)]
        return [name for name in found if name]

    def decisions(self) -> list[Decision]:
        """What waits for a decision, in whichever place."""
        deciding = [widget for widget in self._places.values() if isinstance(widget, Decides)]
        return [decision for widget in deciding for decision in widget.decisions()]

    def _show(self, room: Room, place: Place, rest: str) -> None:
        address = f"{room.key}/{place.key}"
        widget = self._places.get(address)
        if widget is None:
            widget = place.build(self.context)
            widget.setObjectName(widget.objectName() or f"place_{room.key}_{place.key}")
            self._places[address] = widget
            self._stack.addWidget(widget)
            if isinstance(widget, Unsaved):
                widget.unsaved_changed.connect(self.cells.look)
            if isinstance(widget, Presents):
                widget.presenting_changed.connect(self._give_way)
            if isinstance(widget, Stands) and address in self._stood:
                widget.stand(self._stood.pop(address))
        moved = self.address != address
        self.address = address
        self._last[room.key] = place.key
        self._stack.setCurrentWidget(widget)
        self._rail.mark(room.key)
        self._header.show_room(room.key, _(room.title), room.places, place.key)
        if moved and not self._header.isAncestorOf(self.focusWidget() or self):
            _into(widget)
        if isinstance(widget, Opens):
            widget.opened(rest)

    def _give_way(self, presenting: bool) -> None:
        """Leave the window to the place, or take back what is the shell's."""
        self._rail.setVisible(not presenting)
        self._header.setVisible(not presenting)
        self._status.setVisible(not presenting)

    def _refuse(self, key: str) -> None:
        room = self._barred.get(key)
        actor = self.context.actor
        if room is None:
            self.context.problems.notice(
                _("There is no place called “{name}” here.").format(name=key[:40]), kind="warn"
            )
            return
        self.context.problems.notice(
            _("{name} may not enter {room}.").format(name=actor.name, room=_(room.title)),
            _("Ask an admin of {organisation} for it.").format(organisation=actor.organisation),
            kind="warn",
        )

    def _look(self, appearance: Appearance) -> None:
        self.context.remember(replace(self.context.settings, appearance=appearance))

    def _looks(self) -> list[Command]:
        settings = self.context.settings
        titles: tuple[tuple[Appearance, str, str], ...] = (
            ("light", _("Use the light theme"), "ph.sun"),
            ("dark", _("Use the dark theme"), "ph.moon"),
        )
        return [
            Command(title, partial(self._look, key), icon=icon, words=N_("appearance, colours, colors, mode"))
            for key, title, icon in titles
            if settings.appearance != key
        ]

    def _account_menu(self) -> None:
        actor, way = self.context.actor, self.context.workspace.way
        items = [
            Item(f"{actor.name} · {actor.email}", None),
            Item(
                actor.organisation, lambda: self.go("settings"), "ph.buildings", roles(actor.roles), name="account_who"
            ),
            Item("", None),
            Item(_("Settings"), lambda: self.go("settings"), "ph.gear", name="account_settings"),
            Item(
                _("Be somebody else") if way.kind == "demo" else _("Sign out"),
                self.context.sign_out,
                "ph.sign-out",
                name="account_sign_out",
            ),
        ]
        menu(self._header.account, items, name="account_menu")

    def _next_pane(self, step: int) -> None:
        place = self._stack.currentWidget()
        inside = place.panes() if isinstance(place, Parted) else [place] if place is not None else []
        around: list[QWidget] = [self._rail, self._header, *inside, self._status]
        panes = [pane for pane in around if pane.isVisible()]  # a place may have the window for itself
        now = self.focusWidget()
        holds = [now is not None and (pane is now or pane.isAncestorOf(now)) for pane in panes]
        at = holds.index(True) if any(holds) else -step
        for turn in range(1, len(panes) + 1):
            pane = panes[(at + step * turn) % len(panes)]
            target = pane.first() if isinstance(pane, Rail | Header) else _stop_in(pane)
            if target is not None:
                target.setFocus(Qt.FocusReason.TabFocusReason)
                return

    def _lay_out(self) -> None:
        self.stage = Stage(self, self.context.problems)
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        right.addWidget(self._header)
        right.addWidget(self.stage.slot)
        right.addWidget(self._stack, 1)
        upper = QHBoxLayout()
        upper.setContentsMargins(0, 0, 0, 0)
        upper.setSpacing(0)
        upper.addWidget(self._rail)
        upper.addLayout(right, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(upper, 1)
        whole.addWidget(self._status)
        keep_clear(self._status)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._rail.fit(self.width())
        self._header.fit(self.width())
        self.stage.settle()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.context.problems.current is not None:
            self.context.problems.dismiss()
        elif event.key() == Qt.Key.Key_Escape and isinstance(place := self._stack.currentWidget(), Presents):
            place.stop_presenting()
        else:
            super().keyPressEvent(event)


def _in_group(command: Command, group: str) -> Command:
    return command if command.group == group else replace(command, group=group)


def _stop_in(pane: QWidget) -> QWidget | None:
    """Where the keyboard was in a pane, or its first stop."""
    last = pane.focusWidget()
    if last is not None and last.isVisible() and last.isEnabled() and last.focusPolicy() & Qt.FocusPolicy.TabFocus:
        return last
    return pane if pane.focusPolicy() & Qt.FocusPolicy.TabFocus else _first_in(pane)


def _first_in(pane: QWidget) -> QWidget | None:
    """The first widget of a pane, in tab order, that takes the keyboard."""
    stops = [
        child
        for child in pane.findChildren(QWidget)
        if child.isVisibleTo(pane) and child.isEnabled() and child.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]
    return stops[0] if stops else None


def _into(place: QWidget) -> None:
    """Give the keyboard to a place one has gone to, without a ring."""
    target = place.focusProxy() or place.focusWidget() or _first_in(place)
    if target is not None:
        target.setFocus(Qt.FocusReason.OtherFocusReason)
