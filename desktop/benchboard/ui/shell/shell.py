"""The shell: rail, header, banner, the current place, status bar. It knows rooms by their `Room` alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from benchboard.i18n import _
from benchboard.settings import Appearance, Settings
from benchboard.ui.commands import REGISTRY, Command, Handler, Handlers, install_shortcuts, run_handler
from benchboard.ui.context import ANYTHING, ChangeNotices, Context
from benchboard.ui.problems import Problems
from benchboard.ui.sections import (
    Closes,
    Decides,
    Decision,
    HasCommands,
    Opens,
    Parted,
    Place,
    Presents,
    Room,
    Stands,
    Unsaved,
)
from benchboard.ui.shell.command_palette import CommandPalette
from benchboard.ui.shell.fuzzy_search import PaletteEntry, go_to
from benchboard.ui.shell.header import Header
from benchboard.ui.shell.key_sheet import KeySheet
from benchboard.ui.shell.problem_display import Stage
from benchboard.ui.shell.rail import Rail
from benchboard.ui.shell.status_cells import Cells, roles
from benchboard.ui.tasks import DatabaseSession, Tasks
from benchboard.ui.theme import theme
from benchboard.ui.widgets.banners import keep_clear
from benchboard.ui.widgets.popover import Item, menu
from benchboard.ui.widgets.status_bar import StatusBar
from benchboard.ui.window_commands import ACCOUNT_MENU, FULL_SCREEN, PALETTE, QUIT, SHORTCUTS

if TYPE_CHECKING:
    from benchboard.ui.sign_in.session_opening import Entered


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
        from benchboard.identity import permissions
        from benchboard.ui.shell.settings_view import ROOM as SETTINGS

        self.setObjectName("shell")
        actor = entered.signed_in.actor
        entered_rooms = [room for room in rooms if not room.act or permissions.may(actor, room.act)]
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
            run_command=self.run_command,
        )
        self._rail = Rail(entered_rooms, (SETTINGS,), self.go)
        self._header.account.clicked.connect(self._account_menu)
        self._stack = QStackedWidget()
        self._lay_out()
        self.cells = Cells(self.context, self.unsaved, self.decisions, self)
        self._install_shortcuts()
        problems.attach(self.stage)

    def command_handlers(self) -> dict[str, Handler]:
        """The commands that can be run now, here: the window's, those of the place that is shown, and of each room
        those that lead into it."""
        place = self._stack.currentWidget()
        rooms = [room.handlers(self.context) for room in self._rooms.values()]
        here: Handlers = place.command_handlers() if isinstance(place, HasCommands) else {}
        found: dict[str, Handler] = {}
        for handlers in (here, *rooms, self._window_handlers()):
            found.update(handlers)
        return found

    def run_command(self, command_id: str) -> None:
        """Run a command, or say why it can't be run now. One that isn't offered here does nothing."""
        handler = self.command_handlers().get(command_id)
        if handler is not None:
            run_handler(handler, self.context.problems.toast)

    def _window_handlers(self) -> dict[str, Handler]:
        themes: dict[Appearance, str] = {"light": "window.light_theme", "dark": "window.dark_theme"}
        handlers = {
            PALETTE: Handler(self.open_palette),
            SHORTCUTS: Handler(self.open_shortcuts),
            "window.settings": Handler(partial(self.go, "settings")),
            "window.next_pane": Handler(partial(self._next_pane, 1)),
            "window.previous_pane": Handler(partial(self._next_pane, -1)),
            FULL_SCREEN: Handler(self._fill_screen),
            "window.sign_out": Handler(self.context.sign_out, subtitle=self.context.actor.name),
            QUIT: Handler(self._quit),
        }
        now = self.context.settings.appearance
        return handlers | {
            command_id: Handler(partial(self._set_appearance, key)) for key, command_id in themes.items() if key != now
        }

    def _install_shortcuts(self) -> None:
        heard = {one: handler for one, handler in self._window_handlers().items() if one != QUIT}
        install_shortcuts(
            self, heard, self.context.problems.toast, context=Qt.ShortcutContext.WindowShortcut, repeats=False
        )

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
        """Offer every command that can be run here, and every place, by name."""
        palette = CommandPalette(self.window(), self.palette_entries())
        palette.asked.connect(lambda text: self._find(palette, text))
        palette.open()

    def open_shortcuts(self) -> None:
        """Show the keyboard shortcuts of all rooms, those of this one first."""
        KeySheet(self.window(), self.address.partition("/")[0]).open()

    def _find(self, palette: CommandPalette, text: str) -> None:
        """Ask the rooms, on a thread, what they have under a name."""
        rooms, context = list(self._rooms.values()), self.context

        def find(session: DatabaseSession) -> list[PaletteEntry]:
            found = [result for room in rooms for result in room.finds(context, session, text)]
            return [
                PaletteEntry(one.title, partial(self.go, one.address), one.subtitle, one.icon, group=go_to())
                for one in found
            ]

        # A palette is none the worse for what could not be looked for: it is said where one goes there.
        context.tasks.read(palette, find, lambda found: palette.add(text, found), lambda _error: None)

    def palette_entries(self) -> list[PaletteEntry]:
        """What the palette offers now: the commands that can be run here, those of the current room first, then
        places."""
        handlers = self.command_handlers()
        current = self.address.partition("/")[0]
        order = [current, *(key for key in self._rooms if key != current), "window"]
        offered = [command for command in REGISTRY if command.icon and command.id in handlers]
        offered.sort(key=lambda command: order.index(command.room) if command.room in order else len(order))
        return [*(self._entry(command, handlers[command.id]) for command in offered), *self._places_to_go_to()]

    def _entry(self, command: Command, handler: Handler) -> PaletteEntry:
        return PaletteEntry(
            handler.title or command.text,
            partial(run_handler, handler, self.context.problems.toast),
            handler.subtitle,
            command.icon,
            command.key,
            _("Actions"),
            command.search_terms,
            handler.why_not(),
        )

    def _places_to_go_to(self) -> list[PaletteEntry]:
        settings = REGISTRY["window.settings"]
        found = []
        for room in self._rooms.values():
            for place in room.places:
                several = len(room.places) > 1
                title = f"{_(room.title)}: {_(place.title)}" if several else _(room.title)
                go = partial(self.go, f"{room.key}/{place.key}")
                keys, terms = (settings.key, settings.search_terms) if room.key == "settings" else ("", "")
                found.append(PaletteEntry(title, go, "", room.icon, keys, go_to(), terms))
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
            self.context.problems.notice(_("There's no section called “{name}”.").format(name=key[:40]), kind="warn")
            return
        self.context.problems.notice(
            _("{name} doesn't have access to {room}.").format(name=actor.name, room=_(room.title)),
            _("Ask an admin of {organisation} for access.").format(organisation=actor.organisation),
            kind="warn",
        )

    def _set_appearance(self, appearance: Appearance) -> None:
        self.context.remember(replace(self.context.settings, appearance=appearance))

    def _account_menu(self) -> None:
        actor, way = self.context.actor, self.context.workspace.way
        items = [
            Item(f"{actor.name} · {actor.email}", None),
            Item(
                actor.organisation, lambda: self.go("settings"), "ph.buildings", roles(actor.roles), name="account_who"
            ),
            Item("", None),
        ]
        titles = {"window.settings": _("Settings")}
        if way.kind == "demo":
            titles["window.sign_out"] = _("Switch person")
        icons = {"window.settings": "ph.gear"}
        for command in REGISTRY.menu_commands(ACCOUNT_MENU):
            title, icon = titles.get(command.id, command.text), icons.get(command.id, command.icon)
            run = partial(self.run_command, command.id)
            items.append(Item(title, run, icon, name=f"account_{command.name}"))
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
