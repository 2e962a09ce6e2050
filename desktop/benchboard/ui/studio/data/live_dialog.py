"""The form for the signals of a live bus: a new data source, or other CAN databases for one that exists."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.analytics.sources.live_settings import LiveSettings
from benchboard.analytics.sources.live_sources import add_live, change_databases
from benchboard.analytics.sources.services import NAME_LENGTH, SourceSummary
from benchboard.canbus.dbc_files import load_databases
from benchboard.dongles import fleet
from benchboard.dongles.simulator import conveyor
from benchboard.errors import AppError, Cancelled
from benchboard.i18n import _
from benchboard.paging import Listing
from benchboard.ui.can_database_dialog import ask_for_databases
from benchboard.ui.context import Context
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.widgets import Button, Dialog, Edit, Elided, Field, Paragraph, Select
from benchboard.ui.widgets.accessible import announce
from benchboard.ui.widgets.labels import plain_tooltip

_SIZE: Final = QSize(560, 400)
_MOST_DONGLES: Final = 500


@dataclass(frozen=True, slots=True)
class ExistingLive:
    """A data source on a live bus, as it is before it is edited."""

    id: str
    name: str
    settings: LiveSettings


class LiveDialog(Dialog):
    """Asks for a dongle and the CAN databases of its bus; `saved` is called with the source."""

    _grows = True

    def __init__(
        self,
        context: Context,
        window: QWidget,
        saved: Callable[[SourceSummary], object],
        existing: ExistingLive | None = None,
    ) -> None:
        title = _("Edit “{name}”").format(name=existing.name) if existing else _("Add live CAN signals")
        super().__init__(window, title, size=_SIZE, name="live_source_dialog")
        self._context, self._saved, self._existing = context, saved, existing
        self.paths: tuple[Path, ...] = existing.settings.databases if existing else _known_databases(context)
        self._name_typed = existing is not None
        self.name = Field(_("Name"), Edit(name="live_source_name"), lines=1)
        self.name.edit.setMaxLength(NAME_LENGTH)
        self.name.edit.textEdited.connect(lambda _text: self._typed())
        self.name.edit.returnPressed.connect(self._save)
        self.dongle = Select(name="live_source_dongle", label=_("Dongle"))
        self.dongle.currentIndexChanged.connect(lambda _at: self._suggest_name())
        self._dongle_field = Field(_("Dongle"), self.dongle)
        self._list = QVBoxLayout()
        self._list.setSpacing(4)
        self._add = Button(_("Add database…"), self.choose, icon="ph.plus", name="live_source_add_database")
        self._state = Paragraph("", "body", "secondary")
        self._state.setObjectName("live_source_state")
        how = Paragraph(
            _("Each signal has a row for every tenth of a second, for the last ten minutes in which its live bus was "
              "open on this computer. Widgets over it refresh by themselves."), "caption", "muted",
        )  # fmt: skip
        self.content.addWidget(self.name)
        self.content.addWidget(self._dongle_field)
        self.content.addWidget(Paragraph(_("CAN databases (DBC, KCD, SYM, ARXML)"), "body_strong"))
        self.content.addLayout(self._list)
        for part in (self._add, how, self._state):
            self.content.addWidget(part)
        self.content.addStretch(1)
        self.add_button(Button(_("Cancel"), self.leave, name="live_source_cancel"))
        save = _("Save") if existing else _("Add data source")
        self.save_button = self.add_button(Button(save, self._save, kind="primary", name="live_source_save"))
        self._show_databases()
        self._show_dongle()

    # ---- what is entered

    def _show_dongle(self) -> None:
        if self._existing is not None:
            self.name.edit.setText(self._existing.name)
            settings = self._existing.settings
            self.dongle.set_choices([(settings.dongle, settings.title)])
            for part in (self.name, self._dongle_field):
                part.setEnabled(False)
            return
        actor = self._context.actor

        def read(session: DatabaseSession) -> list[tuple[str, str]]:
            page = fleet.list_dongles(session, actor, Listing(sort="name"), limit=_MOST_DONGLES)
            return [(one.device_id, one.title) for one in page.rows]

        def show(found: list[tuple[str, str]]) -> None:
            self.dongle.set_choices(found)
            self._suggest_name()
            if not found:
                self._say(_("No dongle is registered yet. Pair one in Bench first."), error=True)

        self._context.tasks.read(self, read, show, self._fail)

    def _typed(self) -> None:
        self._name_typed = True
        self.name.set_error("")

    def _suggest_name(self) -> None:
        if not self._name_typed and self.dongle.currentText():
            text = _("{dongle} signals").format(dongle=self.dongle.currentText())
            self.name.edit.setText(text[:NAME_LENGTH])

    def choose(self) -> None:
        """Ask for more databases."""
        ask_for_databases(self, self.add_databases, name="live_source_dbc_dialog")

    def add_databases(self, paths: Sequence[Path]) -> None:
        """Decode with these files too."""
        self.paths = tuple(dict.fromkeys((*self.paths, *paths)))
        self._show_databases()
        announce(self, _("{name} added.").format(name=", ".join(path.name for path in paths)))

    def _remove(self, path: Path) -> None:
        self.paths = tuple(one for one in self.paths if one != path)
        self._show_databases()
        self._add.setFocus()
        announce(self, _("{name} removed.").format(name=path.name))

    def _show_databases(self) -> None:
        while (item := self._list.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for path in self.paths:
            row = QWidget()
            line = QHBoxLayout(row)
            line.setContentsMargins(0, 0, 0, 0)
            name = Elided(path.name)
            name.setToolTip(plain_tooltip(str(path)))
            line.addWidget(name, 1)
            title = _("Remove {name}").format(name=path.name)
            remove = Button(_("Remove"), partial(self._remove, path), kind="link", size="sm")
            remove.setAccessibleName(title)
            line.addWidget(remove)
            self._list.addWidget(row)
            row.show()
        self._say("")
        self.place_content()

    # ---- saving

    def _save(self) -> None:
        actor, existing, paths = self._context.actor, self._existing, self.paths
        name, dongle, title = self.name.text(), self.dongle.current_key(), self.dongle.currentText()
        if not dongle:
            self._say(_("No dongle is registered yet. Pair one in Bench first."), error=True)
            return

        def save(session: DatabaseSession) -> SourceSummary:
            load_databases(paths)  # what can't be read isn't stored
            if existing is not None:
                return change_databases(session, actor, existing.id, paths)
            return add_live(session, actor, name=name, dongle=dongle, title=title, databases=paths)

        def done(source: SourceSummary) -> None:
            self.dismiss()
            self._saved(source)

        self._context.tasks.change(self, save, done, self._fail)

    def _fail(self, error: AppError) -> None:
        if isinstance(error, Cancelled):
            return
        text = " ".join(part for part in (error.what, error.why, error.do) if part)
        if error.facts.get("field") == "name":
            self.name.set_error(text)
            self.name.edit.setFocus()
        self._say(text if error.facts.get("field") != "name" else "", error=True)

    def _say(self, text: str, *, error: bool = False) -> None:
        self._state.setText(text)
        self._state.set_tone("error" if error else "secondary")
        if text and self.isVisible():
            announce(self, text)


def _known_databases(context: Context) -> tuple[Path, ...]:
    """Those that the live bus is decoded with."""
    kept = tuple(Path(one) for one in context.settings.live_databases.splitlines() if one)
    own = (conveyor.database_file(),) if context.workspace.location.kind == "demo" else ()
    return (*own, *kept)
