"""The details of an OAuth client: what it is, where people return to, what it may do, and its secret."""

from PySide6.QtWidgets import QHBoxLayout, QWidget

from benchboard.errors import AppError, NotFound
from benchboard.i18n import _, ngettext, number
from benchboard.identity.oauth import clients
from benchboard.identity.oauth.client_fields import grant_title, scope_title, type_explanation, type_title
from benchboard.identity.oauth.clients import ClientRecord
from benchboard.identity.oauth.redirect_uris import is_on_this_computer
from benchboard.ui.admin import client_actions
from benchboard.ui.admin.admin_commands import CLIENT_MENU
from benchboard.ui.admin.client_test_section import ClientTestSection
from benchboard.ui.admin.consent_sections import ConsentsSection, TokensSection
from benchboard.ui.command_menu import command_menu
from benchboard.ui.context import Context
from benchboard.ui.system_clipboard import copy_text
from benchboard.ui.theme import theme
from benchboard.ui.time_format import full_time, relative_time
from benchboard.ui.widgets import Badge, Button, Elided, KeyValue, Paragraph, Text, copyable, hairline
from benchboard.ui.widgets.detail_pane import DetailHeader, DetailPane, DetailSection
from benchboard.ui.widgets.fields import row
from benchboard.ui.widgets.pane_tabs import PaneTabs
from benchboard.ui.widgets.readable_rows import ReadableList, ReadableRow
from benchboard.ui.widgets.surfaces import fill_column
from benchboard.ui.window_commands import LIST

_WATCHED = frozenset({"clients", "tokens", "refresh_tokens", "consents"})


class _RedirectUriLine(ReadableRow):
    """A redirect URI on one line, and a button that copies it."""

    def __init__(self, uri: str) -> None:
        super().__init__()
        here = is_on_this_computer(uri)
        self._uri = uri
        self.setAccessibleName(", ".join((uri, _("This computer"))) if here else uri)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme().px("spacing.2"))
        line.addWidget(Elided(uri, "mono", middle=True), 1)
        if here:
            line.addWidget(Badge("neutral", _("This computer"), "ph.desktop"))
        copy = Button("", lambda: copy_text(uri), kind="quiet", icon="ph.copy", size="xs", tip=_("Copy redirect URI"))
        line.addWidget(copy)

    def copied_text(self) -> str:
        return self._uri


def _key(text: str) -> Text:
    """What a protocol calls something, behind its title."""
    return Text(text, "mono", "muted")


class ClientPane(DetailPane):
    """Updates itself when the database changes; `show_client` sets the client."""

    def __init__(self, context: Context) -> None:
        super().__init__("client_detail")
        self._context = context
        self._client: ClientRecord | None = None
        self._client_id = ""
        self._times: tuple[Text, ...] = ()
        self._state, self._old = Badge("neutral", ""), Badge("warn", _("Old secret still works"), "ph.key")
        self._head = DetailHeader(self.close_button(), self._state, self._old, icon="ph.app-window")
        self.head.addWidget(self._head)
        self._add_actions()
        self._tabs = PaneTabs((("client_overview", _("Overview")), ("client_test", _("Test")), ("client_people", "")))
        self._tabs.chosen.connect(self.show_tab)
        self.head.addWidget(self._tabs)
        self.head.addWidget(hairline())
        self._facts, self._secret_facts = KeyValue(label=_("Client")), KeyValue(label=_("Secret"))
        titles = self._titles()
        self._uris = ReadableList(titles[0])
        self._grants, self._scopes = (KeyValue(label=one, ruled=True) for one in titles[1:])
        self._end = Button(
            _("End old secret"), self._end_previous, kind="danger_link", name="client_end_secret"
        )  # fmt: skip
        self._secret_note = Paragraph("", "caption", "muted")
        sections: tuple[tuple[str, tuple[QWidget, ...]], ...] = (
            (_("Client"), (self._facts,)),
            (_("Secret"), (self._secret_facts, self._secret_note, self._end)),
            (titles[0], (self._uris,)),
            (titles[1], (self._grants,)),
            (titles[2], (self._scopes,)),
        )
        self._sections = []
        overview, people = QWidget(), QWidget()
        parts_shown: list[QWidget] = []
        for title, parts in sections:
            section = DetailSection(title)
            section.fill(*parts)
            self._sections.append(section)
            parts_shown += [section, hairline()]
        fill_column(overview, *parts_shown)
        self._test = ClientTestSection(context)
        self._consents, self._tokens = ConsentsSection(context, of_person=False), TokensSection(context)
        fill_column(people, self._consents, hairline(), self._tokens)
        self._pages: tuple[QWidget, ...] = (overview, self._test, people)
        for page in self._pages:
            self.column.addWidget(page)
        self.column.addStretch(1)
        self.show_tab(0)
        context.changed.watch(self, _WATCHED, self.refresh)

    @staticmethod
    def _titles() -> tuple[str, str, str]:
        return _("Redirect URIs"), _("How it gets tokens"), _("What it may ask people for")

    def _add_actions(self) -> None:
        edit = Button(_("Edit"), lambda: self._run("admin.edit_client"), icon="ph.pencil-simple", name="client_edit")
        self._rotate = Button(
            _("Rotate secret"), lambda: self._run("admin.rotate_secret"), icon="ph.key", name="client_rotate"
        )
        self._enable = Button(
            _("Enable client"), lambda: self._run("admin.enable_client"), icon="ph.check-circle", name="client_enable"
        )
        self._more = Button("", self._open_more, icon="ph.dots-three", tip=_("More actions"), name="client_more")
        line = row(edit, self._rotate, self._enable, self._more)
        line.setContentsMargins(16, 0, 16, 6)
        line.addStretch(1)
        for button in (edit, self._rotate, self._enable):
            button.disable(client_actions.why_no_changes(self._context))
        self.head.addLayout(line)

    def show_tab(self, at: int) -> None:
        """Show the overview (0), the test or who uses the client."""
        self._tabs.show_current(at)
        for index, page in enumerate(self._pages):
            page.setVisible(index == at)

    def _open_more(self) -> None:
        """Open the menu of what can be done with the client."""
        if self._client is not None:
            handlers = client_actions.handlers_for_client(self._context, self, self._client)
            opened = command_menu(self, CLIENT_MENU, handlers, scope=LIST, label=_("Actions"), name="client_menu")
            opened.popup(self._more.mapToGlobal(self._more.rect().bottomLeft()))

    def _run(self, command: str) -> None:
        if self._client is not None:
            handlers = client_actions.handlers_for_client(self._context, self, self._client)
            if command in handlers:
                handlers[command].run()

    def _end_previous(self) -> None:
        if self._client is not None:
            client_actions.end_previous(self._context, self, self._client)

    def show_client(self, client_id: str, known: ClientRecord | None = None) -> None:
        """Show this client: at once with the list's data, then with the database's."""
        self._client_id = client_id
        if known is not None:
            self._show_record(known)
        self.refresh()

    def refresh(self) -> None:
        """Read the client again; what is shown stays until then."""
        client_id, actor = self._client_id, self._context.actor
        if client_id:
            self._context.tasks.read(
                self, lambda session: clients.get_client(session, actor, client_id), self._show_read, self._on_failed
            )

    def refresh_times(self) -> None:
        """Show the times as of now."""
        if self._client is not None:
            for value, time in zip(self._times, (self._client.last_used_at, self._client.created_at), strict=True):
                text = relative_time(time)
                if value.text() != text:
                    value.setText(text)

    def _show_read(self, client: ClientRecord) -> None:
        if client.id == self._client_id:
            self._show_record(client)

    def _show_record(self, client: ClientRecord) -> None:
        if client == self._client:
            return
        self._client = client
        self._head.name.setText(client.name)
        self._head.below.setText(type_title(client.type))
        disabled = client.disabled_at is not None
        self._state.show_state(*(("error", _("Disabled"), "ph.prohibit") if disabled else ("ok", _("Active"), "")))
        self._old.setVisible(client.previous_secret_hint is not None)
        self._enable.setVisible(disabled)
        self._rotate.setVisible(client.type == "confidential" and not disabled)
        self._tabs.rename(2, _("People {count}").format(count=number(client.people)))
        self._test.show_client(client)
        self._consents.show_for({"client": client.id})
        self._tokens.show_for({"client": client.id})
        self._show_facts(client)
        self._show_secret(client)
        self._uris.show_rows([_RedirectUriLine(uri) for uri in client.redirect_uris])
        self._sections[2].setVisible(bool(client.redirect_uris))
        self._grants.show_rows([(grant_title(one), _key(one)) for one in client.grant_types])
        self._scopes.show_rows([(scope_title(one), _key(one)) for one in client.scopes])
        self._sections[4].setVisible(bool(client.scopes))

    def _show_facts(self, client: ClientRecord) -> None:
        used, made = self._times = (Text(""), Text(""))
        used.setToolTip(full_time(client.last_used_at))
        made.setToolTip(full_time(client.created_at))
        self.refresh_times()
        tokens = ngettext("{count} active", "{count} active", client.tokens).format(count=number(client.tokens))
        self._facts.show_rows(
            [
                (_("Client ID"), copyable(client.client_id, _("client ID"))),
                (_("Type"), Paragraph(type_explanation(client.type))),
                (_("People"), Text(number(client.people))),
                (_("Tokens"), Text(tokens)),
                (_("Last used"), used),
                (_("Registered"), made),
            ]
        )

    def _show_secret(self, client: ClientRecord) -> None:
        self._sections[1].setVisible(client.type == "confidential")
        if client.secret_hint is None:
            return
        rows: list[tuple[str, QWidget]] = [
            (_("Ends in"), Text(client.secret_hint, "mono")),
            (_("Made"), Text(full_time(client.secret_set_at))),
        ]
        self._secret_facts.show_rows(rows)
        old = client.previous_secret_hint is not None
        until = _("The secret ending in {hint} works until {time}.")
        time = full_time(client.previous_secret_until)
        self._secret_note.setText(until.format(hint=client.previous_secret_hint, time=time) if old else "")
        self._secret_note.setVisible(old)
        self._end.setVisible(old)

    def _on_failed(self, error: AppError) -> None:
        if isinstance(error, NotFound):  # deleted, here or by another program: the list doesn't have it either
            self._client_id, self._client = "", None
            self._test.stop(_("Stopped: the client was deleted."))
            self.closed.emit()
        else:
            self._context.problems.show(error)
