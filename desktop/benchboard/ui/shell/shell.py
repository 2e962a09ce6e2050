"""The shell: rail, header, banner, the current view, status bar. It knows rooms only by their `Room`."""

import json
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from benchboard.i18n import _
from benchboard.identity.permissions import Grants
from benchboard.identity.roles import ADMIN, ANALYST, BUSINESS_USER, TECHNICIAN
from benchboard.settings import Appearance, Settings
from benchboard.start_arguments import link_address
from benchboard.ui.commands import (
    REGISTRY,
    SHELL,
    Command,
    CommandGroup,
    Handler,
    Handlers,
    install_shortcuts,
    needed_first,
    run_handler,
)
from benchboard.ui.context import ANYTHING, ChangeNotices, Context
from benchboard.ui.paged.paged_rows import PagedRows
from benchboard.ui.problems import Problems
from benchboard.ui.sections import (
    AcceptsRoute,
    CanPresent,
    Closable,
    HasBannerPlace,
    HasCommands,
    HasConflicts,
    HasDocumentTabs,
    HasEntry,
    HasItems,
    HasPanes,
    HasStart,
    HasUnsavedChanges,
    LeavesByEscape,
    LosesUnsavedChanges,
    MovesBannerPlace,
    PageItem,
    PendingConflict,
    Refreshable,
    Restorable,
    Room,
    RoomView,
    SaysSaved,
    SearchResult,
    ShowsDocuments,
    StepsBack,
    permitted_rooms,
)
from benchboard.ui.shell.command_palette import CommandPalette
from benchboard.ui.shell.content_cell import ContentCell
from benchboard.ui.shell.fuzzy_search import PaletteEntry, elsewhere_group, go_to_group, page_group
from benchboard.ui.shell.header import Header
from benchboard.ui.shell.problem_display import ShellProblemDisplay
from benchboard.ui.shell.rail import Rail
from benchboard.ui.shell.shortcuts_dialog import ShortcutsDialog
from benchboard.ui.shell.status_cells import ShellStatusCells, role_titles
from benchboard.ui.tasks import DatabaseSession, Tasks
from benchboard.ui.theme import theme
from benchboard.ui.typed_texts import restore_typed_texts, typed_texts
from benchboard.ui.widgets.accessible import (
    TellsFocusLater,
    announce,
    has_announcement,
    repeat_announcement,
    tell_focus,
    untold,
)
from benchboard.ui.widgets.banners import BannerPlace
from benchboard.ui.widgets.file_dialog import keep_folders
from benchboard.ui.widgets.focus import turn_to
from benchboard.ui.widgets.popover import MenuItem, Popover, menu
from benchboard.ui.widgets.status_bar import StatusBar
from benchboard.ui.widgets.tab_order import choice_to_focus, destroys, tab_stops
from benchboard.ui.widgets.toasts import Toast, keep_toasts_above
from benchboard.ui.window_commands import ACCOUNT_MENU, PALETTE, SHORTCUTS

if TYPE_CHECKING:
    from benchboard.ui.sign_in.session_opening import ActiveSession


_HOME_ROOMS: Final = {ADMIN: "admin", ANALYST: "studio", BUSINESS_USER: "studio", TECHNICIAN: "bench"}
"""The room in which a role does most of its work, shown at the first sign-in."""
_MOST_BACK: Final = 50
_MOST_RECENT: Final = 5
"""Commands and views that the palette offers first because they were used last."""


@dataclass(frozen=True, slots=True)
class ShellState:
    """The state of the shell: the current address, the last view of each room, and the state of each view."""

    address: str
    last_views: dict[str, str]
    view_states: dict[str, object]
    history: tuple[str, ...] = ()
    ahead: tuple[str, ...] = ()
    recent: tuple[str, ...] = ()


class Shell(QWidget):
    """The content of a window for one signed-in session."""

    def __init__(
        self,
        active_session: "ActiveSession",
        rooms: Sequence[Room],
        *,
        tasks: Tasks,
        problems: Problems,
        settings: Settings,
        apply_settings: Callable[[Settings], None],
        sign_out: Callable[[], None],
        choose_location: Callable[[], None],
        session: QObject,
        window_handlers: Handlers,
    ) -> None:
        super().__init__()
        from benchboard.ui.shell.settings_view import ROOM as SETTINGS

        self.setObjectName("shell")
        actor = active_session.signed_in.actor
        self._all_rooms, self._settings_room = rooms, SETTINGS
        self.access = Grants(actor.roles, actor.permissions)
        """What the user's roles were, and permitted, when this shell was built."""
        self._started_rooms = allowed_rooms = permitted_rooms(rooms, actor)
        self._rooms: dict[str, Room] = {}
        self._forbidden_rooms: dict[str, Room] = {}
        self._sort_rooms(allowed_rooms)
        self._window_handlers = window_handlers
        self._views: dict[str, QWidget] = {}
        self._last_views: dict[str, str] = {}
        self._saved_states: dict[str, object] = {}
        """The saved states of views that were not opened since the window was rebuilt."""
        self.address = ""
        self._history: list[str] = []
        """The addresses of the views shown before, the last one at the end."""
        self._ahead: list[str] = []
        """Those that were left by going back, the next one at the end."""
        self._recent: list[str] = []
        """The ids of the commands and the addresses that were last run in the palette, the newest first."""
        self._is_presenting = False
        self._state_before = Qt.WindowState.WindowNoState
        """The state of the window before a view was presented."""
        self._status = StatusBar()
        is_demo = active_session.workspace.location.kind == "demo"
        self._header = Header(actor.name, self._go_by_tab, self.open_palette, demo=is_demo)
        self.context = Context(
            workspace=active_session.workspace,
            actor=actor,
            tasks=tasks,
            problems=problems,
            theme=theme(),
            settings=settings,
            changed=ChangeNotices(self),
            status=self._status,
            go=self.go,
            apply_settings=apply_settings,
            sign_out=sign_out,
            choose_location=choose_location,
            session=session,
            tab_at=self._header.tab_at,
            view=self.view,
            run_command=self.run_command,
        )
        keep_folders(self._kept_folders, self._keep_folders)
        self._rail = Rail(allowed_rooms, (SETTINGS,), self.go)
        self._header.account.clicked.connect(self._account_menu)
        self._stack = QStackedWidget()
        self._lay_out()
        self._header.resized.connect(self._place_document_tabs)
        self.cells = ShellStatusCells(
            self.context, self.unsaved, self.conflicts, self._saves_itself, self._says_saved, self
        )
        self._content = ContentCell(self.context, self._stack.currentWidget, self)
        install_shortcuts(self, SHELL, self._shell_handlers(), problems.refuse)
        problems.attach(self.problem_display)
        for room in allowed_rooms:
            room.start(self.context)

    def _sort_rooms(self, allowed: Sequence[Room]) -> None:
        self._rooms = {room.key: room for room in (*allowed, self._settings_room)}
        self._forbidden_rooms = {room.key: room for room in self._all_rooms if room.key not in self._rooms}

    @property
    def access_changed(self) -> bool:
        """Whether the user has other roles by now, or their roles permit something else."""
        actor, access = self.context.actor, self.access
        return (actor.roles, actor.permissions) != (access.roles, access.permissions)

    def lost_rooms(self) -> list[Room]:
        """The rooms that were open to the user when this shell was built, and aren't any more."""
        allowed = permitted_rooms(self._all_rooms, self.context.actor)
        return [room for room in self._started_rooms if room not in allowed]

    def follow_rooms(self) -> None:
        """Offer the rooms that the user may enter by now, in the rail, the palette and by shortcuts. The views stay as
        they are, for a shell that can't be built anew yet."""
        allowed = permitted_rooms(self._all_rooms, self.context.actor)
        if [*allowed, self._settings_room] != list(self._rooms.values()):
            self._sort_rooms(allowed)
            self._rail.show_rooms(allowed)

    def prepare_rebuild(self) -> bool:
        """End the work of all views, as their shell is about to be built anew; False if one of a room that the user may
        still enter must stay open. Those of `lost_rooms` close in any case: what isn't saved there is kept by the
        page's own journal, and in `save_state`.
        """
        lost = {room.key for room in self.lost_rooms()}
        closables = {address: widget for address, widget in self._views.items() if isinstance(widget, Closable)}
        staying = [address for address, widget in closables.items() if not widget.prepare_close()]
        if any(address.partition("/")[0] not in lost for address in staying):
            return False
        for widget in closables.values():
            widget.finish_close()
        return True

    def command_handlers(self) -> dict[str, Handler]:
        """The commands that are available now: the window's, those of the current view, and those of each room that
        open it.
        """
        view = self._stack.currentWidget()
        rooms = [room.handlers(self.context) for room in self._rooms.values()]
        own: Handlers = view.command_handlers() if isinstance(view, HasCommands) else {}
        handlers_by_id: dict[str, Handler] = {}
        for handlers in (own, *rooms, self._shell_handlers(), self._window_handlers):
            handlers_by_id.update(handlers)
        return handlers_by_id

    def run_command(self, command_id: str) -> None:
        """Run a command, or show why it can't be run now. One that isn't available here does nothing."""
        handler = self.command_handlers().get(command_id)
        if handler is not None:
            run_handler(handler, self.context.problems.refuse)

    def _shell_handlers(self) -> dict[str, Handler]:
        themes: dict[Appearance, str] = {"light": "window.light_theme", "dark": "window.dark_theme"}
        handlers = {
            PALETTE: Handler(self.open_palette),
            SHORTCUTS: Handler(self.open_shortcuts),
            "window.settings": Handler(partial(self.go, f"settings/{self._settings_room.views[0].key}")),
            "window.bench": Handler(partial(self.go, "bench")),
            "window.studio": Handler(partial(self.go, "studio")),
            "window.admin": Handler(partial(self.go, "admin")),
            "window.next_view": Handler(partial(self._next_view, 1)),
            "window.previous_view": Handler(partial(self._next_view, -1)),
            "window.back": Handler(self.go_back, self._why_not_back),
            "window.forward": Handler(partial(self._go_along, back=False), self._why_not_forward),
            "window.refresh": Handler(self._refresh),
            "window.repeat_announcement": Handler(repeat_announcement, _why_nothing_repeated),
            "window.next_pane": Handler(partial(self._next_pane, 1)),
            "window.previous_pane": Handler(partial(self._next_pane, -1)),
            **self._sign_out_handlers(),
        }
        current = self.context.settings.appearance
        return (
            handlers
            | {
                command_id: Handler(partial(self._set_appearance, key))
                for key, command_id in themes.items()
                if key != current
            }
            | {
                command_id: Handler(partial(self._set_language, code), subtitle=_("Language"))
                for code, command_id in {"en": "window.english", "tr": "window.turkish"}.items()
                if code != self.context.settings.language
            }
        )

    def _sign_out_handlers(self) -> dict[str, Handler]:
        """How to end the session: in the demo, for another of its people, or to leave it."""
        if self.context.workspace.location.kind == "demo":
            return {
                "window.switch_person": Handler(self.context.sign_out, subtitle=self.context.actor.name),
                "window.leave_demo": Handler(self.context.choose_location),
            }
        return {"window.sign_out": Handler(self.context.sign_out, subtitle=self.context.actor.name)}

    def go(self, address: str) -> None:
        """Go to `room`, `room/view` or `room/view/rest`; if access is denied, a notice says so."""
        key, _slash, rest = address.strip("/").partition("/")
        room = self._rooms.get(key)
        if room is None:
            self._report_unknown_room(key)
            return
        view_key, _slash, rest = rest.partition("/")
        view_key = view_key or self._last_views.get(key, room.views[0].key)
        view = next((view for view in room.views if view.key == view_key), room.views[0])
        self._show(room, view, rest)

    def _go_by_tab(self, address: str) -> None:
        """Go to the view of the tab that was pressed; pressed again, to the page that it begins with."""
        is_shown = address == self.address
        self.go(address)
        view = self._stack.currentWidget()
        if is_shown and isinstance(view, HasStart):
            view.show_start()

    def has_address(self, address: str) -> bool:
        """Whether `address` is a view that the user may open, as a link or a saved place may.

        One with a part that begins with `!` does something there, such as starting a program: only `go` takes it.
        """
        key, _slash, rest = address.strip("/").partition("/")
        room = self._rooms.get(key)
        view_key, *parts = rest.split("/")
        if room is None or any(part.startswith("!") for part in parts):
            return False
        return not rest or any(view.key == view_key for view in room.views)

    def go_or_home(self, address: str) -> None:
        """Go to `address`, or if it isn't available, to the room that suits the user's roles."""
        self.go(address if self.has_address(address) else self._home_room())

    def _home_room(self) -> str:
        if self.context.workspace.location.kind == "local":  # who has a computer to himself is admin of nobody else,
            wanted = ["studio"]  # and may have no dongle
        else:
            wanted = [room for role, room in _HOME_ROOMS.items() if role in self.context.actor.roles]
        return next((room for room in wanted if room in self._rooms), next(iter(self._rooms)))

    def go_back(self) -> None:
        """Go to the page of the view that this one was opened from, or else to the view that was shown before."""
        view = self._stack.currentWidget()
        if isinstance(view, StepsBack) and view.can_step_back:
            view.step_back()
        else:
            self._go_along(back=True)

    def _go_along(self, *, back: bool) -> None:
        """Go to the nearest view shown before, or to the one that was left by going back. Where the way leads on from
        there stays as it is: only what is gone to otherwise ends the way ahead."""
        way = self._history if back else self._ahead
        while way:
            address = way.pop()
            if address != self.address and self.has_address(address):
                left, history, ahead = self.address, self._history, self._ahead
                self.go(address)
                (ahead if back else history).append(left)
                self._history, self._ahead = history, ahead
                return

    def _why_not_back(self) -> str:
        view = self._stack.currentWidget()
        has_earlier = isinstance(view, StepsBack) and view.can_step_back
        return "" if has_earlier or any(map(self.has_address, self._history)) else _("There is no earlier view.")

    def _why_not_forward(self) -> str:
        return "" if any(map(self.has_address, self._ahead)) else _("There is no later view.")

    def _next_view(self, step: int) -> None:
        """Go to the next or previous view of the room, round at the ends."""
        key, _slash, current = self.address.partition("/")
        views = [view.key for view in self._rooms[key].views]
        self.go(f"{key}/{views[(views.index(current) + step) % len(views)]}")

    def _refresh(self) -> None:
        """Have every view read its data again, as after a change by another program."""
        self.notify_changes()
        view = self._stack.currentWidget()
        if isinstance(view, Refreshable):
            view.refresh_view()
        announce(self, _("Refreshed"))

    def save_state(self) -> ShellState:
        """The state to restore in another shell."""
        states = {
            address: view.save_state() if isinstance(view, Restorable) else typed_texts(view)
            for address, view in self._views.items()
        }
        return ShellState(
            self.address,
            dict(self._last_views),
            self._saved_states | states,
            tuple(self._history),
            tuple(self._ahead),
            tuple(self._recent),
        )

    def restore_state(self, state: ShellState) -> None:
        """Restore a state from `save_state`."""
        self._last_views, self._saved_states = dict(state.last_views), dict(state.view_states)
        self.go_or_home(state.address)
        self._history, self._ahead, self._recent = list(state.history), list(state.ahead), list(state.recent)

    def open_palette(self) -> None:
        """Open the command palette with every available command and every view."""
        palette = CommandPalette(
            self.window(), [*self.palette_entries(), *self.elsewhere_entries()], people="admin" in self._rooms
        )
        palette.search_requested.connect(lambda text: self._search_rooms(palette, text))
        palette.open()
        rooms, context = list(self._rooms.values()), self.context

        def read(session: DatabaseSession) -> list[SearchResult]:
            return [one for room in rooms for one in room.recent(context, session)]

        context.tasks.read(palette, read, lambda found: palette.add_recent(self._entries(found)), lambda _error: None)

    def _entries(self, found: Sequence[SearchResult]) -> list[PaletteEntry]:
        """The entries that open what was found in the rooms."""
        return [
            PaletteEntry(
                one.title,
                partial(self.go, one.address),
                one.subtitle,
                one.icon,
                group=one.kind or go_to_group(),
                leads=True,
            )
            for one in found
        ]

    def open_shortcuts(self) -> None:
        """Show the keyboard shortcuts of the user's rooms, the current room's first."""
        rooms = {key: _(room.title) for key, room in self._rooms.items()}
        no_room = {f"window.{key}" for key in ("bench", "studio", "admin") if key not in self._rooms}
        commands = [one for one in REGISTRY if one.room not in self._forbidden_rooms and one.id not in no_room]
        ShortcutsDialog(self.window(), self.address.partition("/")[0], rooms, commands).open()

    def _open_link(self, address: str) -> None:
        """Go where a pasted link leads. One that does something there, instead of showing it, may come from anybody."""
        if any(part.startswith("!") for part in address.split("/")):
            self.context.problems.report_unknown_address(address)
        else:
            self.go(address)

    def _search_rooms(self, palette: CommandPalette, text: str) -> None:
        """Search all rooms for `text` on a worker."""
        rooms, context = list(self._rooms.values()), self.context
        if (address := link_address(text)) is not None:
            title, open_it = _("Open {link}").format(link=text), partial(self._open_link, address)
            palette.add_results(
                text, [PaletteEntry(title, open_it, icon="ph.link-simple", group=go_to_group(), leads=True)]
            )
            return

        def find(session: DatabaseSession) -> list[PaletteEntry]:
            return self._entries([result for room in rooms for result in room.search(context, session, text)])

        # A failed search leaves the palette as it is; the view itself shows the error.
        context.tasks.read(
            palette, find, lambda found: palette.add_results(text, found), lambda _error: palette.add_results(text, ())
        )

    def palette_entries(self) -> list[PaletteEntry]:
        """The entries of the palette: the commands available here, the current room's first, then views and what is on
        the open page.
        """
        handlers = self.command_handlers()
        current = self.address.partition("/")[0]
        order = [current, *(key for key in self._rooms if key != current), "window"]
        offered = [command for command in REGISTRY if command.icon and command.id in handlers]
        offered.sort(key=lambda command: order.index(command.room) if command.room in order else len(order))
        commands = [self._command_entry(command, handlers[command.id]) for command in offered]
        return [*commands, *self._view_entries(), *self._page_entries()]

    def elsewhere_entries(self) -> list[PaletteEntry]:
        """The commands of the user's rooms that aren't available here, where it can be said what they need first: found
        only by what is typed, below those that are."""
        refuse, handlers = self.context.problems.refuse, self.command_handlers()
        return [
            replace(
                self._command_entry(command, Handler(partial(refuse, why), partial(str, why))),
                run=partial(refuse, why),
                group=elsewhere_group(),
            )
            for command in REGISTRY
            if command.icon and command.id not in handlers and command.room in self._rooms
            if (why := needed_first(command, handlers))
        ]

    def _page_entries(self) -> list[PaletteEntry]:
        view = self._stack.currentWidget()
        items: Sequence[PageItem] = view.page_items() if isinstance(view, HasItems) else ()
        entries = [PaletteEntry(item.title, item.go, item.subtitle, item.icon, group=page_group()) for item in items]
        tables = [rows for rows in view.findChildren(PagedRows) if rows.isVisible()] if view is not None else []
        return [*entries, *(entry for rows in tables for entry in _sorts(rows))]

    def _run_entry(self, key: str, run: Callable[[], object]) -> None:
        self._recent = [key, *(one for one in self._recent if one != key)][:_MOST_RECENT]
        run()

    def _recency(self, key: str) -> int:
        return len(self._recent) - self._recent.index(key) if key in self._recent else 0

    def _command_entry(self, command: Command, handler: Handler) -> PaletteEntry:
        return PaletteEntry(
            handler.title or command.text,
            partial(self._run_entry, command.id, partial(run_handler, handler, self.context.problems.refuse)),
            handler.subtitle,
            command.icon,
            command.key if handler.has_key else "",
            _("Commands"),
            command.search_terms,
            handler.why_not(),
            recent=self._recency(command.id),
            where=_(command.group.value) if command.group is not CommandGroup.WINDOW else "",
        )

    def _view_entries(self) -> list[PaletteEntry]:
        settings = REGISTRY["window.settings"]
        entries = []
        for room in self._rooms.values():
            for view in room.views:
                several = len(room.views) > 1
                title = f"{_(room.title)}: {_(view.title)}" if several else _(room.title)
                address = "/".join(filter(None, (room.key, view.key, view.first_page)))
                go = partial(self._run_entry, address, partial(self.go, address))
                is_settings = room.key == "settings" and view is room.views[0]
                keys, terms = (settings.key, settings.search_terms) if is_settings else ("", view.search_terms)
                entries.append(
                    PaletteEntry(
                        title, go, "", room.icon, keys, go_to_group(), terms,
                        name=_(view.title), recent=self._recency(address), leads=True,
                    )
                )  # fmt: skip
        return entries

    def notify_changes(self, tables: frozenset[str] = ANYTHING) -> None:
        """Notify the views that some tables changed."""
        self.context.changed.tables_changed.emit(tables)

    def may_close(self) -> bool:
        """Whether all views can close; one that can't is shown."""
        closables = {address: widget for address, widget in self._views.items() if isinstance(widget, Closable)}
        for address, widget in closables.items():
            if not widget.prepare_close():
                self.go(address)
                return False
        for widget in closables.values():
            widget.finish_close()
        return True

    def lost_with_session(self) -> list[str]:
        """The names of what isn't saved and would be lost with the session: nothing else keeps it."""
        names = [view.lost_with_session() for view in self._views.values() if isinstance(view, LosesUnsavedChanges)]
        return [name for name in names if name]

    def ends_with_session(self) -> str:
        """What stops when the session ends, such as simulated dongles, as sentences; empty if nothing does."""
        sentences = [room.ends_with_session(self.context) for room in self._rooms.values()]
        return " ".join(sentence for sentence in sentences if sentence)

    def unsaved(self, rooms: Sequence[Room] | None = None) -> list[str]:
        """The names of documents whose edits would be lost if the shell closed now, in all rooms or in these."""
        keys = self._rooms.keys() if rooms is None else {room.key for room in rooms}
        views = [widget for address, widget in self._views.items() if address.partition("/")[0] in keys]
        names = [widget.unsaved() for widget in views if isinstance(widget, HasUnsavedChanges)]
        return [name for name in names if name]

    def _saves_itself(self) -> bool:
        return isinstance(self._stack.currentWidget(), HasUnsavedChanges)

    def _says_saved(self) -> bool:
        """Whether the view that is shown says itself whether all is saved, and no other view has anything unsaved."""
        view = self._stack.currentWidget()
        own = [view.unsaved()] if isinstance(view, HasUnsavedChanges) and view.unsaved() else []
        return isinstance(view, SaysSaved) and view.says_saved() and self.unsaved() == own

    def conflicts(self) -> list[PendingConflict]:
        """The conflicts to resolve in all views."""
        views = [widget for widget in self._views.values() if isinstance(widget, HasConflicts)]
        return [conflict for widget in views for conflict in widget.conflicts()]

    def view(self, address: str) -> QWidget | None:
        """The view at `room/view`, built if it wasn't open yet; None if the user may not open it."""
        key, _slash, view_key = address.partition("/")
        room = self._rooms.get(key)
        found = next((view for view in room.views if view.key == view_key), None) if room is not None else None
        return self._built(room, found) if room is not None and found is not None else None

    def _built(self, room: Room, view: RoomView) -> QWidget:
        address = f"{room.key}/{view.key}"
        widget = self._views.get(address)
        if widget is None:
            widget = view.build(self.context)
            widget.setObjectName(widget.objectName() or f"view_{room.key}_{view.key}")
            self._views[address] = widget
            self._stack.addWidget(widget)
            if isinstance(widget, HasUnsavedChanges):
                widget.unsaved_changed.connect(self.cells.refresh)
            if isinstance(widget, MovesBannerPlace):
                widget.banner_place_changed.connect(self._place_banner)
            if isinstance(widget, HasDocumentTabs):
                widget.document_tabs.room_changed.connect(self._place_document_tabs)
            if isinstance(widget, ShowsDocuments):
                widget.document_changed.connect(self._show_window_title)
            if isinstance(widget, CanPresent):
                widget.presenting_changed.connect(self._set_presenting)
            saved = self._saved_states.pop(address, None)
            if isinstance(widget, Restorable) and saved is not None:
                widget.restore_state(saved)
            elif saved is not None:
                restore_typed_texts(widget, saved)
        return widget

    def _show(self, room: Room, view: RoomView, rest: str) -> None:
        address, widget = f"{room.key}/{view.key}", self._built(room, view)
        moved = self.address != address
        if moved:
            Popover.close_any()
        if moved and self.address:
            self._history, self._ahead = [*self._history, self.address][-_MOST_BACK:], []
        self.address = address
        self._last_views[room.key] = view.key
        self.context.problems.page_shown(address)
        leads_on = moved and bool(rest) and isinstance(widget, AcceptsRoute)
        in_header = self._header.has_tab_focused() and len(room.views) > 1  # the focus stays among the tabs
        if moved and not in_header:
            turn_to(self._stack, widget, partial(_focus_view, widget, told=not leads_on))
        self._stack.setCurrentWidget(widget)
        self._place_banner()
        self.cells.refresh()
        self._content.refresh()
        self._rail.mark_current(room.key)
        self._header.show_room(room.key, _(room.title), room.views, view.key)
        self._view_title = _(view.title)
        self._show_window_title()
        self._place_document_tabs()
        focused = self.focusWidget()
        if moved and in_header and self._header.isAncestorOf(focused or self):
            with untold() if leads_on else nullcontext():
                self._header.follow_current_tab()
        elif moved and not (focused is not None and widget.isAncestorOf(focused)):
            _focus_view(widget, told=not leads_on)
        arrived = self.focusWidget()
        if isinstance(widget, AcceptsRoute):
            widget.open_route(rest)
            stays = self.window().focusWidget() is arrived  # no dialog, which isn't in the shell, has it
            if leads_on and stays and not _tells_later(arrived):
                tell_focus(arrived)
        elif rest:
            self.context.problems.report_unknown_address(f"{address}/{rest}")

    def _show_window_title(self) -> None:
        """Name the window after what is in front: the document, in a view that shows them, or the view."""
        view = self._stack.currentWidget()
        name = view.document_name() if isinstance(view, ShowsDocuments) else self._view_title
        self.window().setWindowTitle(f"{name} · {self.context.actor.organisation} · Benchboard")

    def _place_banner(self) -> None:
        """Show the banner where the current view has a place for it, else above the view."""
        view = self._stack.currentWidget()
        place = view.banner_place if isinstance(view, HasBannerPlace) else None
        self.problem_display.place_banner(place or self._place_above)

    def _place_document_tabs(self) -> None:
        """Show the tabs of the current view's open documents in the header if they have room there, else in the view;
        those of other views in these.
        """
        current = self._stack.currentWidget()
        for view in self._views.values():
            if not isinstance(view, HasDocumentTabs):
                continue
            tabs = view.document_tabs
            assert isinstance(tabs, QWidget)
            if view is not current or not self._header.has_room(tabs.least_width):
                view.take_document_tabs()
                continue
            if not self._header.holds(tabs):
                self._header.show_documents(tabs)
                if (inside := view.layout()) is not None:
                    inside.activate()  # at once: a drag that begins now would be cancelled by the page's new size
            tabs.set_in_header(True)
        self._header.fit_documents()

    def _set_presenting(self, presenting: bool) -> None:
        """Fill the screen while a view is presenting, with the status bar as all that is left of the shell."""
        if presenting == self._is_presenting:
            return
        self._is_presenting = presenting
        self._rail.setVisible(not presenting)
        self._header.setVisible(not presenting)
        window, full = self.window(), Qt.WindowState.WindowFullScreen
        if presenting:
            self._state_before = window.windowState()
            if QGuiApplication.platformName() != "offscreen":  # there is no screen to fill
                window.setWindowState(self._state_before | full)
        else:
            if window.windowState() & full and not self._state_before & full:
                window.setWindowState(self._state_before)
            announce(self, _("The presentation has ended."))

    def _report_unknown_room(self, key: str) -> None:
        room = self._forbidden_rooms.get(key)
        actor = self.context.actor
        if room is None:
            self.context.problems.notice(
                _("There's no section called “{name}”.").format(name=key[:40]), kind="warn", with_page=True
            )
            return
        self.context.problems.notice(
            _("{name} doesn't have access to {room}.").format(name=actor.name, room=_(room.title)),
            _("Ask an admin of {organisation} for access.").format(organisation=actor.organisation),
            kind="warn",
            with_page=True,
        )

    def _set_appearance(self, appearance: Appearance) -> None:
        self.context.apply_settings(replace(self.context.settings, appearance=appearance))
        announce(self, _("Light theme is on") if appearance == "light" else _("Dark theme is on"), again=True)

    def _set_language(self, code: str) -> None:
        """Apply a language once the palette is closed: the window is rebuilt, this shell included."""
        context = self.context
        QTimer.singleShot(0, self, lambda: context.apply_settings(replace(context.settings, language=code)))

    def _kept_folders(self) -> dict[str, str]:
        """The folders that file dialogs begin in, as far as they were kept."""
        try:
            kept = json.loads(self.context.settings.folders or "{}")
        except (ValueError, RecursionError):
            return {}
        is_valid = isinstance(kept, dict) and all(isinstance(one, str) for one in kept.values())
        return kept if is_valid else {}

    def _keep_folders(self, folders: dict[str, str]) -> None:
        text = json.dumps(folders, ensure_ascii=False)
        self.context.apply_settings(replace(self.context.settings, folders=text))

    def _account_menu(self) -> None:
        actor = self.context.actor
        items = [
            MenuItem(f"{actor.name} · {actor.email}", None),
            MenuItem(
                actor.organisation,
                lambda: self.go("settings"),
                "ph.buildings",
                role_titles(actor.roles),
                name="account_who",
            ),
            MenuItem("", None),
        ]
        titles = {"window.settings": _("Settings")}
        icons = {"window.settings": "ph.gear"}
        handlers = self._shell_handlers()
        for command in REGISTRY.menu_commands(ACCOUNT_MENU):
            if command.id not in handlers:
                continue
            title, icon = titles.get(command.id, command.text), icons.get(command.id, command.icon)
            run = partial(self.run_command, command.id)
            items.append(MenuItem(title, run, icon, name=f"account_{command.name}"))
        menu(self._header.account, items, name="account_menu")

    def _next_pane(self, step: int) -> None:
        if (popover := Popover.opened()) is not None and popover.is_form:
            popover.focusNextPrevChild(step > 0)
            return
        Popover.close_any()  # the focus goes back to what opened it, and on from there
        view = self._stack.currentWidget()
        view_panes = view.panes() if isinstance(view, HasPanes) else [view] if view is not None else []
        toasts = [one for one in self.window().findChildren(Toast) if one.has_buttons]
        frame_panes: list[QWidget] = [self._rail, self._header, *view_panes, *toasts, self._status]
        panes = [pane for pane in frame_panes if pane.isVisible()]  # hidden while a view is presenting
        focused = self.focusWidget()
        if (now := QApplication.focusWidget()) is not None and any(one.isAncestorOf(now) for one in toasts):
            focused = now  # beside the shell, which knows only what had the focus in itself
        holds = [focused is not None and (pane is focused or pane.isAncestorOf(focused)) for pane in panes]
        offered = [at for at, pane in enumerate(panes) if isinstance(pane, Toast) and pane.has_way_on and not holds[at]]
        if step > 0 and offered:  # its sentence says that F6 leads there
            at = offered[0] - step
        elif any(holds):
            at = max(place for place, it in enumerate(holds) if it)  # a view may have a pane in the header
        else:  # the view itself has it, or what is beside its panes: the pane after that is next, else its first one
            at = _pane_beside(view, focused, [pane if pane in view_panes else None for pane in panes], step) - step
        for turn in range(1, len(panes) + 1):
            pane = panes[(at + step * turn) % len(panes)]
            target = pane.first_focus() if isinstance(pane, Rail | Header) else _focus_target(pane, panes)
            if target is not None:
                if isinstance(pane, Toast):
                    pane.enter_from(focused)
                choice_to_focus(target).setFocus(Qt.FocusReason.TabFocusReason)
                return

    def _lay_out(self) -> None:
        self.problem_display = ShellProblemDisplay(self, self.context.problems)
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        right.addWidget(self._header)
        self._place_above = BannerPlace()
        right.addWidget(self._place_above)
        self._place_above.hold(self.problem_display.slot)
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
        keep_toasts_above(self._status)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._rail.fit_width(self.width())
        self.problem_display.place_toast()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Escape or event.modifiers() or not self._escape():
            super().keyPressEvent(event)

    def _escape(self) -> bool:
        """Dismiss the toast, else leave what the view shows in place of its page, else dismiss the notice, else stop
        presenting; whether there was one."""
        view = self._stack.currentWidget()
        if self.problem_display.dismiss_toast() or (isinstance(view, LeavesByEscape) and view.leave_by_escape()):
            return True
        if self.context.problems.current is not None:
            self.context.problems.dismiss()
        elif self._is_presenting and isinstance(view, CanPresent):
            view.stop_presenting()
        else:
            return False
        return True


def _focus_target(pane: QWidget, panes: Sequence[QWidget]) -> QWidget | None:
    """Where a pane is entered, if it says so; else the widget that last had the focus in it, but not in another of the
    `panes` inside it, or the first that can have it; never one that discards something."""
    if isinstance(pane, HasEntry) and (entry := pane.entry) is not None and entry.isVisible() and entry.isEnabled():
        return entry
    last: QWidget | None = pane.focusWidget()
    if last is not None and destroys(last):
        last = None
    inner = [one for one in panes if one is not pane and pane.isAncestorOf(one)]
    if last is not None and any(one.isAncestorOf(last) for one in inner):
        last = None
    if last is not None and last.isVisible() and last.isEnabled() and last.focusPolicy() & Qt.FocusPolicy.TabFocus:
        return last
    return pane if pane.focusPolicy() & Qt.FocusPolicy.TabFocus else _entry(pane)


def _pane_beside(view: QWidget | None, focused: QWidget | None, panes: Sequence[QWidget | None], step: int) -> int:
    """The place of the pane of a view that comes after what has the focus beside them, or before it for a negative
    `step`; that of the first one if none does. Those that aren't of the view are None."""
    stops = tab_stops(view) if view is not None else []
    at = stops.index(focused) if focused in stops else -1
    beside = [] if at < 0 else stops[at + 1 :] if step > 0 else stops[:at][::-1]
    for stop in beside:
        holds = [
            place for place, one in enumerate(panes) if one is not None and (one is stop or one.isAncestorOf(stop))
        ]
        if holds:
            return max(holds)
    return next((place for place, one in enumerate(panes) if one is not None), 0)


def _sorts(rows: PagedRows) -> list[PaletteEntry]:
    """Entries that sort a table by each of its columns; by the one it is sorted by, in the other order."""
    return [
        PaletteEntry(
            _("Sort by {column}").format(column=column.title),
            partial(rows.sort_by, place),
            rows.accessibleName(),
            "ph.sort-ascending",
            group=page_group(),
        )
        for place, column in enumerate(rows.paged.columns)
        if column.sortable
    ]


def _first_focusable(pane: QWidget) -> QWidget | None:
    """The first widget of a pane, as it is read, that can have the focus; one that discards something, or
    closes the pane, only where there is no other."""
    stops = tab_stops(pane)
    wanted = (stop for stop in stops if not destroys(stop) and not stop.objectName().endswith("_close"))
    return next(wanted, stops[0] if stops else None)


def _entry(pane: QWidget) -> QWidget | None:
    """Where F6 enters a pane first: at its list, whose current row is read, before the tools above it; without one at
    the first widget that isn't the button which closes it."""
    stops = [stop for stop in tab_stops(pane) if not destroys(stop)]
    lists = (stop for stop in stops if isinstance(stop, QAbstractItemView))
    opened = (stop for stop in stops if not stop.objectName().endswith("_close"))
    return next(lists, None) or next(opened, None) or _first_focusable(pane)


def _focus_view(view: QWidget, *, told: bool = True) -> None:
    """Focus a newly opened view, without a focus ring. Not `told` to screen readers: it may soon be elsewhere."""
    chosen = (_focused_by(one) for one in (view.focusProxy(), view.focusWidget()) if one is not None)
    target = next((one for one in chosen if one.isVisibleTo(view) and one.isEnabled()), None) or _first_focusable(view)
    with nullcontext() if told and not _tells_later(target) else untold():
        (target or view).setFocus(Qt.FocusReason.OtherFocusReason)


def _why_nothing_repeated() -> str:
    return "" if has_announcement() else _("Nothing was announced yet, or no screen reader is running.")


def _tells_later(widget: QWidget | None) -> bool:
    return isinstance(widget, TellsFocusLater) and widget.tells_focus_later


def _focused_by(widget: QWidget) -> QWidget:
    """The widget that gets the focus when `widget` is focused: the end of its proxies."""
    while (proxy := widget.focusProxy()) is not None:
        widget = proxy
    return widget
