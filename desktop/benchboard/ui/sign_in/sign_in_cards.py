"""The three cards of the sign-in screen: this computer, a shared server, the demo."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from benchboard import file_ownership
from benchboard.errors import AppError
from benchboard.i18n import _
from benchboard.settings import Settings
from benchboard.ui.sign_in import session_opening
from benchboard.ui.sign_in.session_opening import SignInRequest
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import sentence as spoken
from benchboard.ui.widgets.badges import Badge
from benchboard.ui.widgets.buttons import Button, CheckBox
from benchboard.ui.widgets.fields import Edit, Field, is_plain_key, row
from benchboard.ui.widgets.labels import Elided, Text, plain_tooltip
from benchboard.ui.widgets.paragraph import Paragraph
from benchboard.ui.widgets.popover import MenuItem, menu
from benchboard.ui.widgets.surfaces import Card, Icon

if TYPE_CHECKING:
    from benchboard.identity.second_factor import NewSecret
    from benchboard.ui.sign_in.invitation_dialog import InvitationDialog

_ACCOUNT: Final = ("email", "password")
"""The fields of one's own account."""
_BUTTON_WIDTH: Final = 120
"""The least width of the button of a card, in pixels: short titles are as wide as that with a key cap."""


class SignInCard(Card):
    """One of the cards. The one in use has the accent border and the primary button, which Enter presses from anywhere
    in it that has no use for the key.
    """

    def __init__(self, icon: str, button: Button, *, padding: int = 20) -> None:
        super().__init__(padding=padding)
        self.icon = Icon(icon, size=20)
        self.button = button
        button.setMinimumWidth(_BUTTON_WIDTH)

    def set_in_use(self, in_use: bool) -> None:
        """Show whether the user works with this card."""
        self.set_selected(in_use)
        self.icon.set_role("accent.text" if in_use else "text.secondary")
        self.button.set_kind("primary" if in_use else "plain")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if is_plain_key(event, Qt.Key.Key_Return) or is_plain_key(event, Qt.Key.Key_Enter):
            self.button.click()
        else:
            super().keyPressEvent(event)


class LocalCard(SignInCard):
    """This computer: one encrypted file, no server, no password."""

    def __init__(self, home: Path, last_used: bool, start: Callable[[], None]) -> None:
        self.has_database = file_ownership.exists(home / "benchboard.db")
        title = _("Open") if self.has_database else _("Start on this computer")
        button = Button(title, start, size="lg", name="sign_in_local")
        if self.has_database:
            button.setAccessibleName(_("Open the data on this computer"))
        super().__init__("ph.laptop", button)
        self.setObjectName("card_local")
        badge = (
            Badge("info", _("Last used"), "ph.clock") if last_used else Badge("ok", _("No server needed"), "ph.check")
        )
        self.column.addLayout(_card_head(self.icon, _("This computer"), badge))
        about = _("An encrypted file, only for you. It starts empty; to see dashboards with data, open the demo.")
        if self.has_database:
            about = _("An encrypted file, only for you.")
        self.column.addWidget(Paragraph(about, "body", "secondary"))
        self.column.addSpacing(4)
        key, folder = _key_sentence(home), _("Folder: {path}").format(path=home)
        unlocked = _("No password: your account on this computer unlocks it")
        self.column.addLayout(_fact_row("ph.lock-simple", key))
        self.column.addLayout(_fact_row("ph.hard-drives", folder, one_line=True))
        self.column.addLayout(_fact_row("ph.user", unlocked))
        button.setAccessibleDescription(" ".join(spoken(text) for text in (about, key, folder, unlocked)))
        self.column.addStretch(1)
        self.stay_signed_in = CheckBox(_("Stay signed in"))
        self.stay_signed_in.setObjectName("stay_local")
        self.stay_signed_in.setAccessibleName(_("Stay signed in on this computer"))
        _explain_stay(self.stay_signed_in)
        foot = row(self.stay_signed_in)
        foot.addStretch(1)
        foot.addWidget(self.button)
        self.column.addLayout(foot)


class ServerCard(SignInCard):
    """A shared PostgreSQL server, by its URL. It is unguarded for now, and the card says so."""

    def __init__(self, settings: Settings, last_used: bool, start: Callable[[SignInRequest], None]) -> None:
        super().__init__("ph.database", Button(_("Sign in"), size="lg", name="sign_in_server"))
        self.setObjectName("card_server")
        self._start = start
        self._joining: InvitationDialog | None = None
        self._organisation: str | None = None
        self._required_by = ""
        """The organisation that requires what is being set up."""
        self._requested: SignInRequest | None = None
        """What was sent last, for a code to be added to it."""
        self._secret: NewSecret | None = None
        """What is being set up, while its code isn't right yet."""
        self._unprotected = Badge("warn", _("Trusted networks only"), "ph.shield-warning")
        badges = (*((Badge("info", _("Last used"), "ph.clock"),) if last_used else ()), self._unprotected)
        self._role_risk = _(
            "Anyone who can use this database role can read everything in the database. Use it only inside "
            "your own network."
        )
        self._unprotected.setToolTip(plain_tooltip(self._role_risk))
        self._url = Edit(placeholder="postgresql://role@server/database", name="server_url")
        if settings.last_way not in ("", "local", "demo"):
            self._url.setText(settings.last_way)
        self._role_password = _password_edit("server_role_password")
        self._email = Edit(name="server_email")
        self._email.setText(settings.last_email)
        self._password = _password_edit("server_password")
        self._stay_signed_in = CheckBox(_("Stay signed in"))
        self._stay_signed_in.setObjectName("stay_server")
        self._stay_signed_in.setAccessibleName(_("Stay signed in to the shared server"))
        _explain_stay(self._stay_signed_in)
        self.button.clicked.connect(lambda _checked=False: self._submit())
        self.button.add_key_cap("Enter")
        self.column.addLayout(_card_head(self.icon, _("Shared server"), *badges))
        self._lay_out()
        self._url.textChanged.connect(self._update_warning)
        self._update_warning(self._url.text())  # the address of an earlier session
        self._edits = (self._url, self._role_password, self._email, self._password)
        self.button.show_key_cap(False)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._on_focus_changed)

    def _lay_out(self) -> None:
        # Two accounts and two passwords on one card: each is told whose it is. An error stands in the note's room, and
        # so does, once an address is there, who can read a database.
        self._more = Button(_("Add a database password"), self._show_more, kind="link", name="server_more")
        self._fields = {
            "url": Field(_("Server"), self._url, note=_role_sentence(), lines=2, beside=self._more),
            "database_password": Field(_("Database password (optional)"), self._role_password),
            "email": Field(_("Email"), self._email),
            "password": Field(_("Password"), self._password),
        }
        self._wrong_account = dict[str, str]()
        """What is wrong with the email address and the password: said below both, across them."""
        self._account_note = Paragraph("", "caption", "muted")
        self._account_note.reserve_lines(2)
        for name in self._fields:
            self._fields[name].edit.textEdited.connect(lambda _text, name=name: self._set_error(name, ""))
        self._email.textEdited.connect(self._forget_account_error)
        # The server refuses the role by its address too.
        self._url.textEdited.connect(lambda _text: self._set_error("database_password", ""))
        both = row(self._fields["email"], self._fields["password"], spacing=12)
        for column in range(2):
            both.setStretch(column, 1)
        account = QVBoxLayout()
        account.setSpacing(theme().px("spacing.1"))
        account.addLayout(both)
        account.addWidget(self._account_note)
        self._set_error("email", "")
        self._invited = Button(_("I have an invitation"), self._ask_code, kind="link", name="server_invitation")
        foot = row(self._stay_signed_in)
        foot.addStretch(1)
        foot.addWidget(self._invited)
        foot.addWidget(self.button)
        self.column.addWidget(self._fields["url"])
        self.column.addWidget(self._fields["database_password"])
        self._fields["database_password"].hide()
        self.column.addLayout(account)
        self.column.addStretch(1)
        self.column.addLayout(foot)

    def _set_error(self, name: str, sentence: str) -> None:
        """Show what is wrong with a field, and have it read; an empty sentence removes it."""
        field = self._fields[name]
        if name not in _ACCOUNT:
            field.set_error(sentence, again=True)
            return
        self._wrong_account[name] = sentence
        note = _("The email and password of your Benchboard account.")
        field.mark_error(sentence, note=note if name == "email" else "", again=True)
        wrong = " ".join(filter(None, (self._wrong_account.get(one, "") for one in _ACCOUNT)))
        self._account_note.setText(wrong or note)
        self._account_note.set_tone("error" if wrong else "muted")

    def _show_more(self) -> None:
        """Show the field that few servers need."""
        self._reveal_more()
        self._role_password.setFocus(Qt.FocusReason.OtherFocusReason)

    def reveal_typed(self) -> None:
        """Show the field that few servers need if there is something in it."""
        if self._role_password.text():
            self._reveal_more()

    def _reveal_more(self) -> None:
        self._fields["database_password"].show()
        self._more.hide()

    def _update_warning(self, url: str) -> None:
        """Warn that a server doesn't check access, as soon as `url` is a server's address."""
        try:
            is_server = bool(session_opening.parse_server_url(url))
        except AppError:
            is_server = False
        self._unprotected.setVisible(is_server)
        self._fields["url"].set_note(self._role_risk if is_server else _role_sentence())

    def _on_focus_changed(self, _previous: QWidget | None, focused: QWidget | None) -> None:
        """Enter signs in only from a field of this card; while the window is in the background nothing changes."""
        if focused is not None:
            self.button.show_key_cap(focused in self._edits)

    def focus_first_empty(self) -> None:
        """Focus the first empty field."""
        for edit in (self._url, self._email, self._password):
            if not edit.text():
                edit.setFocus(Qt.FocusReason.ShortcutFocusReason)
                return
        self._password.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def show_error(self, error: AppError | None) -> bool:
        """Show an error at its field, which gets the focus; returns whether it is about one. None removes it."""
        for one in self._fields:
            self._set_error(one, "")
        if error is None:
            return False
        if self._ask_two_step(error):
            return True
        if (joining := self._open_joining()) is not None and joining.show_error(error):
            return True
        self.end_joining()
        if error.facts.get("field") == "code" and self._requested is not None:
            from benchboard.ui.sign_in.code_dialog import CodeDialog

            asked = "" if not self._requested.code else str(error)
            CodeDialog(self.window(), partial(self._submit_code, self._requested), asked).open()
            return True
        if error.code == "accounts.which":
            self._ask_organisation(error)
            return True
        name = str(error.facts.get("field", "")) or _field_of(error.code)
        if name not in self._fields:
            return False
        if error.code.startswith("storage."):
            self._reveal_more()  # a password of the database may be what is missing
        field = self._fields[name]
        self._set_error(name, str(error))
        field.edit.setFocus(Qt.FocusReason.OtherFocusReason)
        field.edit.selectAll()
        return True

    def _ask_two_step(self, error: AppError) -> bool:
        """Let the person set up two-step sign-in, if that is what is missing or what they entered a wrong code for."""
        from benchboard.identity import second_factor
        from benchboard.ui.sign_in.set_up_two_step_dialog import SetUpTwoStepDialog

        requested, wrong = self._requested, ""
        if requested is None:
            return False
        if error.code == second_factor.NEEDED:
            self._required_by = str(error.facts["organisation"])
            self._secret = second_factor.new_secret(email=str(error.facts["email"]), organisation=self._required_by)
        elif self._secret is not None and error.facts.get("field") == "code":
            wrong = str(error)
        else:
            self._secret = None
            return False
        secret = self._secret
        SetUpTwoStepDialog(
            self.window(),
            self._required_by,
            secret,
            lambda code: self._send(replace(requested, secret=secret.text, code=code)),
            self.reopen_joining,
            wrong,
        ).open()
        return True

    def _open_joining(self) -> "InvitationDialog | None":
        """The dialog of an invitation, which may be hidden while the person joins; None once it was dismissed."""
        return self._joining if self._joining is not None and shiboken6.isValid(self._joining) else None

    def end_joining(self) -> None:
        """Dismiss the dialog of an invitation: its person has joined, or what is wrong isn't about its fields."""
        if (joining := self._open_joining()) is not None:
            joining.dismiss()
        self._joining = None

    def reopen_joining(self) -> bool:
        """Show the dialog of an invitation again, with what was typed; False if there is none."""
        if (joining := self._open_joining()) is None:
            return False
        joining.open()
        return True

    def forget_secrets(self) -> None:
        self._password.clear()
        self._role_password.clear()
        self._requested = self._secret = None

    def _forget_account_error(self) -> None:
        """Remove an error shown at the password: it is about the address too."""
        if self._password.text():
            self._set_error("password", "")

    def _ask_organisation(self, error: AppError) -> None:
        slugs = error.facts.get("organisations", ())
        items = [MenuItem(error.what, None)]
        for slug in slugs if isinstance(slugs, tuple) else ():
            items.append(MenuItem(str(slug), partial(self._submit_to, str(slug)), "ph.buildings"))
        menu(self.button, items, name="organisation_menu")

    def _ask_code(self) -> None:
        """Ask for the code of an invitation to the server whose address was entered."""
        from benchboard.ui.sign_in.invitation_dialog import InvitationDialog

        self.show_error(None)
        try:
            url = session_opening.parse_server_url(self._url.text())
        except AppError as error:
            self._set_error("url", str(error))
            self._url.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self._url.setText(url)
        self._joining = InvitationDialog(self.window(), self._join)
        self._joining.open()

    def _join(self, code: str, name: str, password: str) -> None:
        self._send(
            SignInRequest(
                "server",
                url=self._url.text(),
                database_password=self._role_password.text(),
                password=password,
                stay_signed_in=self._stay_signed_in.isChecked(),
                invitation=code,
                name=name,
            )
        )

    def _submit_to(self, slug: str) -> None:
        self._organisation = slug
        self._submit()
        self._organisation = None

    def _submit(self) -> None:
        from benchboard.identity.email_addresses import normalise

        self.show_error(None)
        url, wrong = "", dict[str, str]()
        try:
            url = session_opening.parse_server_url(self._url.text())
        except AppError as error:
            wrong["url"] = str(error)
        try:
            normalise(self._email.text())
        except AppError as error:
            wrong["email"] = f"{error.what} {error.do}"
        empty = {"email": _("Enter your email address."), "password": _("Enter your password.")}
        wrong |= {name: sentence for name, sentence in empty.items() if not self._fields[name].text().strip()}
        for name, sentence in wrong.items():
            self._set_error(name, sentence)
        if wrong:
            self._fields[next(iter(wrong))].editor.setFocus()
            return
        self._url.setText(url)
        self._send(
            SignInRequest(
                "server",
                url=url,
                database_password=self._role_password.text(),
                email=self._email.text().strip(),
                password=self._password.text(),
                organisation=self._organisation,
                stay_signed_in=self._stay_signed_in.isChecked(),
            )
        )

    def _submit_code(self, request: SignInRequest, code: str) -> None:
        self._send(replace(request, code=code))

    def _send(self, request: SignInRequest) -> None:
        self._requested = request
        self._start(request)


class DemoCard(SignInCard):
    """The demo."""

    def __init__(self, open_demo: Callable[[], None]) -> None:
        super().__init__("ph.play", Button(_("Open demo"), open_demo, size="lg", name="open_demo"), padding=16)
        self.setObjectName("card_demo")
        text_column = QVBoxLayout()
        text_column.setSpacing(1)
        text_column.addWidget(Text(_("Try the demo"), "body_strong"))
        about = _("A demo organisation with people, orders and dashboards. Dongles can be simulated.")
        text_column.addWidget(Paragraph(about, "body", "secondary"))
        self.button.setAccessibleDescription(about)
        line = QHBoxLayout()
        line.setContentsMargins(4, 0, 4, 0)
        line.setSpacing(14)
        line.addWidget(self.icon)
        line.addLayout(text_column, 1)
        line.addWidget(self.button)
        self.column.addLayout(line)


def _card_head(icon: Icon, title: str, *badges: Badge) -> QHBoxLayout:
    head = QHBoxLayout()
    head.setSpacing(10)
    head.addWidget(icon)
    head.addWidget(Text(title, "section"))
    head.addStretch(1)
    for badge in badges:
        head.addWidget(badge)
    return head


def _field_of(code: str) -> str:
    """The field that an error with this code is about; empty if it is about none."""
    if code == "storage.password":
        return "database_password"
    if code.startswith(("storage.", "workspace.outdated")):
        return "url"
    return "email" if code in ("accounts.inactive", "accounts.organisation") else ""


def _fact_row(icon: str, sentence: str, *, one_line: bool = False) -> QHBoxLayout:
    line = QHBoxLayout()
    line.setSpacing(8)
    line.setContentsMargins(0, 3, 0, 3)
    mark = QVBoxLayout()
    mark.setContentsMargins(0, 2, 0, 0)  # in the middle of the first line
    mark.addWidget(Icon(icon, "text.muted", 14))
    mark.addStretch(1)
    line.addLayout(mark)
    label = Elided(sentence, "body", "secondary") if one_line else Paragraph(sentence, "body", "secondary")
    line.addWidget(label, 1)
    return line


def _explain_stay(box: CheckBox) -> None:
    """Say in the tooltip, and to screen readers, what staying signed in means."""
    meaning = _("Skips this screen next time.")
    box.setToolTip(plain_tooltip(meaning))
    box.setAccessibleDescription(meaning)


def _password_edit(name: str) -> Edit:
    edit = Edit(name=name)
    edit.setEchoMode(QLineEdit.EchoMode.Password)
    return edit


def _role_sentence() -> str:
    return _("The “role” in the address is the database's account, not your Benchboard account.")


def _key_sentence(home: Path) -> str:
    """Where the key of this computer's database is stored, or will be at the first start."""
    vault = home / "vault"
    if file_ownership.exists(vault / "database.benchboard.key"):
        return _("Key: in the “vault” folder next to the file")
    if file_ownership.exists(vault / "database.benchboard.in-keyring"):
        return _("Key: in the system keyring")
    return _("Key: in the system keyring, or without one in the “vault” folder next to the file")
