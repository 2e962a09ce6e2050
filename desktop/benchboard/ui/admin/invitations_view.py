"""The invitations of the organisation: pending, expired and accepted."""

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

from benchboard.i18n import _, pgettext
from benchboard.identity import invitations
from benchboard.identity.invitations import InvitationRecord, state_title
from benchboard.identity.roles import role_title
from benchboard.paging import Listing, Page
from benchboard.ui.admin import user_actions
from benchboard.ui.admin.admin_commands import INVITATION_MENU, INVITATIONS
from benchboard.ui.admin.admin_format import invitation_mark, time_column
from benchboard.ui.admin.invitation_dialogs import InviteDialog, ShownCodeDialog
from benchboard.ui.admin.invitation_pane import InvitationPane
from benchboard.ui.command_menu import command_menu
from benchboard.ui.commands import REGISTRY, Handler, install_shortcuts
from benchboard.ui.context import Context
from benchboard.ui.paged.paged_model import Column, PagedTableModel
from benchboard.ui.paged.paged_view import PagedTable, count_in
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.time_format import full_date, full_time, refresh_times
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
from benchboard.ui.widgets.choice_card import ChoiceCard
from benchboard.ui.widgets.drawer import Drawer
from benchboard.ui.widgets.no_match import NoMatch
from benchboard.ui.widgets.tab_order import focus_content
from benchboard.ui.window_commands import LIST_UNDO, undo_handlers


class InvitationsView(QWidget):
    """Address: `admin/invitations`."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._toolbar = Toolbar(_("Invitations"))
        self._search = search_field(
            self, "invitations_search", _("Email address"), self._searched, label=_("Filter invitations")
        )
        self._which = SegmentedControl((("pending", _("Pending")), ("", _("All"))), label=_("Invitations to show"))
        self._which.selected.connect(lambda _key: self._filter())
        self._toolbar.add(self._search)
        self._toolbar.add(self._which)
        self._invite = Button(
            _("Invite person"), self._ask_whom, kind="primary", icon="ph.envelope-simple", name="invitations_invite"
        )
        self._invite.disable(why_not_invited(context))
        self._toolbar.add_right(self._invite)
        self._model: PagedTableModel[InvitationRecord] = PagedTableModel(
            context.tasks, self._fetch, _columns(), self, own_filters=frozenset({"state"})
        )
        on_server = context.workspace.location.kind == "server"
        told = _("People join by a code that you send them, and choose their password themselves.")
        empty = EmptyState(
            "ph.envelope-simple", _("No pending invitations"), _("Invite person"), self._ask_whom, why=told
        )
        if not on_server:
            empty = _no_server(context)
        self._table: PagedTable[InvitationRecord] = PagedTable(
            self._model,
            label=_("Invitations"),
            name="invitations_table",
            empty=empty,
            no_match=NoMatch(pgettext("no match", "invitations"), self._search.clear),
            ticks=False,
        )
        if on_server:
            self._table.begin_with(self._invite)
        for widget in () if on_server else (self._search, self._which, self._invite):
            widget.hide()  # there is nothing that they could be used for
        self._table.menu_requested.connect(self._open_menu)
        self._detail = InvitationPane(self._resend, self._ask_to_revoke, user_actions.why_no_changes(context))
        self._detail.closed.connect(self._close_detail)
        self._body = Drawer(self._table, self._detail)
        self._body.covers.connect(self._table.set_covered)
        self._table.current_changed.connect(self._show_invitation)
        self._table.activated.connect(self._focus_invitation)
        self._model.loaded.connect(lambda: self._body.keep_place(bool(self._model.rows)))
        install_shortcuts(
            self._table.view, INVITATIONS, {one.id: Handler(self._revoke) for one in REGISTRY.of_scope(INVITATIONS)}
        )
        self.banner_place = BannerPlace()
        fill_column(self, self._toolbar, self.banner_place, self._body)
        self.setFocusProxy(self._table.view)
        refresh_times(self._table.view.viewport(), self._detail.refresh_times)
        count_in(self._toolbar, self._model)
        install_shortcuts(self, LIST_UNDO, undo_handlers(context.problems))
        context.changed.watch(self, {"invitations", "users", "roles"}, self._model.refresh)
        self._filter()

    def panes(self) -> list[QWidget]:
        """The panes in F6 order."""
        return [self._toolbar, self._table, *([self._detail] if self._detail.isVisible() else [])]

    def refresh(self) -> None:
        self._model.refresh()

    def open_route(self, rest: str) -> None:
        """`new` asks whom to invite."""
        if rest == "new" and self._invite.isEnabled():
            self._ask_whom()
        elif rest == "new":
            self._context.problems.refuse(why_not_invited(self._context))
        elif rest:
            self._context.problems.report_unknown_address(f"admin/invitations/{rest}")

    def _fetch(
        self, session: DatabaseSession, listing: Listing, after: str | None, limit: int
    ) -> Page[InvitationRecord]:
        return invitations.list_invitations(session, self._context.actor, listing, after=after, limit=limit)

    def _searched(self, text: str) -> None:
        self._model.listing = replace(self._model.listing, search=text.strip())

    def _filter(self) -> None:
        state = self._which.current()
        self._model.listing = replace(self._model.listing, filters={"state": state} if state else {})

    def _show_invitation(self, invitation: InvitationRecord | None) -> None:
        if invitation is not None:
            self._detail.show_invitation(invitation)
        self._body.show_detail(invitation is not None)

    def _focus_invitation(self, invitation: InvitationRecord) -> None:
        self._show_invitation(invitation)
        focus_content(self._detail)

    def _close_detail(self) -> None:
        self._body.show_detail(False)
        self._table.put_away()

    def _ask_whom(self) -> None:
        InviteDialog(self.window(), self._context).open()

    def _open_menu(self, invitation: InvitationRecord, spot: QPoint) -> None:
        if invitation.state == "accepted":
            return

        def denied() -> str:
            return user_actions.why_no_changes(self._context)

        handlers = {
            "admin.resend_invitation": Handler(partial(self._resend, invitation), denied),
            "admin.revoke_invitation": Handler(partial(self._ask_to_revoke, invitation), denied),
        }
        opened = command_menu(
            self, INVITATION_MENU, handlers, scope=INVITATIONS, label=_("Actions"), name="invitations_menu"
        )
        opened.popup(spot)

    def _resend(self, invitation: InvitationRecord) -> None:
        """Make a new code: the old one was shown once, and works no more."""
        actor = self._context.actor
        self._context.tasks.change(
            self,
            lambda session: invitations.resend(session, actor, invitation.id),
            lambda made: ShownCodeDialog(self.window(), made).open(),
        )

    def _revoke(self) -> None:
        self._table.take_ringed()
        current = self._table.current()
        if current is not None and current.state != "accepted" and not user_actions.why_no_changes(self._context):
            self._ask_to_revoke(current)

    def _ask_to_revoke(self, invitation: InvitationRecord) -> None:
        actor, email = self._context.actor, invitation.email

        def run() -> None:
            self._context.tasks.change(
                self,
                lambda session: invitations.revoke_invitations(session, actor, [invitation.id]),
                lambda _count: self._context.problems.toast(_("Invitation of {email} revoked").format(email=email)),
            )

        Confirm(
            self.window(),
            _("Revoke the invitation of {email}?").format(email=email),
            _("Its code works no more. You can invite them again."),
            act=_("Revoke invitation"),
            keep=_("Keep invitation"),
            run=run,
        ).open()


def _no_server(context: Context) -> EmptyState:
    """What stands in place of the list where nobody is invited: the two ways to have others join."""
    made = EmptyState(
        "ph.envelope-simple", _("Invitations need a shared server"),
        why=_("There, people join by a code that you send them, and choose their password themselves."),
    )  # fmt: skip
    add = ChoiceCard(
        "ph.user-plus", _("Add person"), _("On this computer, people are added at once."),
        partial(context.go, "admin/people/add"), reason=user_actions.why_no_changes(context),
    )  # fmt: skip
    add.setObjectName("invitations_add_person")
    server = ChoiceCard(
        "ph.database", _("Change data location"), _("Use a shared server instead. What is stored here stays."),
        partial(context.go, "settings/general/location"),
    )  # fmt: skip
    server.setObjectName("invitations_location")
    made.offer(add, server)
    return made


def why_not_invited(context: Context) -> str:
    """Why nobody can be invited here by this person; empty if they can."""
    if context.workspace.location.kind != "server":
        return _("Invitations are for shared servers.")
    return user_actions.why_no_changes(context)


def _columns() -> tuple[Column[InvitationRecord], ...]:
    return (
        Column("email", _("Email"), lambda row: row.email, sortable=True, width=240, stretch=True),
        Column("role", _("Role"), lambda row: role_title(row.role), muted=True, width=170),
        Column("invited_by", _("Invited by"), lambda row: row.invited_by or "–", muted=True, width=160),
        time_column("created_at", _("Invited"), lambda row: row.created_at),
        Column(
            "expires_at", _("Expires"), lambda row: full_date(row.expires_at.astimezone().date()), sortable=True,
            tooltip=lambda row: full_time(row.expires_at), muted=True, spoken="titled", width=120,
        ),
        Column(
            "state", _("Status"), lambda row: state_title(row.state), mark=lambda row: invitation_mark(row.state),
            width=120,
        ),
    )  # fmt: skip
