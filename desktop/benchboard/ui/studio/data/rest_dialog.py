"""The form for a REST API: a new data source, or another way of asking for one that exists."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar
from urllib.parse import urlsplit

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.renamed_columns import Renaming
from benchboard.analytics.rest.reading import RowsRead
from benchboard.analytics.rest.settings import RestSettings, rest_problems
from benchboard.analytics.sources.copies import copies_folder
from benchboard.analytics.sources.rest_connection import secret_for
from benchboard.analytics.sources.rest_import import RestRequest, add_rest, first_rows, update_rest
from benchboard.analytics.sources.services import SourceSummary
from benchboard.analytics.sources.source_reading import DOUBTFUL
from benchboard.errors import AppError
from benchboard.i18n import _, ngettext, number
from benchboard.ui.context import Context
from benchboard.ui.studio.data.connection_dialog import ConnectionDialog
from benchboard.ui.studio.data.preview_table import PreviewTable
from benchboard.ui.studio.data.renamed_columns_dialog import RenamedColumnsDialog
from benchboard.ui.studio.data.rest_form import FORM_MARGIN, RestForm
from benchboard.ui.tasks import Progress
from benchboard.ui.widgets import Confirm, EmptyState, Field, hairline
from benchboard.ui.widgets.surfaces import scroll_area

T = TypeVar("T")
_SIZE: Final = QSize(940, 620)
_FORM_WIDTH: Final = 410
_NAMED_PATHS: Final = 3


@dataclass(frozen=True, slots=True)
class ExistingApi:
    """A data source on a REST API, as it is before it is edited."""

    id: str
    name: str
    settings: RestSettings


@dataclass(frozen=True, slots=True, repr=False)
class _EnteredApi:
    """What is in the form. An empty secret leaves a stored one as it is."""

    name: str
    values: dict[str, object]
    secret: str


class RestDialog(ConnectionDialog):
    """Asks how an API is asked for its rows, shows the first ones, and adds or changes the data source; `saved` is
    called with it."""

    def __init__(
        self,
        context: Context,
        window: QWidget,
        saved: Callable[[SourceSummary], object],
        existing: ExistingApi | None = None,
    ) -> None:
        title = _("Edit “{name}”").format(name=existing.name) if existing else _("Add REST API")
        super().__init__(context, window, title, prefix="rest", size=_SIZE, existing=existing is not None)
        self._saved, self._existing = saved, existing
        self._reading = ""
        self.form = RestForm(self, existing=existing is not None)
        self.fields = self.form.fields
        self.form.edited.connect(lambda _name: self._edited())
        self.form.entered.connect(self._save)
        self._lay_out()
        self._make_footer()
        if existing is not None:
            self.form.show_settings(existing.name, existing.settings)
            self._edited()
        self._before = self._entered()
        context.tasks.running_changed.connect(self._show_progress)

    def _lay_out(self) -> None:
        self.table = PreviewTable(fixed=True)
        self.table.setObjectName("rest_preview")
        why = _("Test the connection to see the first rows and their types.")
        self._preview = QStackedWidget()
        self._preview.addWidget(EmptyState("ph.table", _("No rows read yet"), why=why))
        self._preview.addWidget(self.table)
        self._area = area = scroll_area(self.form)
        area.setAccessibleName(_("Settings"))
        area.setFixedWidth(_FORM_WIDTH)
        columns = QHBoxLayout()
        columns.setSpacing(16)
        around = self.content.contentsMargins()
        around.setLeft(around.left() - FORM_MARGIN)  # the fields begin below the title
        self.content.setContentsMargins(around)
        self._state.setContentsMargins(FORM_MARGIN, 0, 0, 0)
        columns.addWidget(area)
        columns.addWidget(hairline(vertical=True))
        columns.addWidget(self._preview, 1)
        self.content.addLayout(columns, 1)
        self._state.reserve_lines(1)
        self.content.addWidget(self._state)

    # What is entered

    def _entered(self) -> _EnteredApi:
        return _EnteredApi(self.form.source_name, self.form.values(), self.form.secret)

    def _edited(self) -> None:
        """What was read isn't what would be read now."""
        self._say("")
        if self._preview.currentWidget() is self.table:
            self._preview.setCurrentIndex(0)

    def _problems(self, entered: _EnteredApi) -> dict[str, str]:
        keeps_secret = self._existing is not None and not entered.secret
        return rest_problems(entered.values, None if keeps_secret else entered.secret)

    # Testing and saving

    def _test(self) -> None:
        entered = self._entered()
        if self._show_problems(self._problems(entered)):
            return

        def read(token: CancelToken, progress: Progress) -> RowsRead:
            secret = self._secret(entered)
            return first_rows(entered.values, secret, cancel_token=token, progress=progress.report)

        self._begin(_("Connecting to {host}").format(host=_host(entered)), read, self._show_rows)

    def _show_rows(self, read: RowsRead) -> None:
        self.table.show_table(read.inspected, as_written=False)
        self._preview.setCurrentWidget(self.table)
        rows = read.inspected.rows
        text = ngettext("Connected. {count} row was read.", "Connected. {count} rows were read.", rows)
        if read.limited:
            text = ngettext("Connected. The first page has {count} row.", "Connected. The first page has {count} rows.",
                            rows)  # fmt: skip
        parts = [text.format(count=number(rows))]
        if len(read.paths) > 1:
            named = ", ".join(read.paths[:_NAMED_PATHS])
            parts.append(_("The answer has rows at {paths}.").format(paths=named))
        self._say(" ".join(parts), "ok")

    def _save(self) -> None:
        self._save_with()

    def _save_with(self, *, accept_losses: bool = False, renamings: tuple[Renaming, ...] = ()) -> None:
        """Ask the API and save. `renamings` and `accept_losses` are answers to what `_ask` asks."""
        if self._work is not None:
            return
        entered, database, actor = self._entered(), self._context.database, self._context.actor
        existing = self._existing
        unnamed = {} if entered.name else {"name": _("Enter a name for the data source.")}
        if self._show_problems(unnamed | self._problems(entered)):
            return
        folder = copies_folder(self._context.workspace.home, actor.organisation_id)

        def save(token: CancelToken, progress: Progress) -> SourceSummary:
            request = RestRequest(entered.name, entered.values, self._secret(entered))
            if existing is not None:
                return update_rest(
                    database, actor, existing.id, request, accept_losses=accept_losses, renamings=renamings,
                    cancel_token=token, progress=progress.report,
                )  # fmt: skip
            return add_rest(database, actor, request, folder, cancel_token=token, progress=progress.report)

        def done(source: SourceSummary) -> None:
            self.dismiss()
            self._saved(source)

        self._begin(_("Reading “{name}”").format(name=entered.name), save, done)

    def _show_error(self, error: AppError) -> None:
        if error.code != DOUBTFUL:
            super()._show_error(error)
        elif isinstance(found := error.facts.get("renamed"), tuple):
            RenamedColumnsDialog(
                self.window(), found, error.why, self._save_answered, act=self._save_button.text()
            ).open()
        else:
            text = " ".join(part for part in (error.what, error.why, error.do) if part)
            Confirm(
                self.window(), _("Save without the missing columns?"), text, act=_("Save without them"),
                keep=_("Keep editing"), run=partial(self._save_with, accept_losses=True),
            ).open()  # fmt: skip

    def _save_answered(self, renamings: tuple[Renaming, ...]) -> None:
        self._save_with(renamings=renamings)

    def _begin(self, title: str, run: Callable[[CancelToken, Progress], T], done: Callable[[T], None]) -> None:
        self._reading = title
        self._start(title, run, done)

    def _show_progress(self) -> None:
        """Say how many rows were read so far, without announcing each."""
        if self._work is not None and self._work.done:
            rows = ngettext("{count} row", "{count} rows", self._work.done).format(count=number(self._work.done))
            self._state.setText(f"{self._reading} … {rows}")

    def _focus_field(self, field: Field) -> None:
        super()._focus_field(field)
        self._area.ensureWidgetVisible(field)

    def _secret(self, entered: _EnteredApi) -> str:
        """The secret that is entered, else the stored one; on a worker's thread."""
        if self._existing is None or entered.secret:
            return entered.secret
        with self._context.database.read() as session:
            return secret_for(session, self._context.actor, self._existing.id, entered.values)


def _host(entered: _EnteredApi) -> str:
    return urlsplit(str(entered.values["url"])).hostname or ""
