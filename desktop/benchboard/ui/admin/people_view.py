"""The people of the organisation: a list with search, filters, selection and actions."""

from dataclasses import replace
from functools import partial
from typing import Final

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer
from PySide6.QtWidgets import QWidget

from benchboard.i18n import _, number, pgettext
from benchboard.identity import person_deletion, users
from benchboard.identity.roles import ROLES, role_title
from benchboard.identity.users import Person
from benchboard.paging import Listing, Page, Scalar
from benchboard.ui.admin import user_actions
from benchboard.ui.admin.add_person_dialog import AddPersonDialog
from benchboard.ui.admin.admin_commands import PEOPLE, PERSON_MENU
from benchboard.ui.admin.admin_format import person_mark, quiet_mark, state_mark, time_column
from benchboard.ui.admin.person_pane import PersonPane
from benchboard.ui.admin.undoable import offer_undo
from benchboard.ui.command_menu import command_menu
from benchboard.ui.commands import Handler, Handlers, install_shortcuts, run_handler
from benchboard.ui.context import Context
from benchboard.ui.paged.paged_export import ask_and_export
from benchboard.ui.paged.paged_model import Column, PagedTableModel
from benchboard.ui.paged.paged_view import PagedTable
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.time_format import refresh_times
from benchboard.ui.widgets import BannerPlace, Button, EmptyState, Select, Toolbar, fill_column, search_field
from benchboard.ui.widgets.accessible import focus_told_once
from benchboard.ui.widgets.drawer import Drawer
from benchboard.ui.widgets.no_match import NoMatch
from benchboard.ui.window_commands import LIST, LIST_UNDO, undo_handlers

# A person whom the filter hides is on no page; without a limit, looking for them would read the whole list.
_MOST_SEARCHED = 2_000
_ALL_THERE_IS: Final = 10_000
"""More pixels than a window is wide: a column that takes what the others leave."""
_OPPOSITE: Final = {"disable_account": "activate_account", "activate_account": "disable_account"}
_CSV = ("id", "name", "email", "role", "own_roles", "teams", "state", "last_seen", "sessions", "created_at")

NEEDING_TWO_STEP: Final = "!needs-two-step"
"""The address of the list of those who have to set up two-step sign-in."""
_SHOWN_STATES: Final = (*users.STATES, users.LOCKED, users.NEEDS_TWO_STEP, users.DELETED)
_TABLES: Final = frozenset(
    (
        "users",
        "sessions",
        "user_roles",
        "roles",
        "teams",
        "team_members",
        "account_lockouts",
        "mfa_factors",
        "organisations",
    )
)


class PeopleView(QWidget):
    """Address: `admin/people`, `admin/people/<id>`, `admin/people/add`; the list of some of them,
    `admin/people/!needs-two-step`.
    """

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._listing = Listing(sort="name")
        self._model: PagedTableModel[Person] = PagedTableModel(
            context.tasks, self._fetch, _columns(context.actor.user_id), self
        )
        self._fill_toolbar()
        self._table = self._make_table()
        self._detail = PersonPane(context)
        self._body = Drawer(self._table, self._detail)
        self._body.covers.connect(self._table.set_covered)
        self.banner_place = BannerPlace()
        fill_column(self, self._toolbar, self.banner_place, self._body)
        self.setFocusProxy(self._table.view)
        self._requested_id = self._added = ""
        """The ID of the person to show, and of one who was just added."""
        self._matching = 0
        """How many people match the filter."""
        self._model.loaded.connect(self._find_requested)
        self._model.loaded.connect(lambda: self._body.keep_place(bool(self._model.rows)))
        self._table.current_changed.connect(self._show_detail)
        self._table.view.pressed.connect(self._forget_request)
        self._table.activated.connect(self._focus_detail)
        self._table.menu_requested.connect(self._open_menu)
        self._table.selectionChanged.connect(self._on_ticked)
        self._detail.closed.connect(self._close_detail)
        self._detail.page_requested.connect(self._open_page)
        self._detail.step_requested.connect(self._step)
        install_shortcuts(self, LIST_UNDO, undo_handlers(context.problems))
        for pane in (self._table.view, self._detail):
            install_shortcuts(
                pane,
                PEOPLE,
                {
                    "admin.edit_person": Handler(partial(self._run_for_current, "admin.edit_person")),
                    "admin.delete_person": Handler(partial(self._run_for_current, "admin.delete_person")),
                },
            )
        refresh_times(self._table.view.viewport(), self._detail.refresh_times)
        context.changed.watch(self, _TABLES, self.refresh)
        self._model.loaded.connect(self._update_bulk)
        self._model.listing = self._listing
        self._count()

    def _fill_toolbar(self) -> None:
        self._toolbar = Toolbar(_("People"))
        self._search = search_field(self, "people_search", _("Name or email"), self._searched, label=_("Filter people"))
        self._role = Select(
            [("", _("All roles")), *((role, role_title(role)) for role in ROLES)], name="people_role", label=_("Role")
        )
        self._state = Select(
            [("", _("All statuses")), *((state, state_mark(state).text) for state in _SHOWN_STATES)],
            name="people_state",
            label=_("Status"),
        )
        for widget in (self._search, self._role, self._state):
            self._toolbar.add(widget)
        self._role.currentIndexChanged.connect(self._filter)
        self._state.currentIndexChanged.connect(self._filter)
        export = Button(_("Export CSV"), self._export, icon="ph.download-simple", name="people_export")
        self._toolbar.add_right(export)
        self._toolbar.shorten(export)
        add = Button(_("Add person"), self.add, kind="primary", icon="ph.user-plus", name="people_add")
        add.disable(user_actions.why_no_changes(self._context))
        self._toolbar.add_right(add)

    def _make_table(self) -> PagedTable[Person]:
        no_match = NoMatch(pgettext("no match", "people"), self._show_all, self._filter_names)
        no_match.action.setObjectName("people_show_all")
        return PagedTable(
            self._model,
            label=_("People"),
            name="people_table",
            empty=EmptyState("ph.users", _("No people yet"), _("Add person"), self.add),
            no_match=no_match,
            bulk=self._bulk_buttons(),
        )

    def panes(self) -> list[QWidget]:
        """The panes in F6 order."""
        if self._detail.is_page:
            return self._detail.panes()
        return [self._toolbar, self._table, *([self._detail] if self._detail.isVisible() else [])]

    def open_route(self, rest: str) -> None:
        """Show one person, the dialog that adds one, or the list."""
        if rest == "add":
            self.add()
        elif rest == NEEDING_TWO_STEP:
            if self._detail.is_page:
                self._close_detail()
            self._state.set_current_key(users.NEEDS_TWO_STEP)
            self._filter()
        elif rest:
            self._detail.tell_once_shown(rest)
            self._show(rest)
            self._requested_id = rest if self._table.current() is None else ""
            self._find_requested()
        elif self._detail.is_page:
            self._close_detail()

    def _show(self, user_id: str) -> None:
        current = self._table.current()
        if current is not None and current.id == user_id:
            self._show_detail(current)
        elif not self._table.make_current(user_id):
            self._table.clear_current()  # another person's row, beside this one's details
            self._body.show_detail(True)
            self._detail.show_person(user_id)

    def _find_requested(self) -> None:
        """Select the requested person, who may be on a later page of the list: then load the next one."""
        if not self._requested_id or not self._model.requested:
            return
        may_load = not self._model.at_end and len(self._model.rows) < _MOST_SEARCHED
        if self._model.find(self._requested_id) < 0 and may_load:
            self._model.fetchMore(QModelIndex())
            return
        requested, self._requested_id = self._requested_id, ""
        QTimer.singleShot(0, self, lambda: self._show_requested(requested))

    def _show_requested(self, user_id: str) -> None:
        self._show(user_id)
        if user_id == self._added:
            self._table.enter_made()
        self._added = ""

    def _forget_request(self) -> None:
        """Another row was clicked while the requested one was being looked for."""
        self._requested_id = ""
        self._table.forget_made()

    def refresh(self) -> None:
        self._model.refresh()
        self._count()

    def add(self) -> None:
        """Ask for a person and add them."""
        if denied := user_actions.why_no_changes(self._context):
            self._context.problems.refuse(denied)
            return
        dialog = AddPersonDialog(
            self.window(), self._context, asks_password=self._context.workspace.location.kind == "server"
        )
        dialog.added.connect(self._on_added)
        dialog.existing_requested.connect(self.open_route)
        dialog.open()

    def _fetch(self, session: DatabaseSession, listing: Listing, after: str | None, limit: int) -> Page[Person]:
        return users.list_people(session, self._context.actor, listing, after=after, limit=limit)

    def _bulk_buttons(self) -> list[QWidget]:
        context, titles = self._context, user_actions.titles_for(several=True)
        revoke = Button(
            titles["revoke_sessions"],
            lambda: user_actions.revoke_all_after_confirm(context, self, self._table.selected()),
            icon="ph.sign-out",
            size="sm",
            name="people_revoke_sessions",
        )
        activate = Button(
            titles["activate_account"],
            lambda: user_actions.set_state(context, self, self._table.selected(), "active"),
            icon="ph.check-circle",
            size="sm",
            name="people_activate",
        )
        disable = Button(
            titles["disable_account"],
            lambda: user_actions.set_state(context, self, self._table.selected(), "inactive"),
            kind="danger",
            icon="ph.prohibit",
            size="sm",
            name="people_disable",
        )
        self._bulk = {"revoke_sessions": revoke, "activate_account": activate, "disable_account": disable}
        return list(self._bulk.values())

    def _searched(self, text: str) -> None:
        self._set_listing(replace(self._model.listing, search=text.strip()))

    def _filter(self) -> None:
        selected = {"role": self._role.current_key(), "state": self._state.current_key()}
        filters: dict[str, Scalar] = {key: value for key, value in selected.items() if value}
        self._set_listing(replace(self._model.listing, filters=filters))

    def _filter_names(self) -> list[str]:
        return [choice.currentText() for choice in (self._role, self._state) if choice.current_key()]

    def _show_all(self) -> None:
        self._search.clear()
        self._role.set_current_key("")
        self._state.set_current_key("")
        self._set_listing(replace(self._model.listing, search="", filters={}))

    def _set_listing(self, listing: Listing) -> None:
        # Rows that are ticked but no longer shown must not be changed unseen.
        self._model.clear_ticks()
        self._model.listing = listing
        self._count()

    def _count(self) -> None:
        """Show how many people match, and of how many."""
        actor, listing = self._context.actor, self._model.listing

        def ask(session: DatabaseSession) -> tuple[int, int]:
            return users.count_people(session, actor, listing), users.count_people(session, actor)

        def show(counts: tuple[int, int]) -> None:
            matching, total = map(number, counts)
            if listing == self._model.listing:  # no later search
                self._matching = counts[0]
                self._show_place()
                every = not (listing.search or listing.filters)
                text = _("{shown} of {all}").format(shown=matching, all=total)
                self._toolbar.set_count(total if every else text)

        self._context.tasks.read(self, ask, show, lambda _error: None)

    def command_handlers(self) -> Handlers:
        """The commands for the ticked people, or else for the one whose row is current."""
        current = self._table.current()
        people = self._table.selected() or ([current] if current is not None else [])
        if not people:
            return {}
        handlers = user_actions.handlers_for_people(self._context, self, people)
        # Of the room, the other command leads to the list of all sessions.
        handlers["admin.revoke_all_sessions"] = handlers.pop("admin.revoke_sessions")
        handlers.pop("admin.view_audit_log", None)
        name = people[0].name if len(people) == 1 else ""
        return {command_id: handler._replace(subtitle=name) for command_id, handler in handlers.items()}

    def _show_detail(self, person: Person | None) -> None:
        self._show_place()
        if person is not None:
            self._detail.show_person(person.id, person)
        elif self._detail.is_page:
            self._leave_page()
        self._body.show_detail(person is not None)

    def _run_for_current(self, command: str) -> None:
        """Run a command for the ticked people, or else for the one whose row is current, if it is there for them."""
        current = self._table.current()
        people = self._table.selected() or ([current] if current is not None else [])
        handler = user_actions.handlers_for_people(self._context, self, people).get(command) if people else None
        if handler is not None:
            run_handler(handler, self._context.problems.refuse)

    def _focus_detail(self, person: Person) -> None:
        with focus_told_once():
            self._show_detail(person)
            self._set_page(True)
            self._detail.focus_first()

    def _step(self, rows: int) -> None:
        """Show the person so many rows below on the page."""
        at = self._table.view.currentIndex().row() + rows
        if 0 <= at < len(self._model.rows):
            self._table.view.setCurrentIndex(self._model.index(at, 0))
        if at >= len(self._model.rows) - 1 and not self._model.at_end:
            self._model.fetchMore(QModelIndex())

    def _show_place(self) -> None:
        current = self._table.view.currentIndex()
        self._detail.show_place(current.row() if current.isValid() else -1, self._matching)

    def _open_page(self) -> None:
        with focus_told_once():
            self._set_page(True)
            self._detail.focus_first()

    def _leave_page(self) -> None:
        """Show the list again, with the focus if the page had it."""
        had_focus = self._detail.isAncestorOf(self.window().focusWidget() or self)
        self._set_page(False)
        if had_focus:
            self._table.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _set_page(self, page: bool) -> None:
        """Show the person on the whole page, or beside the list."""
        self._toolbar.setVisible(not page)
        self._body.show_full(page)
        self._detail.set_page(page)

    def _open_menu(self, person: Person, spot: QPoint) -> None:
        """Open the context menu of a row, or of all ticked rows if it is one of several."""
        ticked = self._table.selected()
        several = len(ticked) > 1 and person.id in {one.id for one in ticked}
        handlers = user_actions.handlers_for_people(self._context, self, ticked if several else [person])
        command_menu(self, PERSON_MENU, handlers, scope=LIST, label=_("Actions"), name="people_menu").popup(spot)

    def _on_ticked(self) -> None:
        for name, title in user_actions.titles_for(several=len(self._table.selected()) > 1).items():
            self._bulk[name].set_title(title)
        self._update_bulk()
        # In a narrow window, the drawer would cover the actions for the ticked rows.
        if self._body.narrow and self._table.selected():
            self._body.show_detail(False)

    def _update_bulk(self) -> None:
        """Show the buttons for what can be done with the ticked people; if nothing can, the bar says why not."""
        selected = self._table.selected()
        why_not = user_actions.why_not_bulk(self._context, selected) if selected else dict.fromkeys(self._bulk, "")
        focused = next((name for name, button in self._bulk.items() if button.hasFocus()), "")
        back = _OPPOSITE.get(focused, "")
        if back and why_not[focused] and not why_not[back]:  # the focus goes to what takes the action back
            self._bulk[back].show()
            self._bulk[back].setFocus(Qt.FocusReason.OtherFocusReason)
        for name, button in self._bulk.items():
            button.setVisible(not why_not[name])
        reasons = dict.fromkeys(why_not.values())
        self._table.explain_bulk("" if "" in reasons else " ".join(reasons))

    def _close_detail(self) -> None:
        """Go from a person's page or details back to the list."""
        with focus_told_once():
            if self._detail.is_page:
                self._leave_page()
            self._body.show_detail(False)
            self._table.put_away()

    def _on_added(self, person: Person) -> None:
        offer_undo(
            self._context,
            self,
            _("{name} added").format(name=person.name),
            _("new person “{name}”").format(name=person.name),
            lambda session: person_deletion.delete_people(session, self._context.actor, [person.id]),
            lambda session, _ended: person_deletion.restore_people(session, self._context.actor, [person.id]),
        )
        self._requested_id = self._added = person.id
        self._table.expect_made()
        listing = self._model.listing
        if listing.search or listing.filters:  # the new person may not match
            self._show_all()
        else:
            self._model.refresh()

    def _export(self) -> None:
        ask_and_export(self._context, self, self._model, self._fetch, _CSV, _("people"))


def _columns(own_id: str) -> tuple[Column[Person], ...]:
    return (
        Column(
            "name",
            _("Name"),
            lambda row: row.name,
            sortable=True,
            second=lambda row: _("{email} (you)").format(email=row.email) if row.id == own_id else row.email,
            avatar=lambda row: row.name,
            tooltip=lambda row: row.email,
            width=248,
            stretch=True,
            most=360,
        ),
        Column(
            "role",
            _("Role"),
            lambda row: ", ".join((role_title(row.role), *row.own_roles)),
            sortable=True,
            tooltip=lambda row: ", ".join((role_title(row.role), *row.own_roles)),
            width=172,
            stretch=True,
            most=_ALL_THERE_IS,
        ),
        Column(
            "teams",
            _("Teams"),
            lambda row: ", ".join(row.teams) or "–",
            tooltip=lambda row: ", ".join(row.teams),
            spoken="titled",
            width=144,
            stretch=True,
            most=_ALL_THERE_IS,
        ),
        Column(
            "state",
            _("Status"),
            lambda row: person_mark(row).text,
            sortable=True,
            mark=lambda row: quiet_mark(person_mark(row)),
            width=140,
        ),
        time_column("last_seen", _("Last sign-in"), lambda row: row.last_seen),
        Column(
            "sessions",
            _("Sessions"),
            lambda row: str(row.sessions),
            align_right=True,
            zero_muted=True,
            width=90,
        ),
    )
