"""The form for a database server: a new data source, or other settings and another password for one that exists."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.remote.server_limits import RemoteTable
from benchboard.analytics.remote.settings import (
    DEFAULT_PORTS,
    MAX_LENGTH,
    MAX_PASSWORD,
    RemoteKind,
    RemoteSettings,
    setting_problems,
)
from benchboard.analytics.sources import services
from benchboard.analytics.sources.kinds import source_kinds
from benchboard.analytics.sources.servers import connect_server, password_for
from benchboard.analytics.sources.services import NAME_LENGTH, SourceSummary
from benchboard.i18n import _, ngettext, number
from benchboard.ui.context import Context
from benchboard.ui.studio.data.connection_dialog import ConnectionDialog
from benchboard.ui.tasks import Progress
from benchboard.ui.widgets import Edit, Field, Select

_WIDTH: Final = 560


@dataclass(frozen=True, slots=True)
class ExistingServer:
    """A data source on a server, as it is before it is edited."""

    id: str
    name: str
    settings: RemoteSettings


@dataclass(frozen=True, slots=True, repr=False)
class _Entered:
    """What is in the form. An empty password leaves a stored one as it is."""

    kind: RemoteKind
    name: str
    settings: dict[str, object]
    password: str


class ServerDialog(ConnectionDialog):
    """Asks how a server is reached, tests it, and adds or changes the data source; `saved` is called with it."""

    _grows = True

    def __init__(
        self,
        context: Context,
        window: QWidget,
        kind: RemoteKind,
        saved: Callable[[SourceSummary], object],
        existing: ExistingServer | None = None,
    ) -> None:
        title = _("Edit “{name}”").format(name=existing.name) if existing else _add_title(kind)
        size = QSize(_WIDTH, 430)
        super().__init__(context, window, title, prefix="server", size=size, existing=existing is not None)
        self._kind, self._saved, self._existing = kind, saved, existing
        self._name_typed = existing is not None
        self._make_fields()
        self._lay_out()
        self._make_footer()
        if existing is not None:
            self._show_existing(existing)
        self._before = self._entered()

    def _make_fields(self) -> None:
        unchanged = _("Leave it empty to keep the stored one.") if self._existing else ""
        self.fields = {
            "name": Field(_("Name"), Edit(name="server_name"), lines=1),
            "host": Field(_("Host"), Edit(name="server_host", placeholder="db.example.com"), lines=1),
            "port": Field(_("Port"), Edit(name="server_port"), lines=1),
            "database": Field(_("Database"), Edit(name="server_database"), lines=1),
            "schema": Field(_("Schema"), Edit(name="server_schema", placeholder=_("All schemas"))),
            "user": Field(_("User"), Edit(name="server_user"), note=_("Use an account with read-only access.")),
            "password": Field(_("Password"), Edit(name="server_password"), note=unchanged),
        }
        for name, field in self.fields.items():
            field.edit.setMaxLength({"name": NAME_LENGTH, "password": MAX_PASSWORD, "port": 5}.get(name, MAX_LENGTH))
            field.edit.textEdited.connect(lambda _text, name=name: self._edited(name))
            field.edit.returnPressed.connect(self._save)
        self.fields["port"].edit.setText(str(DEFAULT_PORTS[self._kind]))
        self.fields["password"].edit.setEchoMode(QLineEdit.EchoMode.Password)
        self.tls = Select(
            [
                ("verify", _("Encrypt and check the certificate")),
                ("require", _("Encrypt, don't check the certificate")),
                ("off", _("Don't encrypt")),
            ],
            name="server_tls",
            label=_("TLS"),
        )
        self.tls.currentIndexChanged.connect(lambda _at: self._choose_tls())
        self.fields["tls"] = Field(_("TLS"), self.tls)
        self.fields["ca"] = Field(
            _("Certificate file"), Edit(name="server_ca", placeholder=_("The system's certificates"))
        )
        self.fields["ca"].edit.textEdited.connect(lambda _text: self._edited("ca"))
        self.fields["ca"].edit.returnPressed.connect(self._save)

    def _lay_out(self) -> None:
        for names in (("name",), ("host", "port"), ("database", "schema"), ("user", "password"), ("tls", "ca")):
            line = QHBoxLayout()
            line.setSpacing(12)
            for name in names:
                line.addWidget(self.fields[name], 1, Qt.AlignmentFlag.AlignTop)
            self.content.addLayout(line)
        self.fields["port"].setFixedWidth(96)
        # Not before it is in here: it would be shown as a window of its own.
        self.fields["schema"].setVisible(self._kind == "postgresql")
        self.content.addWidget(self._state)
        self.content.addStretch(1)

    def _show_existing(self, existing: ExistingServer) -> None:
        settings = existing.settings
        for name in ("host", "database", "schema", "user", "ca"):
            self.fields[name].edit.setText(str(getattr(settings, name)))
        self.fields["name"].edit.setText(existing.name)
        self.fields["port"].edit.setText(str(settings.port))
        self.tls.set_current_key(settings.tls)
        self.fields["ca"].setVisible(settings.tls == "verify")

    # What is entered

    def _entered(self) -> _Entered:
        texts = {name: field.text().strip() for name, field in self.fields.items() if isinstance(field.editor, Edit)}
        port = texts["port"]
        settings: dict[str, object] = {name: texts[name] for name in ("host", "database", "schema", "user")}
        settings |= {"port": int(port) if port.isascii() and port.isdigit() else 0, "tls": self.tls.current_key()}
        settings["ca"] = texts["ca"] if self.tls.current_key() == "verify" else ""
        return _Entered(self._kind, texts["name"], settings, self.fields["password"].text())

    def _edited(self, name: str) -> None:
        self.fields[name].set_error("")
        self._say("")
        if name == "name":
            self._name_typed = True
        elif name == "database" and not self._name_typed:
            self.fields["name"].edit.setText(self.fields["database"].text()[:NAME_LENGTH])
            self.fields["name"].set_error("")

    def _choose_tls(self) -> None:
        self._edited("tls")
        self.fields["ca"].setVisible(self.tls.current_key() == "verify")
        self.place_content()

    # Testing and saving

    def _test(self) -> None:
        entered = self._entered()
        if self._show_problems(setting_problems(entered.settings, entered.kind)):
            return

        def tell(tables: tuple[RemoteTable, ...]) -> None:
            count = len(tables)
            found = ngettext("Connected. It has {count} table.", "Connected. It has {count} tables.", count)
            self._say(found.format(count=number(count)), "ok")

        self._start(self._title(entered), lambda token, _progress: self._connect(entered, token)[1], tell)

    def _save(self) -> None:
        if self._work is not None:
            return
        entered, database, actor = self._entered(), self._context.database, self._context.actor
        existing = self._existing
        unnamed = {} if entered.name else {"name": _("Enter a name for the data source.")}
        if self._show_problems(unnamed | setting_problems(entered.settings, entered.kind)):
            return

        def save(token: CancelToken, _progress: Progress) -> SourceSummary:
            password, tables = self._connect(entered, token)
            with database.change() as session:
                if existing is not None:
                    return services.update_server(
                        session, actor, existing.id, name=entered.name, settings=entered.settings, password=password,
                        tables=tables,
                    )  # fmt: skip
                return services.add_server(
                    session, actor, name=entered.name, kind=entered.kind, settings=entered.settings,
                    password=password, tables=tables,
                )  # fmt: skip

        def done(source: SourceSummary) -> None:
            self.dismiss()
            self._saved(source)

        self._start(self._title(entered), save, done)

    def _title(self, entered: _Entered) -> str:
        host = str(entered.settings["host"])
        return _("Connecting to {host}").format(host=host or _add_title(self._kind))

    def _connect(self, entered: _Entered, token: CancelToken) -> tuple[str, tuple[RemoteTable, ...]]:
        """The password and the tables; on a worker's thread."""
        password = entered.password
        if self._existing is not None and not password:
            with self._context.database.read() as session:
                password = password_for(session, self._context.actor, self._existing.id, entered.settings, entered.kind)
        return password, connect_server(entered.settings, entered.kind, password, cancel_token=token)


def _add_title(kind: RemoteKind) -> str:
    return _("Add {kind} database").format(kind=source_kinds()[kind].title)
