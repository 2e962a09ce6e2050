"""The active sessions of the organisation, and those that ended."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QStackedWidget, QWidget

from benchboard.i18n import _, ngettext, number, pgettext
from benchboard.identity import sessions
from benchboard.identity.permissions import program_title
from benchboard.identity.sessions import SessionRecord
from benchboard.paging import Listing, Page
from benchboard.ui.admin import user_actions
from benchboard.ui.admin.admin_commands import SESSION_MENU, SESSIONS
from benchboard.ui.admin.admin_format import end_reason_mark, time_column
from benchboard.ui.admin.session_pane import SessionPane
from benchboard.ui.command_menu import command_menu
from benchboard.ui.commands import REGISTRY, Handler, install_shortcuts
from benchboard.ui.context import Context
from benchboard.ui.paged.paged_export import ask_and_export
from benchboard.ui.paged.paged_model import Column, Mark, PagedTableModel
from benchboard.ui.paged.paged_view import PagedTable
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.time_format import refresh_times, relative_time
from benchboard.ui.widgets import BannerPlace, Button, EmptyState, SegmentedControl, Toolbar, fill_column, search_field
from benchboard.ui.widgets.badges import mark_width
from benchboard.ui.widgets.drawer import Drawer
from benchboard.ui.widgets.no_match import NoMatch
from benchboard.ui.widgets.tab_order import focus_content
from benchboard.ui.window_commands import LIST_UNDO, undo_handlers

_REVOKE = "revoke"
"""The key of the column whose icons revoke a session."""
_AROUND_ACTION = 44
"""Pixels of that column that its words don't take."""
_CSV = (
    "id",
    "person",
    "email",
    "host_name",
    "program",
    "ip_address",
    "started_at",
    "last_used_at",
    "expires_at",
    "ended_at",
    "end_reason",
)


class SessionsView(QWidget):
    """Address: `admin/sessions`. Two lists with a common filter: active sessions, and those that ended."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._toolbar = Toolbar(_("Sessions"))
        self._search = search_field(
            self, "sessions_search", _("Person or computer"), self._searched, label=_("Filter sessions")
        )
        self._which = SegmentedControl((("open", _("Active")), ("ended", _("Ended"))), label=_("Sessions to show"))
        self._which.selected.connect(self._turn_to)
        self._tells_count = False
        """Whether the user turned to the other list, and isn't told yet how many sessions it has."""
        self._toolbar.add(self._search)
        self._toolbar.add(self._which)
        export = Button(_("Export CSV"), self._export, icon="ph.download-simple", name="sessions_export")
        self._toolbar.add_right(export)
        self._toolbar.shorten(export)
        self._open = self._table("open", _open_columns())
        self._ended = self._table("ended", _ended_columns())
        self._stack = QStackedWidget()
        self._detail = SessionPane(context, self._revoke_selected)
        self._body = Drawer(self._stack, self._detail)
        self.banner_place = BannerPlace()
        fill_column(self, self._toolbar, self.banner_place, self._body)
        self.setFocusProxy(self._open.view)
        self._open.selectionChanged.connect(self._on_ticked)
        self._detail.closed.connect(self._close_detail)
        for table in (self._open, self._ended):
            self._stack.addWidget(table)
            refresh_times(table.view.viewport(), self._detail.refresh_times)
            self._body.covers.connect(table.set_covered)
            table.current_changed.connect(self._show_session)
            table.activated.connect(self._focus_session)
            table.menu_requested.connect(self._open_menu)
            table.model.loaded.connect(self._show_count)
        self._open.avoids = lambda session: session.mine  # its action signs out
        revoke = Handler(self._revoke_by_key)
        self._open.view.pressed.connect(self._pressed)
        install_shortcuts(self._open.view, SESSIONS, {one.id: revoke for one in REGISTRY.of_scope(SESSIONS)})
        install_shortcuts(self, LIST_UNDO, undo_handlers(context.problems))
        context.changed.watch(self, {"sessions", "session_history", "users"}, self.refresh)
        self._open.model.listing = Listing(sort="last_used_at", descending=True)

    def panes(self) -> list[QWidget]:
        """The panes in F6 order."""
        return [self._toolbar, self._stack, *([self._detail] if self._detail.isVisible() else [])]

    def refresh(self) -> None:
        for table in (self._open, self._ended):
            if table.model.requested:
                table.model.refresh()

    @property
    def _current_table(self) -> PagedTable[SessionRecord]:
        return self._ended if self._which.current() == "ended" else self._open

    def _table(self, which: str, columns: tuple[Column[SessionRecord], ...]) -> PagedTable[SessionRecord]:
        ended = which == "ended"
        model: PagedTableModel[SessionRecord] = PagedTableModel(
            self._context.tasks, self._fetch, columns, self, own_filters=frozenset({"ended"})
        )
        days = sessions.REMEMBERED.days
        none_ended = ngettext(
            "No sessions ended in the last {count} day", "No sessions ended in the last {count} days", days
        )
        none = none_ended.format(count=days) if ended else _("No active sessions")
        things = pgettext("no match", "ended sessions") if ended else pgettext("no match", "active sessions")
        return PagedTable(
            model,
            label=_("Ended sessions") if ended else _("Active sessions"),
            name="sessions_ended_table" if ended else "sessions_table",
            empty=EmptyState(
                "ph.sign-out" if ended else "ph.desktop",
                none,
                _("Show active sessions") if ended else _("Show ended sessions"),
                lambda: self._switch("open" if ended else "ended"),
            ),
            no_match=NoMatch(things, self._search.clear),
            ticks=not ended,
            bulk=() if ended else self._bulk_buttons(),
        )

    def _bulk_buttons(self) -> list[QWidget]:
        self._revoke_ticked = Button(
            _("Revoke sessions"),
            lambda: user_actions.revoke_after_confirm(self._context, self, self._open.selected()),
            kind="danger",
            icon="ph.prohibit",
            size="sm",
            name="sessions_revoke_ticked",
        )
        return [self._revoke_ticked]

    def _fetch(self, session: DatabaseSession, listing: Listing, after: str | None, limit: int) -> Page[SessionRecord]:
        return sessions.list_sessions(session, self._context.actor, listing, after=after, limit=limit)

    def _searched(self, text: str) -> None:
        model = self._current_table.model
        model.clear_ticks()
        model.listing = replace(model.listing, search=text.strip())

    def _switch(self, which: str) -> None:
        self._which.set_current(which)
        self._turn_to(which)

    def _turn_to(self, which: str) -> None:
        """Show the other list, and tell how many sessions it has once they are read."""
        self._tells_count = True
        self._show_list(which)

    def _show_list(self, which: str) -> None:
        ended = which == "ended"
        self._stack.setCurrentWidget(self._current_table)
        self.setFocusProxy(self._current_table.view)
        model = self._current_table.model
        listing = model.listing
        if ended and not listing.sort:
            listing = Listing(filters={"ended": True}, sort="ended_at", descending=True)
        model.listing = replace(listing, search=self._search.text().strip())
        self._show_session(self._current_table.current())
        self._show_count()

    def _show_count(self) -> None:
        """Show how many sessions the list on screen has."""
        model = self._current_table.model
        self._toolbar.set_count(number(len(model.rows)) if model.at_end and model.rowCount() else "")
        self._body.keep_place(bool(model.rows))
        if self._tells_count and not model.loading:
            self._tells_count = False
            self._current_table.tell_count()

    def _show_session(self, session: SessionRecord | None) -> None:
        if session is not None:
            self._detail.show_session(session)
        self._body.show_detail(session is not None)

    def _focus_session(self, session: SessionRecord) -> None:
        self._show_session(session)
        focus_content(self._detail)

    def _close_detail(self) -> None:
        self._body.show_detail(False)
        self._current_table.put_away()

    def _selected_sessions(self) -> list[SessionRecord]:
        current = self._open.current()
        return self._open.selected() or ([current] if current is not None else [])

    def _on_ticked(self) -> None:
        ticked = len(self._open.selected())
        self._revoke_ticked.set_title(_revoke_title(self._open.selected()))
        # In a narrow window, the drawer would cover the actions for the ticked rows.
        if self._body.narrow and ticked:
            self._body.show_detail(False)

    def _revoke_selected(self) -> None:
        """Ask whether to revoke the session whose details are shown."""
        if (current := self._open.current()) is not None:
            user_actions.revoke_after_confirm(self._context, self, [current])

    def _pressed(self, index: QModelIndex) -> None:
        """Ask whether to revoke the session whose icon was pressed: its details may cover the icon at once, and the
        release is then no click on it.
        """
        by_menu_button = QGuiApplication.mouseButtons() & Qt.MouseButton.RightButton
        if self._open.model.columns[index.column()].key == _REVOKE and not by_menu_button:
            user_actions.revoke_after_confirm(self._context, self, [self._open.model.row(index.row())])

    def _revoke_by_key(self) -> None:
        """Ask whether to revoke the ticked sessions, or else the current one."""
        if not self._open.selected():
            self._open.take_ringed()
        if selected := self._selected_sessions():
            user_actions.revoke_after_confirm(self._context, self, selected)

    def _open_menu(self, session: SessionRecord, spot: QPoint) -> None:
        """Open the context menu of a row, or of all ticked rows if it is one of several."""
        ticked = self._current_table.selected()
        several = len(ticked) > 1 and session.id in {one.id for one in ticked}
        selected = ticked if several else [session]
        handlers = {}
        if not several:
            handlers["admin.show_person"] = Handler(partial(self._context.go, f"admin/people/{session.user_id}"))
        if self._current_table is self._open:
            handlers["admin.revoke_sessions"] = Handler(
                partial(user_actions.revoke_after_confirm, self._context, self, selected),
                title=_revoke_title(selected),
            )
        command_menu(self, SESSION_MENU, handlers, scope=SESSIONS, label=_("Actions"), name="sessions_menu").popup(spot)

    def _export(self) -> None:
        ask_and_export(self._context, self, self._current_table.model, self._fetch, _CSV, _("sessions"))


def _revoke_title(selected: Sequence[SessionRecord]) -> str:
    """What ends these sessions: your own one as its row calls it."""
    if len(selected) == 1 and selected[0].mine:
        return _("Sign out")
    return _("Revoke sessions") if len(selected) > 1 else _("Revoke session")


def _person() -> Column[SessionRecord]:
    return Column(
        "person",
        _("Person"),
        lambda row: row.person,
        sortable=True,
        second=lambda row: row.email,
        avatar=lambda row: row.person,
        width=250,
        fits=True,
        stretch=True,
        most=420,
    )


def _computer() -> Column[SessionRecord]:
    return Column(
        "host_name",
        _("Computer"),
        lambda row: row.host_name or _("Unknown"),
        tag=lambda row: Mark("info", _("This window"), "ph.app-window") if row.mine else None,
        width=200,
        fits=True,
        stretch=True,
        most=300,
    )


def _address() -> Column[SessionRecord]:
    return Column(
        "ip_address",
        _("Address"),
        lambda row: row.ip_address or _("This computer"),
        tooltip=lambda row: row.ip_address or _("This computer"),
        muted=True,
        width=130,
        optional=True,
    )


def _program() -> Column[SessionRecord]:
    return Column(
        "program",
        _("Program"),
        lambda row: program_title(row.program),
        tooltip=lambda row: program_title(row.program),
        muted=True,
        width=180,
        stretch=True,
        most=2_000,  # whatever is left, so that what ends a session stands at the end of its row
    )


def _open_columns() -> tuple[Column[SessionRecord], ...]:
    return (
        _person(),
        replace(_computer(), sortable=True),
        _address(),
        _program(),
        time_column("started_at", _("Signed in"), lambda row: row.started_at),
        replace(
            time_column("last_used_at", _("Last used"), lambda row: row.last_used_at),
            text=lambda row: _("just now") if row.mine else relative_time(row.last_used_at),
        ),
        Column(
            _REVOKE,
            "",
            lambda row: _("Sign out") if row.mine else _("Revoke"),
            width=max(map(mark_width, (_("Sign out"), _("Revoke")))) + _AROUND_ACTION,
            mark=lambda row: (
                Mark("neutral", _("Sign out"), "ph.sign-out")
                if row.mine
                else Mark("neutral", _("Revoke"), "ph.prohibit")
            ),
            tooltip=lambda row: (
                _("Sign out of this window")
                if row.mine
                else _("Revoke session on {host}").format(host=row.host_name or _("Unknown computer"))
            ),
            spoken="never",
            acts=True,
        ),
    )


def _ended_columns() -> tuple[Column[SessionRecord], ...]:
    return (
        _person(),
        _computer(),
        _address(),
        _program(),
        time_column("ended_at", _("Ended"), lambda row: row.ended_at),
        Column(
            "end_reason",
            _("Ended because"),
            lambda row: end_reason_mark(row.end_reason).text,
            mark=lambda row: end_reason_mark(row.end_reason),
            width=140,
        ),
    )
