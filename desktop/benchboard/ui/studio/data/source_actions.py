"""What can be done with a data source: explore it, read it again, rename it, say where its file is now, remove it."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.renamed_columns import Renaming
from benchboard.analytics.remote.settings import RemoteSettings
from benchboard.analytics.rest.settings import RestSettings
from benchboard.analytics.sources import services
from benchboard.analytics.sources.copies import keep_restored, note_removed
from benchboard.analytics.sources.file_import import locate_source, source_copies
from benchboard.analytics.sources.lineage import LineageUse, table_uses, uses_text
from benchboard.analytics.sources.live_settings import LiveSettings
from benchboard.analytics.sources.removal import RemovedSource, remove_source, restore_source
from benchboard.analytics.sources.rest_connection import rest_settings
from benchboard.analytics.sources.servers import server_settings
from benchboard.analytics.sources.services import NAME_LENGTH, SourceSummary, TableSummary
from benchboard.analytics.sources.source_models import models_reading
from benchboard.analytics.sources.source_reading import DOUBTFUL, read_source_again, undo_reading
from benchboard.errors import AppError, Cancelled
from benchboard.i18n import _, in_sentence, ngettext, number
from benchboard.identity.permissions import has_permission
from benchboard.ui.commands import Handler
from benchboard.ui.context import Context
from benchboard.ui.problems import Action
from benchboard.ui.studio.data.copy_table_dialog import CopyTableDialog
from benchboard.ui.studio.data.live_dialog import ExistingLive, LiveDialog
from benchboard.ui.studio.data.refresh_text import RefreshedSource, refresh_text
from benchboard.ui.studio.data.renamed_columns_dialog import RenamedColumnsDialog
from benchboard.ui.studio.data.rest_dialog import ExistingApi, RestDialog
from benchboard.ui.studio.data.server_dialog import ExistingServer, ServerDialog
from benchboard.ui.studio.data.skipped_lines_dialog import SkippedLinesDialog, thousands_remedy
from benchboard.ui.studio.data.source_access_dialog import SourceAccessDialog
from benchboard.ui.studio.data.source_rows import SourceRow
from benchboard.ui.studio.data.source_uses_dialog import SourceUsesDialog
from benchboard.ui.tasks import DatabaseSession, Progress
from benchboard.ui.widgets import Button, Confirm, Dialog, Edit, Field
from benchboard.ui.widgets.file_dialog import FileDialog, open_file_dialog

_NAMED_USES: Final = 5


def explore_address(source_id: str, table: str = "") -> str:
    """The address where a table of a source is explored."""
    return "/".join(part for part in ("studio/explore", source_id, table) if part)


def open_bus_action(context: Context, live: LiveSettings) -> Action:
    """Opens the live bus of the dongle that a source reads."""
    return Action(_("Open live bus"), partial(context.go, f"bench/live/{live.dongle}"))


class SourceActions(QObject):
    """Runs the commands for a data source. `not_refreshed`: one couldn't be read again."""

    restored = Signal(str)
    """The removal of this one was undone."""
    columns_wanted = Signal(object, str, str)
    """The columns of a source's table are to be edited: its `SourceSummary`, the table's name, and the thousands
    separator that its numbers are to be read with; empty for the one that they have."""
    not_refreshed = Signal()
    copied = Signal(str)
    """A server's table was copied: the ID of the copy."""

    def __init__(self, context: Context, parent: QWidget, *, explores: bool) -> None:
        """`explores`: there is a view to explore sources in."""
        super().__init__(parent)
        self._context, self._parent, self._explores = context, parent, explores

    def handlers_for(self, row: SourceRow, table: Callable[[], str]) -> dict[str, Handler]:
        """The commands for a source; `table` answers which of its tables is shown."""
        source = row.source
        found = {
            "refresh": Handler(partial(self.refresh, source.id, source.name), self.why_read_only),
            "columns": Handler(
                lambda: self.columns_wanted.emit(source, table(), ""), partial(self._why_no_columns, row)
            ),
            "lines": Handler(partial(self._show_lines, row, table), partial(_why_no_lines, row)),
            "rename": Handler(partial(self.rename, source), self.why_read_only),
            "locate": Handler(partial(self.locate, source), self.why_read_only),
            "access": Handler(partial(self.show_access, source)),
            "uses": Handler(partial(self.show_uses, row), lambda: "" if row.uses else _("Not used yet.")),
            "remove": Handler(partial(self.remove, source), self.why_read_only),
        }
        if not source.has_files:
            del found["locate"], found["columns"], found["lines"]
        if source.server:
            found["copy_table"] = Handler(partial(self.copy_table, source, table), self.why_read_only)
        if source.copy_of is not None and source.copy_of.newer_by:
            found["refresh_all"] = Handler(
                partial(self.refresh, source.id, source.name, everything=True), self.why_read_only
            )
        if source.live is not None:
            del found["refresh"]
            found["bus"] = Handler(open_bus_action(self._context, source.live).run, self._why_no_bus)
        if source.server or source.address or source.live is not None:
            found["connection"] = Handler(partial(self.edit_connection, source), self.why_read_only)
        if self._explores:
            explore = Handler(lambda: self._context.go(explore_address(source.id, table())), subtitle=source.name)
            found = {"explore": explore, **found}
        return {f"studio.sources.{name}": handler for name, handler in found.items()}

    def show_access(self, source: SourceSummary) -> None:
        """Show who may use a source, and let that be changed by those who may."""
        SourceAccessDialog(self._parent.window(), self._context, source.id, source.name).open()

    def show_uses(self, row: SourceRow) -> None:
        """List what uses a source; each row leads there."""
        SourceUsesDialog(self._parent.window(), self._context, row.source.name, row.uses).open()

    def _why_no_bus(self) -> str:
        may_enter = has_permission(self._context.actor, "bench:enter")
        return "" if may_enter else _("Your role can't open Bench.")

    def _why_no_columns(self, row: SourceRow) -> str:
        """Why the columns of a source can't be changed; empty if they can."""
        if why := self.why_read_only():
            return why
        if row.news in ("moved", "original_gone"):
            return _("Its file is missing. Choose “Find file…” first.")
        return "" if row.source.tables else _("It has no tables.")

    def _show_lines(self, row: SourceRow, table: Callable[[], str]) -> None:
        """Show the lines that aren't read as they are."""
        shown = table() if table() in row.source.tables else next(iter(row.source.tables), "")
        self._open_lines(row.source, shown, changed=row.news == "changed")

    def _open_lines(self, source: SourceSummary, table: str, *, changed: bool) -> None:
        remedy = None if self.why_read_only() else partial(self.columns_wanted.emit, source)
        SkippedLinesDialog(
            self._parent.window(), self._context, source, table, changed=changed, read_with_mark=remedy
        ).open()

    def tell_columns_changed(self, source: SourceSummary) -> None:
        """Say that the columns of a source were changed, and offer to undo it."""
        self._context.problems.toast(_columns_text(source), partial(self._undo, source))

    def why_read_only(self) -> str:
        """Why data sources can't be changed; empty if they can."""
        may_write = has_permission(self._context.actor, "sources:write")
        return "" if may_write else _("Your role can't change data sources.")

    def copy_table(self, source: SourceSummary, table: Callable[[], str]) -> None:
        """Ask which table of a server is to be copied, and how the copy finds new rows."""
        actor = self._context.actor

        def ask(tables: tuple[TableSummary, ...]) -> None:
            if not tables:
                self._context.problems.refuse(_("It has no tables."))
                return
            CopyTableDialog(self._context, self._parent.window(), source, tables, table(), self._tell_copied).open()

        self._context.tasks.read(self, lambda session: services.source_tables(session, actor, source.id), ask)

    def _tell_copied(self, source: SourceSummary) -> None:
        rows = ngettext("{count} row", "{count} rows", source.rows or 0).format(count=number(source.rows or 0))
        text = _("“{name}” was added: {rows}.").format(name=source.name, rows=rows)
        explore = Action(_("Explore"), partial(self._context.go, explore_address(source.id)))
        self._context.problems.toast(text, action=explore if self._explores else None)
        self.copied.emit(source.id)

    def refresh(
        self,
        source_id: str,
        name: str,
        *,
        accept_losses: bool = False,
        renamings: tuple[Renaming, ...] = (),
        everything: bool = False,
    ) -> None:
        """Read the files of a source again; ask where that would lose columns or rows, and which columns new ones are
        of which `renamings` doesn't tell. `everything`: of a copy, older rows too."""
        database, actor = self._context.database, self._context.actor

        def read(progress: Progress) -> tuple[SourceSummary, str]:
            token = CancelToken()
            with progress.on_cancel(token.cancel):
                progress.check()
                with database.read() as session:
                    before = RefreshedSource.read(session, actor, source_id)
                now = read_source_again(
                    database,
                    actor,
                    source_id,
                    accept_losses=accept_losses,
                    renamings=renamings,
                    cancel_token=token,
                    progress=progress.report,
                    keeps_last_good=True,
                    everything=everything,
                )
                with database.read() as session:
                    return now, refresh_text(before, RefreshedSource.read(session, actor, source_id))

        title = _("Reading “{name}”").format(name=name)
        failed = partial(self._ask_or_tell, source_id, name, renamings)
        tell = partial(self._tell_refreshed, undoable=bool(renamings))
        self._context.tasks.run(self, read, lambda found: tell(*found), failed, title=title)

    def _ask_or_tell(self, source_id: str, name: str, renamings: tuple[Renaming, ...], error: AppError) -> None:
        if isinstance(error, Cancelled):
            return
        if isinstance(found := error.facts.get("renamed"), tuple):
            run = partial(self._refresh_renamed, source_id, name)
            RenamedColumnsDialog(self._parent.window(), found, error.why, run).open()
            self.not_refreshed.emit()
            return
        if error.code != DOUBTFUL:
            self._context.problems.show(error)
            self.not_refreshed.emit()
            return
        # What was lost can be long: the title has one line, the text below as many as it takes.
        broken = bool(error.facts.get("broken"))
        columns, files = bool(error.facts.get("columns")), bool(error.facts.get("files")) or broken
        title = _("Refresh without the missing columns?") if columns else _("Refresh anyway?")
        title = _("Refresh without the missing files?") if files else title
        title = _("Refresh without the unreadable files?") if broken else title
        act = _("Refresh without them") if columns or files else _("Refresh anyway")
        run = partial(self.refresh, source_id, name, accept_losses=True, renamings=renamings)
        Confirm(
            self._parent.window(), title, " ".join(part for part in (error.what, error.why, error.do) if part), act=act,
            keep=_("Keep what was read before"), run=run,
        ).open()  # fmt: skip

    def _refresh_renamed(self, source_id: str, name: str, renamings: tuple[Renaming, ...]) -> None:
        self.refresh(source_id, name, renamings=renamings)

    def _tell_refreshed(self, source: SourceSummary, text: str, *, undoable: bool) -> None:
        if source.problem:
            find = _("Find folder…") if source.is_folder else _("Find file…")
            locate = None if not source.has_files else Action(find, partial(self.locate, source))
            self._context.problems.toast(source.problem, warning=True, action=locate)
            return
        undo = partial(self._undo, source) if source.copied or undoable else None
        if source.wrong_lines:
            self._context.problems.toast(text, undo, warning=True, action=self._lines_action(source))
        else:
            self._context.problems.toast(text, undo)

    def _lines_action(self, source: SourceSummary) -> Action:
        """What helps with the lines that don't fit: another thousands separator where that is all, else to see them."""
        first = source.first_wrong
        if first is not None and first.thousands_mark and not self.why_read_only():
            show = partial(self.columns_wanted.emit, source, first.table, first.thousands_mark)
            return Action(thousands_remedy(first.thousands_mark), show)
        table = first.table if first is not None else next(iter(source.tables), "")
        return Action(_("Show lines"), partial(self._open_lines, source, table, changed=False))

    def _undo(self, source: SourceSummary) -> None:
        """Put the copy of before back."""
        database, actor = self._context.database, self._context.actor

        def undo(_progress: Progress) -> SourceSummary:
            return undo_reading(database, actor, source)

        def tell(now: SourceSummary) -> None:
            redo = Action(_("Redo"), partial(self._undo, now))
            self._context.problems.toast(_("“{name}” is as it was before.").format(name=now.name), action=redo)

        self._context.tasks.run(self, undo, tell, title=_("Putting “{name}” back").format(name=source.name))

    def rename(self, source: SourceSummary) -> None:
        """Ask for another name."""
        _RenameDialog(self._context, self._parent.window(), source).open()

    def edit_connection(self, source: SourceSummary) -> None:
        """Ask for other settings of a server or an API, or another password."""
        actor = self._context.actor

        def edit(settings: RemoteSettings) -> None:
            existing = ExistingServer(source.id, source.name, settings)
            ServerDialog(self._context, self._parent.window(), settings.kind, self._tell_changed, existing).open()

        def edit_api(settings: RestSettings) -> None:
            existing = ExistingApi(source.id, source.name, settings)
            RestDialog(self._context, self._parent.window(), self._tell_changed, existing).open()

        if source.live is not None:
            existing = ExistingLive(source.id, source.name, source.live)
            LiveDialog(self._context, self._parent.window(), self._tell_changed, existing).open()
        elif source.address:
            self._context.tasks.read(self, lambda session: rest_settings(session, actor, source.id), edit_api)
        else:
            self._context.tasks.read(self, lambda session: server_settings(session, actor, source.id), edit)

    def _tell_changed(self, source: SourceSummary) -> None:
        self._context.problems.toast(_("The connection of “{name}” was changed.").format(name=source.name))

    def locate(self, source: SourceSummary) -> None:
        """Ask where the file of a source is now."""
        folder = str(Path(source.path).parent) if source.path else ""
        dialog = FileDialog(self._parent.window(), _("Find “{name}”").format(name=Path(source.path).name), folder)
        dialog.setObjectName("source_locate_dialog")
        mode = QFileDialog.FileMode.Directory if source.is_folder else QFileDialog.FileMode.ExistingFile
        dialog.setFileMode(mode)
        dialog.fileSelected.connect(lambda path: self.point_to(source, Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        open_file_dialog(dialog)

    def point_to(self, source: SourceSummary, path: Path) -> None:
        """Read a source from this file from now on, if it has what the source needs."""
        database, actor = self._context.database, self._context.actor

        def read(progress: Progress) -> SourceSummary:
            token = CancelToken()
            with progress.on_cancel(token.cancel):
                progress.check()
                return locate_source(database, actor, source.id, path, cancel_token=token, progress=progress.report)

        def tell(_source: SourceSummary) -> None:
            self._context.problems.toast(_("“{name}” is now read from its new location.").format(name=source.name))

        self._context.tasks.run(self, read, tell, title=_("Reading “{name}”").format(name=source.name))

    def remove(self, source: SourceSummary) -> None:
        """Say what removing a source breaks, and remove it if that is confirmed."""
        actor = self._context.actor

        def read(session: DatabaseSession) -> tuple[tuple[LineageUse, ...], tuple[str, ...]]:
            uses = table_uses(session, actor, source.id)
            return uses, models_reading(session, actor, source.id)

        self._context.tasks.read(self, read, partial(self._confirm, source))

    def _confirm(self, source: SourceSummary, found: tuple[tuple[LineageUse, ...], tuple[str, ...]]) -> None:
        Confirm(
            self._parent.window(),
            _("Remove “{name}”?").format(name=source.name),
            removal_text(found[0], found[1], is_server=bool(source.server) or source.is_answer)
            + " "
            + _("You can undo this afterwards."),
            act=_("Remove data source"),
            keep=_("Keep data source"),
            run=partial(self._remove, source),
        ).open()

    def _remove(self, source: SourceSummary) -> None:
        database, actor, home = self._context.database, self._context.actor, self._context.workspace.home

        def remove(session: DatabaseSession) -> RemovedSource:
            copies = source_copies(database, actor, source.id)
            removed = remove_source(session, actor, source.id, even_if_used=True)
            note_removed(home, actor.organisation_id, source.id, copies)
            return removed

        def done(removed: RemovedSource) -> None:
            text = _("“{name}” was removed.").format(name=source.name)
            self._context.problems.toast(text, partial(self._restore, removed))

        self._context.tasks.change(self, remove, done)

    def _restore(self, removed: RemovedSource) -> None:
        actor, home = self._context.actor, self._context.workspace.home

        def restore(session: DatabaseSession) -> None:
            restore_source(session, actor, removed)
            keep_restored(home, removed.id)

        def done(_none: None) -> None:
            self._context.problems.toast(_("“{name}” is back.").format(name=removed.name))
            self.restored.emit(removed.id)

        self._context.tasks.change(self, restore, done)


def _why_no_lines(row: SourceRow) -> str:
    """Why the lines that don't fit can't be shown; empty if they can."""
    if row.news in ("moved", "original_gone"):
        return _("Its file is missing. Choose “Find file…” first.")
    return "" if row.source.tables else _("It has no tables.")


def _columns_text(source: SourceSummary) -> str:
    if source.rows is None:
        return _("The columns of “{name}” were changed.").format(name=source.name)
    rows = ngettext("{count} row", "{count} rows", source.rows).format(count=number(source.rows))
    return _("The columns of “{name}” were changed: {rows}.").format(name=source.name, rows=rows)


def removal_text(uses: tuple[LineageUse, ...], models: tuple[str, ...], *, is_server: bool) -> str:
    """What no longer works without a source, and that its data stay. `models` are the names of the data models that
    read it."""
    stays = _("The data on the server stays.") if is_server else _("The file itself stays where it is.")
    if others := uses_text(use for use in uses if use.kind in ("variable", "alert")):
        stays = _("No longer works without it: {uses}.").format(uses=others) + " " + stays
    dashboards = sorted({use.dashboard for use in uses if use.kind == "widget"})
    if models:
        names = in_sentence(f"“{name}”" for name in models[:_NAMED_USES])
        text = ngettext("{count} data model breaks: {names}.", "{count} data models break: {names}.", len(models))
        stays = f"{text.format(count=len(models), names=names)} {stays}"
    if not dashboards and (models or others):
        return stays
    if not dashboards:
        return _("No dashboard uses it.") + " " + stays
    count = len(dashboards)
    names = in_sentence(f"“{name}”" for name in dashboards[:_NAMED_USES])
    text = ngettext(
        "Widgets of {count} dashboard will show no data: {names}.",
        "Widgets of {count} dashboards will show no data: {names}.",
        count,
    )
    return f"{text.format(count=count, names=names)} {stays}"


class _RenameDialog(Dialog):
    """Asks for another name of a source."""

    def __init__(self, context: Context, window: QWidget, source: SourceSummary) -> None:
        super().__init__(window, _("Rename data source"), name="source_rename")
        self._context, self._source = context, source
        self._edit = Edit(name="source_name")
        self._edit.setText(source.name)
        self._edit.setMaxLength(NAME_LENGTH)
        self._edit.selectAll()
        self._field = Field(_("Name"), self._edit, lines=1)
        self.content.addWidget(self._field)
        self.content.addStretch(1)
        self.add_button(Button(_("Cancel"), self.leave))
        self._save_button = Button(_("Rename data source"), self._save, kind="primary", name="source_rename_save")
        self.add_button(self._save_button)
        self._edit.returnPressed.connect(self._save)
        self._edit.textChanged.connect(lambda _text: self._field.set_error(""))

    def _save(self) -> None:
        actor, name, source_id = self._context.actor, self._edit.text(), self._source.id
        self._context.tasks.change(
            self,
            lambda session: services.update_source(session, actor, source_id, name=name),
            lambda _source: self.dismiss(),
            self._fail,
        )

    def _fail(self, error: AppError) -> None:
        self._field.set_error(" ".join(part for part in (error.what, error.do) if part))
