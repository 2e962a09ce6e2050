"""Studio's Data view: the data sources, and the import of files that become one."""

from collections import deque
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFileDialog, QStackedWidget, QWidget

from benchboard import package_data
from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.remote.settings import REMOTE_KINDS
from benchboard.analytics.sources.column_changes import change_columns, get_table
from benchboard.analytics.sources.configuration import SourceTable
from benchboard.analytics.sources.file_import import FOLDER, import_files
from benchboard.analytics.sources.kinds import CONNECTABLE_KINDS
from benchboard.analytics.sources.services import SourceSummary, source_uses
from benchboard.errors import AppError, Cancelled
from benchboard.i18n import _, ngettext, number
from benchboard.identity.permissions import has_permission
from benchboard.start_arguments import imported_path
from benchboard.ui.commands import REGISTRY, Handler, Handlers, install_shortcuts
from benchboard.ui.context import Context
from benchboard.ui.problems import Action
from benchboard.ui.studio.data.columns_page import ColumnsPage, EditedTable
from benchboard.ui.studio.data.data_commands import DATA_VIEW
from benchboard.ui.studio.data.import_draft import ImportDraft
from benchboard.ui.studio.data.import_page import ImportPage
from benchboard.ui.studio.data.live_dialog import LiveDialog
from benchboard.ui.studio.data.rest_dialog import RestDialog
from benchboard.ui.studio.data.server_dialog import ServerDialog
from benchboard.ui.studio.data.source_actions import explore_address, open_bus_action
from benchboard.ui.studio.data.source_list import SourceList
from benchboard.ui.studio.data.source_rows import lines_text
from benchboard.ui.tasks import Progress
from benchboard.ui.widgets import BannerPlace, fill_column
from benchboard.ui.widgets.accessible import focus_told_later
from benchboard.ui.widgets.file_dialog import FileDialog, open_file_dialog
from benchboard.ui.widgets.focus import turn_to

_TOLD_AFTER_MS: Final = 2_000
"""How long the rows of a file, or a source that is added, may take to come before a screen reader is told of what has
the focus meanwhile."""
_SAMPLE: Final = "Sample orders.csv"


class DataView(QWidget):
    """Address: `studio/data`, `studio/data/<id>` for a source, `studio/data/!add` to add data,
    `studio/data/!postgresql`, `!mysql` and `!rest_api` to connect a server or an API."""

    banner_place_changed = Signal()

    def __init__(self, context: Context, *, explores: bool = False) -> None:
        super().__init__()
        self.setObjectName("studio_data")
        self._context, self._explores = context, explores
        self._waiting: deque[Path] = deque()
        self.list = SourceList(context, explores=explores)
        self.list.file_wanted.connect(self.choose_file)
        self.list.folder_wanted.connect(self.choose_folder)
        self.list.server_wanted.connect(self.connect_server)
        self.list.sample_wanted.connect(self.add_sample)
        self.list.actions_for_sources.columns_wanted.connect(self.edit_columns)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.list)
        self._stack.currentChanged.connect(lambda _at: self.banner_place_changed.emit())
        fill_column(self, self._stack)
        self.setFocusProxy(self.list)
        add = Handler(self.add_data, self._why_not_added)
        install_shortcuts(
            self, DATA_VIEW, {one.id: add for one in REGISTRY.of_scope(DATA_VIEW)}, context.problems.refuse
        )

    @property
    def page(self) -> ImportPage | None:
        """The import that is shown."""
        shown = self._stack.currentWidget()
        return shown if isinstance(shown, ImportPage) else None

    @property
    def banner_place(self) -> BannerPlace:
        """Where the list, or the import that is shown, has banners."""
        return self.page.banner_place if self.page is not None else self.list.banner_place

    def open_route(self, rest: str) -> None:
        """Show the list, one of its sources, or ask for data; `!sample` adds the sample, `!import` a file."""
        if rest == "!add":
            QTimer.singleShot(0, self, self.add_data)  # once the view is shown, for the menu to stand at its button
        elif (path := imported_path(rest)) is not None:
            self.import_paths([path])
        elif rest == "!sample":
            if why := self._why_not_added():
                self._context.problems.refuse(why)
            else:
                self.add_sample()
        elif rest.removeprefix("!") in CONNECTABLE_KINDS and rest.startswith("!"):
            self.connect_server(rest.removeprefix("!"))
        elif rest:
            self._show(self.list)
            self.list.select(rest)

    def save_state(self) -> tuple[ImportDraft | None, tuple[Path, ...], EditedTable | None]:
        """What is chosen about the file that is being imported, the files that wait, and the table of a source whose
        columns are edited instead."""
        page = self.page
        edited = page.edited if isinstance(page, ColumnsPage) else None
        return page.draft if page is not None else None, tuple(self._waiting), edited

    def restore_state(self, state: object) -> None:
        """Go on with the import of a saved state."""
        if isinstance(state, tuple) and isinstance(state[0], ImportDraft):
            self._waiting.extend(state[1])
            page = ImportPage(self._context, state[0]) if state[2] is None else self._columns_page(state[2], state[0])
            self._open_page(page)

    def command_handlers(self) -> Handlers:
        """The commands of what is shown."""
        return self.page.command_handlers() if self.page is not None else self.list.command_handlers()

    def refresh_view(self) -> None:
        """Say which sources have changed; the list follows the window's notice that everything may have changed."""
        if self.page is None:
            self.list.tell_news()

    def panes(self) -> list[QWidget]:
        """The panes in F6 order."""
        return self.page.panes() if self.page is not None else self.list.panes()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self.list.refresh_files()

    # Choosing files

    def add_data(self) -> None:
        """Ask what is added; while a file is imported, for the files after it."""
        if self.page is not None:
            self.choose_file()
        elif why := self._why_not_added():
            self._context.problems.refuse(why)
        else:
            self.list.open_add_menu()

    def choose_file(self) -> None:
        """Ask for the files to add."""
        patterns = "*.csv *.tsv *.txt *.gz *.parquet *.xlsx *.xlsm *.sqlite *.sqlite3 *.db *.duckdb *.log *.asc *.trc"
        filters = [_("Data files ({patterns})").format(patterns=patterns), _("All files (*)")]
        dialog = FileDialog(self.window(), _("Add data"), "", ";;".join(filters))
        dialog.setObjectName("data_file_dialog")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(lambda paths: self.import_paths([Path(path) for path in paths]))
        dialog.finished.connect(dialog.deleteLater)
        open_file_dialog(dialog)

    def choose_folder(self) -> None:
        """Ask for a folder of files; those whose columns have the same titles become one table."""
        dialog = FileDialog(self.window(), _("Add data"))
        dialog.setObjectName("data_folder_dialog")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda path: self.import_paths([Path(path)]))
        dialog.finished.connect(dialog.deleteLater)
        open_file_dialog(dialog)

    def _why_not_added(self) -> str:
        """Why this person can't add data; empty if they can."""
        may_write = has_permission(self._context.actor, "sources:write")
        return "" if may_write else _("Your role can't change data sources.")

    def connect_server(self, kind: str) -> None:
        """Ask how a server of this kind, or an API, is reached, and add it."""
        if not has_permission(self._context.actor, "sources:write"):
            self._context.problems.refuse(_("Your role can't change data sources."))
        elif kind == "rest_api":
            RestDialog(self._context, self.window(), self._tell_added).open()
        elif kind == "can_live":
            LiveDialog(self._context, self.window(), self._tell_added).open()
        elif kind in REMOTE_KINDS:
            ServerDialog(self._context, self.window(), kind, self._tell_added).open()

    def import_paths(self, paths: Sequence[Path]) -> None:
        """Import files or folders, one after the other. What is being imported now stays open until it is done."""
        if why := self._why_not_added():
            self._context.problems.refuse(why)
            return
        self._waiting.extend(paths)
        if self.page is None:
            self._import_next()
        elif paths:
            self._context.problems.toast(_("“{name}” is next, once this file is done.").format(name=paths[0].name))

    def _import_next(self) -> None:
        """Show the import of the next file that waits, else the list."""
        if not self._waiting:
            self._show(self.list)
            return
        self._open_page(ImportPage(self._context, ImportDraft(self._waiting.popleft())))

    def _open_page(self, page: ImportPage) -> None:
        page.left.connect(lambda: self._finish(page))
        page.accepted.connect(lambda: self._apply(page) if isinstance(page, ColumnsPage) else self._add(page))
        page.other_file_wanted.connect(lambda: self._replace(page))
        self._stack.addWidget(page)
        self._show(page)

    def _show(self, widget: QWidget) -> None:
        self.setFocusProxy(widget)
        # The rows of a file are soon read, and what is added soon in the list, and have the focus then.
        with focus_told_later(_TOLD_AFTER_MS):
            turn_to(self._stack, widget)

    def _finish(self, page: ImportPage) -> None:
        """An import is over."""
        if page is self.page:
            self._import_next()  # first: the stack would move the focus to what is below the page
        self._stack.removeWidget(page)
        page.deleteLater()

    def _replace(self, page: ImportPage) -> None:
        self._finish(page)
        self.choose_file()

    # Columns of a source

    def edit_columns(self, source: SourceSummary, table: str, thousands_mark: str = "") -> None:
        """Show the columns of a table of a source, to be corrected; its numbers with this thousands separator if one is
        given."""
        actor = self._context.actor

        def show(found: SourceTable) -> None:
            if self.page is None:
                edited = EditedTable(source, found)
                draft = edited.draft().with_option("thousands_mark", thousands_mark) if thousands_mark else None
                self._open_page(self._columns_page(edited, draft))

        self._context.tasks.read(self, lambda session: get_table(session, actor, source.id, table), show)

    def _columns_page(self, edited: EditedTable, draft: ImportDraft | None) -> ColumnsPage:
        return ColumnsPage(self._context, edited, draft)

    def _apply(self, page: ColumnsPage) -> None:
        """Read the table as a page says, in the background; if that fails, the page is shown again as it was."""
        database, actor, edited, scan = self._context.database, self._context.actor, page.edited, page.scan

        def change(progress: Progress) -> SourceSummary:
            token = CancelToken()
            with progress.on_cancel(token.cancel):
                progress.check()
                return change_columns(
                    database, actor, edited.source.id, edited.table.name, scan,
                    cancel_token=token, progress=progress.report,
                )  # fmt: skip

        def done(source: SourceSummary) -> None:
            self._finish(page)
            self.list.actions_for_sources.tell_columns_changed(source)

        title = _("Reading “{name}”").format(name=edited.source.name)
        self._context.tasks.run(self, change, done, partial(self._show_failure, page), title=title)
        self._import_next()

    def _show_failure(self, page: ImportPage, error: AppError) -> None:
        if self.page is None:
            self._show(page)
        if not isinstance(error, Cancelled):
            page.show_failure(error)

    # Adding

    def _add(self, page: ImportPage) -> None:
        """Add what a page says, in the background; if that fails, the page is shown again as it was."""
        database, actor, name, scans = self._context.database, self._context.actor, page.name, page.scans()
        home = self._context.workspace.home / FOLDER
        folder = home if page.copies else None
        unread, inspected = page.unread_files(), page.added_tables()

        def add(progress: Progress) -> tuple[SourceSummary, int]:
            token = CancelToken()
            with progress.on_cancel(token.cancel):
                progress.check()
                added = import_files(
                    database,
                    actor,
                    name=name,
                    scans=scans,
                    folder=folder,
                    unread=unread,
                    inspected=inspected,
                    keeps_last_good=True,
                    cancel_token=token,
                    progress=progress.report,
                )
            with database.read() as session:
                return added, len(source_uses(session, actor, added.id))

        def done(found: tuple[SourceSummary, int]) -> None:
            self._finish(page)
            self._tell_added(*found)

        fail = partial(self._show_failure, page)
        self._context.tasks.run(self, add, done, fail, title=_("Adding “{name}”").format(name=name))
        self._import_next()

    def _tell_added(self, source: SourceSummary, uses: int = 0) -> None:
        """Say that a source was added; `uses`: widgets that read it already, because one of its name was removed."""
        self.list.select(source.id)
        table = next(iter(source.tables), "")
        explore = Action(_("Explore"), partial(self._context.go, explore_address(source.id, table)))
        text = _("“{name}” was added.").format(name=source.name)
        if source.live is not None:
            what = _("“{name}” was added. Open the live bus of its dongle to fill it.").format(name=source.name)
            self._context.problems.toast(what, action=open_bus_action(self._context, source.live))
            return
        if source.rows is not None:
            rows = ngettext("{count} row", "{count} rows", source.rows).format(count=number(source.rows))
            parts = ", ".join(part for part in (rows, lines_text(source)) if part)
            text = _("“{name}” was added: {rows}.").format(name=source.name, rows=parts)
        if source.limited:
            text = f"{text} {_('The API has more rows than Benchboard reads.')}"
        if uses:
            again = ngettext("{count} widget reads it again.", "{count} widgets read it again.", uses)
            text = f"{text} {again.format(count=uses)}"
        self._context.problems.toast(text, action=explore if self._explores else None)

    def add_sample(self) -> None:
        """Add the sample data that come with the program."""
        database, actor = self._context.database, self._context.actor
        folder = self._context.workspace.home / FOLDER
        name = _("Sample orders")

        def add(progress: Progress) -> SourceSummary:
            token = CancelToken()
            with progress.on_cancel(token.cancel):
                progress.check()
                found = inspect_file(package_data.resources_folder() / "samples" / _SAMPLE, cancel_token=token)
                scans = [table.scan for table in found.tables]
                return import_files(database, actor, name=name, scans=scans, folder=folder, cancel_token=token)

        self._context.tasks.run(self, add, self._tell_added, title=_("Adding “{name}”").format(name=name))
