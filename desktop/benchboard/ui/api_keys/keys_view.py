"""A list of API keys: one's own, or for an admin those of the organisation."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget

from benchboard.i18n import _, ngettext, number, pgettext
from benchboard.identity import api_keys
from benchboard.identity.api_key_titles import key_state_title, permission_titles, permissions_title
from benchboard.identity.api_keys import ApiKeyRecord, KeyState
from benchboard.identity.permissions import has_permission
from benchboard.identity.roles import denied_title
from benchboard.paging import Listing, Page, Scalar
from benchboard.ui.api_keys.key_commands import KEY_MENU, KEYS
from benchboard.ui.api_keys.key_dialogs import CreateKeyDialog, RotateKeyDialog
from benchboard.ui.api_keys.key_pane import KEY_MARKS, KeyPane
from benchboard.ui.command_menu import command_menu
from benchboard.ui.commands import REGISTRY, Handler, install_shortcuts
from benchboard.ui.context import Context
from benchboard.ui.paged.paged_model import Column, Mark, PagedTableModel
from benchboard.ui.paged.paged_view import PagedTable, count_in
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.time_format import full_date, full_time, refresh_times, relative_time
from benchboard.ui.widgets import (
    BannerPlace,
    Button,
    Confirm,
    EmptyState,
    SegmentedControl,
    Toolbar,
    fill_column,
    search_field,
)
from benchboard.ui.widgets.drawer import Drawer
from benchboard.ui.widgets.no_match import NoMatch
from benchboard.ui.widgets.tab_order import focus_content
from benchboard.ui.window_commands import LIST_UNDO, undo_handlers


class KeysView(QWidget):
    """Addresses: `settings/keys` (one's own) and `admin/keys` (`everyones`)."""

    def __init__(self, context: Context, *, everyones: bool = False) -> None:
        super().__init__()
        self._context, self._everyones = context, everyones
        self._toolbar = Toolbar(_("API keys"))
        self._search = search_field(
            self, "keys_search", _("Name or person") if everyones else _("Name"), self._searched, label=_("Filter keys")
        )
        self._which = SegmentedControl((("active", _("Active")), ("", _("All"))), label=_("API keys to show"))
        self._which.selected.connect(lambda _key: self._filter())
        self._toolbar.add(self._search)
        self._toolbar.add(self._which)
        self._create = Button(_("Create API key"), self._ask_create, kind="primary", icon="ph.plus", name="keys_create")
        self._create.disable("" if has_permission(context.actor, "keys:write") else denied_title("keys:write"))
        self._toolbar.add_right(self._create)
        self._model: PagedTableModel[ApiKeyRecord] = PagedTableModel(
            context.tasks, self._fetch, _columns(everyones), self, own_filters=frozenset({"state", "user_id"})
        )
        told = _("A key lets a program run commands on a shared server without your password.")
        empty = EmptyState("ph.key", _("No active API keys"), _("Create API key"), self._ask_create, why=told)
        self._show_all = empty.add_action(_("Show all API keys"), self._show_every)
        self._show_all.setObjectName("keys_show_all")
        self._empty = empty
        self._table: PagedTable[ApiKeyRecord] = PagedTable(
            self._model,
            label=_("API keys"),
            name="keys_table",
            empty=empty,
            no_match=NoMatch(pgettext("no match", "API keys"), self._search.clear),
            ticks=False,
        )
        self._table.begin_with(self._create)
        self._table.menu_requested.connect(self._open_menu)
        self._detail = KeyPane(self._rotate, partial(revoke_after_confirm, context, self))
        self._detail.closed.connect(self._close_detail)
        self._body = Drawer(self._table, self._detail)
        self._body.covers.connect(self._table.set_covered)
        self._table.current_changed.connect(self._show_key)
        self._table.activated.connect(self._focus_key)
        self._model.loaded.connect(lambda: self._body.keep_place(bool(self._model.rows)))
        revoke = Handler(self._revoke_current)
        install_shortcuts(self._table.view, KEYS, {one.id: revoke for one in REGISTRY.of_scope(KEYS)})
        self.banner_place = BannerPlace()
        fill_column(self, self._toolbar, self.banner_place, self._body)
        self.setFocusProxy(self._table.view)
        refresh_times(self._table.view.viewport(), self._detail.refresh_times)
        count_in(self._toolbar, self._model)
        install_shortcuts(self, LIST_UNDO, undo_handlers(context.problems))
        context.changed.watch(self, {"api_keys", "users"}, self.refresh)
        self._filter()

    def open_route(self, rest: str) -> None:
        """`create` asks for a new key."""
        if rest == "create" and self._create.isEnabled():
            self._ask_create()
        elif rest:
            self._context.problems.report_unknown_address(f"settings/keys/{rest}")

    def panes(self) -> list[QWidget]:
        """The panes in F6 order."""
        return [self._toolbar, self._table, *([self._detail] if self._detail.isVisible() else [])]

    def refresh(self) -> None:
        self._model.refresh()
        if self._which.current():
            self._offer_all(self._model.listing.filters)

    def _fetch(self, session: DatabaseSession, listing: Listing, after: str | None, limit: int) -> Page[ApiKeyRecord]:
        return api_keys.list_keys(session, self._context.actor, listing, after=after, limit=limit)

    def _searched(self, text: str) -> None:
        self._model.listing = replace(self._model.listing, search=text.strip())

    def _filter(self) -> None:
        filters: dict[str, Scalar] = {} if self._everyones else {"user_id": self._context.actor.user_id}
        if state := self._which.current():
            filters["state"] = state
        self._model.listing = replace(self._model.listing, filters=filters)
        self._empty.sentence.setText(_("No active API keys") if state else _("No API keys yet"))
        self._show_all.hide()
        if state:
            self._offer_all(filters)

    def _offer_all(self, filters: Mapping[str, Scalar]) -> None:
        """Offer those that are active no more, if there are any."""
        every = Listing(filters={key: value for key, value in filters.items() if key != "state"})
        self._context.tasks.read(
            self,
            lambda session: bool(api_keys.list_keys(session, self._context.actor, every, limit=1).rows),
            lambda any_: self._show_all.setVisible(any_ and bool(self._which.current())),
            lambda _error: None,
        )

    def _show_every(self) -> None:
        self._which.set_current("")
        self._filter()

    def _show_key(self, key: ApiKeyRecord | None) -> None:
        if key is not None:
            self._detail.show_key(key)
        self._body.show_detail(key is not None)

    def _focus_key(self, key: ApiKeyRecord) -> None:
        self._show_key(key)
        focus_content(self._detail)

    def _close_detail(self) -> None:
        self._body.show_detail(False)
        self._table.put_away()

    def _rotate(self, key: ApiKeyRecord) -> None:
        RotateKeyDialog(self.window(), self._context, key).open()

    def _ask_create(self) -> None:
        CreateKeyDialog(self.window(), self._context, self._go_to).open()

    def _go_to(self, key: ApiKeyRecord) -> None:
        """Go to the row of a key that was just made."""
        if self._table.make_current(key.id):
            self._show_key(key)
            self._table.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _open_menu(self, key: ApiKeyRecord, spot: QPoint) -> None:
        handlers = {}
        active = key.state == "active"
        if active and key.mine:
            handlers["api_keys.rotate"] = Handler(partial(self._rotate, key))
        if key.state != "revoked":
            handlers["api_keys.revoke"] = Handler(partial(revoke_after_confirm, self._context, self, key))
        if handlers:
            command_menu(self, KEY_MENU, handlers, scope=KEYS, label=_("Actions"), name="keys_menu").popup(spot)

    def _revoke_current(self) -> None:
        self._table.take_ringed()
        key = self._table.current()
        if key is not None and key.state != "revoked":
            revoke_after_confirm(self._context, self, key)


def revoke_after_confirm(context: Context, owner: QWidget, key: ApiKeyRecord) -> None:
    """Revoke a key after a question: programs stop, and it can't be undone."""
    told = _("Programs that act by it are refused at once. This can't be undone: create a new key instead.")
    if not key.mine:
        whose = _("It is {name}'s.").format(name=key.person)
        told = f"{whose} {told}"
    actor = context.actor

    def run() -> None:
        context.tasks.change(
            owner,
            lambda session: api_keys.revoke_key(session, actor, key.id),
            lambda _record: context.problems.toast(_("API key “{name}” revoked").format(name=key.name)),
        )

    question = _("Revoke the API key “{name}”?").format(name=key.name)
    Confirm(owner.window(), question, told, act=_("Revoke API key"), keep=_("Keep API key"), run=run).open()


def last_used_text(key: ApiKeyRecord) -> str:
    """When a key was last used, in a table or a line."""
    return relative_time(key.last_used_at)


def expiry_text(key: ApiKeyRecord) -> str:
    """Until when a key is valid."""
    return full_date(key.expires_at.astimezone().date()) if key.expires_at is not None else _("Never")


def state_mark(state: KeyState) -> Mark:
    """The state of a key as an icon and a word."""
    kind, icon = KEY_MARKS[state]
    return Mark(kind, key_state_title(state), icon) if icon else Mark(kind, key_state_title(state))


def permissions_count(key: ApiKeyRecord) -> str:
    """How many permissions a key has, as people read of them."""
    count = len(permission_titles(key.permissions))
    return ngettext("{count} permission", "{count} permissions", count).format(count=number(count))


def _columns(everyones: bool) -> tuple[Column[ApiKeyRecord], ...]:
    person: Column[ApiKeyRecord] = Column(
        "person", _("Person"), lambda key: key.person, sortable=True, second=lambda key: key.email,
        avatar=lambda key: key.person, width=220, stretch=True,
    )  # fmt: skip
    return (
        Column(
            "name", _("Name"), lambda key: key.name, sortable=True, second=lambda key: key.prefix, second_mono=True,
            width=220, stretch=True,
        ),
        *((person,) if everyones else ()),
        Column(
            "permissions", _("Permissions"), permissions_count, tooltip=lambda key: permissions_title(key.permissions),
            muted=True, width=140,
        ),
        Column(
            "last_used_at", _("Last used"), last_used_text, sortable=True,
            tooltip=lambda key: full_time(key.last_used_at), muted=True, spoken="titled", width=120,
        ),
        Column(
            "expires_at", _("Expires"), expiry_text, sortable=True,
            tooltip=lambda key: full_time(key.expires_at), muted=True, spoken="titled", width=120,
        ),
        Column("state", _("Status"), lambda key: key_state_title(key.state), mark=lambda key: state_mark(key.state),
               width=110),
    )  # fmt: skip
