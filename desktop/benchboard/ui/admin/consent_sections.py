"""What people agreed to and the tokens that came of it, as sections of a client's and of a person's details."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.i18n import _, ngettext, number
from benchboard.identity.oauth import consents
from benchboard.identity.oauth.consents import ConsentRecord, TokenRecord
from benchboard.identity.permissions import has_permission
from benchboard.identity.roles import denied_title
from benchboard.paging import Listing, Page, Scalar
from benchboard.ui.context import Context
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.time_format import full_time, relative_time
from benchboard.ui.widgets import Button, Confirm, Elided, Paragraph, Text, fill_column, hairline
from benchboard.ui.widgets.detail_pane import DetailSection
from benchboard.ui.widgets.readable_rows import ReadableList, ReadableRow

_MOST_SHOWN = 20
_WATCHED = frozenset({"clients", "consents", "tokens", "refresh_tokens", "users"})


class _RevocableRow(ReadableRow):
    """Who or what, more about it below, and a button that revokes it."""

    def __init__(self, title: str, below: str, name: str, denied: str, revoke: Callable[[], object]) -> None:
        super().__init__()
        self.setAccessibleName(", ".join(part for part in (title, below) if part))
        column = QVBoxLayout()
        column.setSpacing(1)
        column.addWidget(Elided(title))
        column.addWidget(Paragraph(below, "caption", "muted"))
        button = Button(_("Revoke"), revoke, kind="danger_link", size="sm", name=name)
        button.disable(denied)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 2, 0, 2)
        line.addLayout(column, 1)
        line.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)


class _GrantSection(DetailSection):
    """Follows the database; `show_for` sets the filter of what it lists."""

    def __init__(self, context: Context, title: str, none: str) -> None:
        self._count = Text("", "body", "muted")
        super().__init__(title, self._count)
        self._context = context
        self._filters: dict[str, Scalar] = {}
        self._denied = "" if has_permission(context.actor, "clients:write") else denied_title("clients:write")
        self._rows, self._none, self._rest = ReadableList(title), Paragraph(none, "body", "muted"), Text("", "caption")
        self.fill(self._rows, self._none, self._rest)
        self._show_rows([], more=False)
        if has_permission(context.actor, "clients:read"):
            context.changed.watch(self, _WATCHED, self.refresh)
        else:
            self.hide()

    def show_for(self, filters: dict[str, Scalar]) -> None:
        """List what fits these filters."""
        if filters != self._filters:
            self._filters = filters
            self.refresh()

    def refresh(self) -> None:
        """Read again; what is shown stays until then."""

    def _show_rows(self, rows: list[ReadableRow], *, more: bool) -> None:
        self._rows.show_rows(rows)
        self._rows.setVisible(bool(rows))
        self._none.setVisible(not rows)
        self._count.setText("" if more else number(len(rows)))
        self._rest.setText(_("Showing the first {count}.").format(count=number(len(rows))))
        self._rest.setVisible(more)

    def _ask(self, question: str, text: str, act: str, run: Callable[[], None]) -> None:
        Confirm(self.window(), question, text, act=act, keep=_("Keep it"), run=run).open()


class ConsentsSection(_GrantSection):
    """The people who agreed to a client, or with `of_person` the clients that a person agreed to."""

    def __init__(self, context: Context, *, of_person: bool) -> None:
        title = _("Apps with access") if of_person else _("People who agreed")
        none = _("No app has access to this account.") if of_person else _("Nobody has agreed to this client yet.")
        self._of_person = of_person
        self._holder: QWidget | None = None
        super().__init__(context, title, none)

    def with_line(self) -> QWidget:
        """The section with a line below it; both are shown only where there is something to list."""
        self._holder = QWidget()
        fill_column(self._holder, self, hairline())
        self._holder.hide()
        return self._holder

    def refresh(self) -> None:
        actor, filters = self._context.actor, self._filters
        if not filters or not has_permission(actor, "clients:read"):
            return

        def op(session: DatabaseSession) -> Page[ConsentRecord]:
            return consents.list_consents(session, actor, Listing(filters=dict(filters)), limit=_MOST_SHOWN)

        self._context.tasks.read(self, op, lambda page: self._show(page, filters))

    def _show(self, page: Page[ConsentRecord], filters: dict[str, Scalar]) -> None:
        if filters == self._filters:
            self._show_rows([self._row(one) for one in page.rows], more=page.next_key is not None)
            if self._holder is not None:
                self._holder.setVisible(bool(page.rows))

    def _row(self, one: ConsentRecord) -> ReadableRow:
        tokens = ngettext("{count} token", "{count} tokens", one.tokens).format(count=number(one.tokens))
        below = ", ".join((" ".join(one.scopes), tokens, relative_time(one.agreed_at, in_sentence=True)))
        title = one.client if self._of_person else one.person
        row = _RevocableRow(title, below, f"consent_revoke_{one.id}", self._denied, partial(self._revoke, one))
        row.setToolTip(full_time(one.agreed_at))
        return row

    def _revoke(self, one: ConsentRecord) -> None:
        actor = self._context.actor
        question = _("Revoke the access of {client} to the account of {name}?")
        tokens = ngettext("{count} token ends.", "{count} tokens end.", one.tokens).format(count=number(one.tokens))
        again = _("The app has to ask {name} again. You can't undo this.").format(name=one.person)

        def run() -> None:
            self._context.tasks.change(
                self,
                lambda session: consents.revoke_consent(session, actor, one.id),
                lambda _count: self._context.problems.toast(_("Access of {client} revoked").format(client=one.client)),
            )

        self._ask(question.format(client=one.client, name=one.person), f"{tokens} {again}", _("Revoke access"), run)


class TokensSection(_GrantSection):
    """The tokens of a client that work now."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, _("Tokens that work"), _("No token of this client works now."))

    def refresh(self) -> None:
        actor, filters = self._context.actor, self._filters
        if not filters or not has_permission(actor, "clients:read"):
            return

        def op(session: DatabaseSession) -> tuple[Page[TokenRecord], Page[TokenRecord]]:
            listing = Listing(filters=dict(filters))
            return (
                consents.list_tokens(session, actor, listing, kind="refresh", limit=_MOST_SHOWN),
                consents.list_tokens(session, actor, listing, kind="access", limit=_MOST_SHOWN),
            )

        self._context.tasks.read(self, op, lambda pages: self._show(pages, filters))

    def _show(self, pages: tuple[Page[TokenRecord], Page[TokenRecord]], filters: dict[str, Scalar]) -> None:
        if filters == self._filters:
            rows: list[ReadableRow] = [self._row(one) for page in pages for one in page.rows]
            self._show_rows(rows, more=any(page.next_key is not None for page in pages))

    def _row(self, one: TokenRecord) -> ReadableRow:
        kind = _("Refresh token") if one.kind == "refresh" else _("Access token")
        title = _("{kind} for {name}").format(kind=kind, name=one.person) if one.person else kind
        until = _("until {time}").format(time=full_time(one.expires_at))
        return _RevocableRow(title, until, f"token_revoke_{one.id}", self._denied, partial(self._revoke, one))

    def _revoke(self, one: TokenRecord) -> None:
        actor = self._context.actor

        def run() -> None:
            self._context.tasks.change(
                self,
                lambda session: consents.revoke_token(session, actor, one.id),
                lambda _none: self._context.problems.toast(_("Token revoked")),
            )

        refreshes = _("The client gets no more tokens with it. You can't undo this.")
        access = _("The client can't use it any more, but may get another one. You can't undo this.")
        self._ask(_("Revoke this token?"), refreshes if one.kind == "refresh" else access, _("Revoke token"), run)
