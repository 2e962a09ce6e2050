"""The OAuth clients of the organisation: a list with search, and beside it the details of one."""

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

from benchboard.i18n import _, number, pgettext
from benchboard.identity.oauth import clients
from benchboard.identity.oauth.client_fields import type_title
from benchboard.identity.oauth.clients import ClientRecord
from benchboard.paging import Listing, Page
from benchboard.ui.admin import client_actions
from benchboard.ui.admin.admin_commands import CLIENT_MENU
from benchboard.ui.admin.client_pane import ClientPane
from benchboard.ui.admin.list_with_detail import ListWithDetail
from benchboard.ui.admin.signing_keys_dialog import SigningKeysDialog
from benchboard.ui.command_menu import command_menu
from benchboard.ui.commands import Handlers, install_shortcuts
from benchboard.ui.context import Context
from benchboard.ui.paged.paged_export import ask_and_export
from benchboard.ui.paged.paged_model import Column, Mark, PagedTableModel
from benchboard.ui.paged.paged_view import PagedTable
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.time_format import full_time, refresh_times, relative_time
from benchboard.ui.widgets import BannerPlace, Button, EmptyState, Toolbar, fill_column, search_field
from benchboard.ui.widgets.no_match import NoMatch
from benchboard.ui.window_commands import LIST, LIST_UNDO, undo_handlers

_CSV = ("id", "client_id", "name", "type", "redirect_uris", "scopes", "grant_types", "people", "tokens")


class ClientsView(QWidget):
    """Address: `admin/clients`, `admin/clients/<id>`."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._denied = client_actions.why_no_changes(context)
        self._model: PagedTableModel[ClientRecord] = PagedTableModel(context.tasks, self._fetch, _columns(), self)
        self._toolbar = Toolbar(_("OAuth clients"))
        self._search = search_field(self, "clients_search", _("Name"), self._searched, label=_("Filter OAuth clients"))
        self._toolbar.add(self._search)
        export = Button(_("Export CSV"), self._export, icon="ph.download-simple", name="clients_export")
        self._toolbar.add_right(export)
        self._toolbar.shorten(export)
        keys = Button(_("Signing keys"), self._show_keys, icon="ph.key", name="clients_keys")
        self._toolbar.add_right(keys)
        self._toolbar.shorten(keys)
        new = Button(_("Register client"), self._create, kind="primary", icon="ph.plus", name="clients_new")
        new.disable(self._denied)
        self._toolbar.add_right(new)
        why = _("Register a program here, and your people can sign in to it with their Benchboard accounts.")
        self._table = PagedTable(
            self._model,
            label=_("OAuth clients"),
            name="clients_table",
            empty=EmptyState("ph.app-window", _("No OAuth clients yet"), _("Register client"), self._create, why=why),
            no_match=NoMatch(pgettext("no match", "OAuth clients"), self._search.clear),
            ticks=False,
        )
        self._table.begin_with(new, export)
        self._detail = ClientPane(context)
        self._body = ListWithDetail(context, self._model, self._table, self._detail, self._detail.show_client)
        self.banner_place = BannerPlace()
        fill_column(self, self._toolbar, self.banner_place, self._body)
        self.setFocusProxy(self._table.view)
        self._table.menu_requested.connect(self._open_menu)
        install_shortcuts(self, LIST_UNDO, undo_handlers(context.problems))
        context.changed.watch(self, {"clients", "tokens", "refresh_tokens", "consents"}, self.refresh)
        refresh_times(self._table.view.viewport(), self._detail.refresh_times)
        self._count()

    def panes(self) -> list[QWidget]:
        """The panes in F6 order."""
        return [self._toolbar, self._table, *([self._detail] if self._detail.isVisible() else [])]

    def open_route(self, rest: str) -> None:
        """Show one client, the dialog that registers one, or that of the signing keys."""
        if rest == "keys":
            self._show_keys()
        elif rest == "new":
            self._create()
        elif rest:
            self._body.open_row(rest)

    def refresh(self) -> None:
        self._model.refresh()
        self._count()

    def command_handlers(self) -> Handlers:
        """The commands for the client whose row is current."""
        client = self._table.current()
        return self._handlers(client) if client is not None else {}

    def _handlers(self, client: ClientRecord) -> Handlers:
        return client_actions.handlers_for_client(self._context, self, client)

    def _fetch(self, session: DatabaseSession, listing: Listing, after: str | None, limit: int) -> Page[ClientRecord]:
        return clients.list_clients(session, self._context.actor, listing, after=after, limit=limit)

    def _searched(self, text: str) -> None:
        self._body.search(text)

    def _count(self) -> None:
        actor = self._context.actor
        self._body.count(lambda session: clients.count_clients(session, actor), self._toolbar)

    def _create(self) -> None:
        if self._denied:
            self._context.problems.refuse(self._denied)
        else:
            client_actions.create(self._context, self, lambda made: self._body.open_made(made, self._search))

    def _show_keys(self) -> None:
        SigningKeysDialog(self.window(), self._context).open()

    def _open_menu(self, client: ClientRecord, spot: QPoint) -> None:
        handlers = self._handlers(client)
        command_menu(self, CLIENT_MENU, handlers, scope=LIST, label=_("Actions"), name="clients_menu").popup(spot)

    def _export(self) -> None:
        ask_and_export(self._context, self, self._model, self._fetch, _CSV, _("OAuth clients").lower())


def _columns() -> tuple[Column[ClientRecord], ...]:
    return (
        Column(
            "name",
            _("Name"),
            lambda row: row.name,
            sortable=True,
            width=220,
            stretch=True,
            second=lambda row: row.client_id,
            second_mono=True,
        ),
        Column("type", _("Type"), lambda row: type_title(row.type), width=110),
        Column("state", _("Status"), lambda row: _state(row).text, mark=_state, width=110),
        Column("people", _("People"), lambda row: number(row.people), align_right=True, width=80),
        Column("tokens", _("Tokens"), lambda row: number(row.tokens), align_right=True, width=80),
        Column(
            "last_used_at",
            _("Last used"),
            lambda row: relative_time(row.last_used_at),
            tooltip=lambda row: full_time(row.last_used_at),
            muted=True,
            spoken="titled",
            width=120,
        ),
    )


def _state(row: ClientRecord) -> Mark:
    return Mark("error", _("Disabled"), "ph.prohibit") if row.disabled_at else Mark("usual", _("Active"))
