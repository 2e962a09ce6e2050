"""The recordings in the folder in which the live bus records, as a list that follows the folder, beside the details of
the current one."""

import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from benchboard.canbus.recording_folder import RecordingFile, RecordingFolder
from benchboard.errors import AppError
from benchboard.i18n import _, ngettext, number, pgettext
from benchboard.paging import Listing
from benchboard.ui.bench.bench_commands import RECORDING_LIST, RECORDING_MENU
from benchboard.ui.bench.kept_recordings.recording_bookmarks import RecordingBookmarks
from benchboard.ui.bench.kept_recordings.recording_columns import (
    BY_TIME,
    begun_at,
    day_of,
    recording_columns,
    recordings_page,
)
from benchboard.ui.bench.kept_recordings.recording_file_actions import RecordingFileActions
from benchboard.ui.bench.kept_recordings.recording_pane import RecordingPane
from benchboard.ui.bench.kept_recordings.recording_sources import RecordingSource, RecordingSources, is_from
from benchboard.ui.bench.kept_recordings.recordings_folder import ask_recordings_folder, recordings_folder
from benchboard.ui.command_menu import command_menu
from benchboard.ui.commands import REGISTRY, Handler, Handlers, install_shortcuts, run_handler
from benchboard.ui.context import Context
from benchboard.ui.paged.paged_model import PagedTableModel
from benchboard.ui.paged.paged_view import PagedTable
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Button, Elided, EmptyState
from benchboard.ui.widgets.accessible import announce
from benchboard.ui.widgets.drawer import Drawer
from benchboard.ui.widgets.fields import SearchField, focus_filter, focus_list, return_at_top
from benchboard.ui.widgets.no_match import NoMatch
from benchboard.ui.widgets.readable_rows import Readable
from benchboard.ui.widgets.surfaces import fill_column
from benchboard.ui.window_commands import LIST_UNDO, undo_handlers

_EVERY_MS: Final = 2_000
"""How often the folder is looked at while it is followed; a folder of another computer reports no changes."""
_TYPING_MS: Final = 200
_RECORDING_S: Final = 3.0
"""A file that was changed so short a time ago may still be written: it isn't looked into yet."""


class _FolderPath(Readable, Elided):
    """The path of the folder, which keys reach."""

    def __init__(self) -> None:
        super().__init__("", "body", "muted", fits_text=True, middle=True)
        self.setObjectName("recordings_path")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def show_path(self, path: str) -> None:
        """Show where the recordings are; keys reach it."""
        self.setText(path)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def accessible_text(self) -> str:
        return _("Folder: {path}").format(path=self.copied_text())

    def copied_text(self) -> str:
        return self.text()


class FolderPage(QWidget):
    """`opened` has the path of the recording that the user opened, `compare_wanted` those of two to compare, the older
    one first, `other_wanted` that of one to compare with another that is yet to be chosen; `counted` is emitted when
    other files are there, `renamed` with where a recording was and where it is.
    """

    opened = Signal(object)
    compare_wanted = Signal(object, object)
    other_wanted = Signal(object)
    counted = Signal()
    renamed = Signal(object, object)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._folder = RecordingFolder()
        self._files: Sequence[RecordingFile] = ()
        self._looking = self._looks_again = False
        """Whether the folder is looked at now, and whether it has changed since."""
        self.file_actions = RecordingFileActions(context, self)
        self.file_actions.leaving.connect(self._note_neighbour)
        self.file_actions.changed.connect(self._follow_change)
        self._tells = False
        """Whether a folder was chosen, and a screen reader isn't told yet what is in it."""
        self._wanted: Path | None = None
        """The recording that becomes current once it is listed."""
        self._neighbour: Path | None = None
        """The one that does in place of those that are being moved to the trash."""
        self._sources, self._bookmarks = RecordingSources(context), RecordingBookmarks(context)
        self._made: dict[Path, RecordingSource] = {}
        """The sources of the recordings, as they were when the folder was looked at last."""
        self.path_label = _FolderPath()
        self.choose_button = Button(_("Choose folder"), self.choose, icon="ph.folder-open", name="recordings_folder")
        self.search = self._search_field()
        self._trash = Button(_("Move to the trash"), self._delete_selected, icon="ph.trash", name="recordings_trash")
        self._compare = Button(
            _("Compare"), self.compare_selected, icon="ph.arrows-left-right", name="recordings_compare"
        )
        self.model: PagedTableModel[RecordingFile] = PagedTableModel(
            context.tasks, lambda *query: recordings_page(self._files, self._dongle_of, *query),
            recording_columns(self._dongle_of, lambda: self.model.listing.sort == BY_TIME), self,
            identity=lambda row: str(row.path),
        )  # fmt: skip
        self.table: PagedTable[RecordingFile] = PagedTable(
            self.model,
            label=_("Recordings in the folder"),
            name="recordings_in_folder",
            empty=EmptyState(
                "ph.folder", _("No recordings in this folder"), _("Choose folder"), self.choose,
                why=_("Record the live bus, or choose another folder. candump, ASC, BLF and TRC files are listed."),
            ),
            no_match=NoMatch(pgettext("no match", "recordings"), self.clear_search),
            bulk=(self._compare, self._trash),
            day=day_of,
            row_menu=True,
        )  # fmt: skip
        self.model.listing = Listing(sort=BY_TIME, descending=True)
        self.table.activated.connect(lambda row: self.opened.emit(row.path))
        self.table.menu_requested.connect(lambda _row, spot: self._open_menu(spot))
        self.table.current_changed.connect(self._on_current)
        self.table.selectionChanged.connect(lambda: self._compare.disable(self.why_not_compared()))
        self.model.loaded.connect(self._make_wanted_current)
        with_keys = REGISTRY.of_scope(RECORDING_LIST)
        handlers = {command.id: Handler(partial(self._run, command.id)) for command in with_keys}
        install_shortcuts(self.table.view, RECORDING_LIST, handlers)
        install_shortcuts(self, LIST_UNDO, undo_handlers(context.problems))
        self.details = RecordingPane()
        self._body = Drawer(self.table, self.details, theme().px("shell.detail_pane"))
        self._connect_details()
        fill_column(self, self._body)
        self.setFocusProxy(self.table.view)
        return_at_top(self, self.search)
        self._timer = QTimer(self, interval=_EVERY_MS)
        self._timer.timeout.connect(self.look)

    def _search_field(self) -> SearchField:
        field = SearchField(
            placeholder=_("Name or dongle"), icon="ph.funnel", clear=True,
            keys=REGISTRY["bench.filter_recorded"].key, name="recordings_search", label=_("Filter recordings"),
        )  # fmt: skip
        field.setMaximumWidth(220)
        self._typing = QTimer(self, interval=_TYPING_MS, singleShot=True)
        self._typing.timeout.connect(self._search)
        field.textChanged.connect(lambda _text: self._typing.start())
        field.cleared.connect(self._search)
        for leave in (field.returnPressed, field.down):
            leave.connect(self._leave_search)
        field.left.connect(partial(focus_list, self))
        return field

    def _connect_details(self) -> None:
        self._body.covers.connect(self.table.set_covered)
        self.details.closed.connect(self._close_details)
        self.details.open_wanted.connect(self.opened)
        self.details.compare_wanted.connect(self.other_wanted)
        self.details.rename_wanted.connect(self.file_actions.ask_name)
        self.details.menu_wanted.connect(self._open_menu)

    def panes(self) -> list[QWidget]:
        """The list, and the details beside it."""
        return [self.table, *([self.details] if self.details.isVisible() else [])]

    # ---- what is searched and shown

    def focus_search(self) -> None:
        """Focus the field that filters the list."""
        focus_filter(self.search)

    def clear_search(self) -> None:
        """List all recordings."""
        self.search.clear()
        self._search()

    def _leave_search(self) -> None:
        self._search()
        focus_list(self)

    def _search(self) -> None:
        self._typing.stop()
        if self.search.text() != self.model.listing.search:
            self.model.listing = replace(self.model.listing, search=self.search.text())

    def _source_of(self, row: RecordingFile) -> RecordingSource | None:
        source = self._made.get(row.path.absolute())
        begun = row.content.begun if row.content is not None else None
        return source if source is not None and is_from(source, begun) else None

    def _dongle_of(self, row: RecordingFile) -> str:
        source = self._source_of(row)
        return source.dongle if source is not None else ""

    def _show_details(self, row: RecordingFile | None) -> None:
        if row is not None:
            self.details.show_file(row, self._source_of(row), self._bookmarks.of(row.path))
        self._body.show_detail(row is not None)

    def _close_details(self) -> None:
        self._body.show_detail(False)
        self.table.put_away()

    @property
    def folder(self) -> Path | None:
        """The folder that recordings were opened from or saved in last; None if there is none yet."""
        return recordings_folder(self._context)

    @property
    def files(self) -> Sequence[RecordingFile]:
        """The recordings that are there, as far as it is known."""
        return self._files

    def choose(self) -> None:
        """Ask for the folder; the live bus suggests it for its next recording, too."""
        ask_recordings_folder(self, self._context, self._look_at_chosen)

    def _look_at_chosen(self, _path: Path) -> None:
        self._tells = True
        self.look()

    def look(self) -> None:
        """Look at the folder on a worker, and then into the files that are new in it."""
        folder = self.folder
        if folder is None:
            self.path_label.setText(_("No folder is chosen yet."))
            return
        if self._looking:
            self._looks_again = True
            return
        self._looking, self._looks_again = True, False
        self._made = self._sources.all()
        made = frozenset(self._made)
        self._context.tasks.read(self, lambda _session: self._folder.files(folder, made), self._show, self._failed)

    def _failed(self, error: AppError) -> None:
        """The folder is gone, or a drive isn't connected: that is said, and it is looked at again."""
        self._show([])
        self.path_label.setText(error.what)

    def _show(self, files: Sequence[RecordingFile]) -> None:
        self._looking = False
        self.path_label.show_path(str(self.folder or ""))
        if list(files) != list(self._files):
            self._files = files
            self.model.refresh()
            self._body.keep_place(bool(files))
            self.counted.emit()
        if self._tells and not self._looks_again:
            self._tells = False
            self.tell_count()
        if self._looks_again:
            self.look()
        elif self._timer.isActive() and (new := self._next_unknown(files)) is not None:
            self._looking = True
            op = partial(self._folder.look_into, new)
            self._context.tasks.read(self, lambda _session: op(), self._looked, self._failed, long=True)

    def tell_count(self) -> None:
        """Tell a screen reader how many recordings are in which folder."""
        count = ngettext("{count} recording in {folder}", "{count} recordings in {folder}", len(self._files))
        told = count.format(count=number(len(self._files)), folder=self.folder)
        announce(self, told, again=True)

    def _next_unknown(self, files: Sequence[RecordingFile]) -> RecordingFile | None:
        """The recording to look into next: the one whose details are shown, then the newest."""
        shown = self.details.file.path if self.details.file is not None and self.details.isVisible() else None
        new = [one for one in files if one.content is None and time.time() - one.modified > _RECORDING_S]
        return next((one for one in new if one.path == shown), new[0] if new else None)

    def _looked(self, _content: object) -> None:
        self._looking = False
        self.look()

    # ---- what is done with the rows

    def _acted_on(self) -> list[Path]:
        """The selected recordings, else the current one."""
        row = self.table.take_ringed()
        rows = self.table.selected() or ([row] if row is not None else [])
        return [one.path for one in rows]

    def _handlers(self) -> Handlers:
        """The commands of the current row, and of the selected ones."""
        row, paths = self.table.take_ringed(), self._acted_on()
        if row is None:
            return {}
        return {
            "bench.open_listed": Handler(partial(self.opened.emit, row.path)),
            "bench.compare_recording": Handler(
                self.compare_selected, self.why_not_compared, _("Compare selected recordings")
            ),
            "bench.show_in_folder": Handler(partial(self.file_actions.show_in_folder, row.path)),
            "bench.rename_recording": Handler(partial(self.file_actions.ask_name, row.path)),
            "bench.trash_recordings": Handler(partial(self.file_actions.delete, paths)),
        }

    def _run(self, command_id: str) -> None:
        if (handler := self._handlers().get(command_id)) is not None:
            run_handler(handler, self._context.problems.refuse)

    def _open_menu(self, spot: QPoint) -> None:
        opened = command_menu(
            self, RECORDING_MENU, self._handlers(), scope=RECORDING_LIST, label=_("Actions of the recording"),
            name="recording_file_menu",
        )  # fmt: skip
        opened.popup(spot)

    def why_not_compared(self) -> str:
        """Why the selected recordings can't be compared; empty if they can."""
        return "" if len(self.table.selected()) == 2 else _("Select two recordings to compare them.")

    def compare_selected(self) -> None:
        """Ask for the comparison of the two that are selected."""
        if not self.why_not_compared():
            first, second = sorted(self.table.selected(), key=lambda row: (begun_at(row), row.modified, row.name))
            self.compare_wanted.emit(first.path, second.path)

    def _delete_selected(self) -> None:
        self.file_actions.delete([row.path for row in self.table.selected()])

    def _note_neighbour(self, leaving: Sequence[Path]) -> None:
        """Note which row follows those that leave the list, or is before them."""
        paths = [row.path for row in self.model.rows]
        places = [place for place, path in enumerate(paths) if path in leaving]
        beside = [*paths[places[-1] + 1 :], *reversed(paths[: places[0]])] if places else []
        self._neighbour = next((path for path in beside if path not in leaving), None)

    def _follow_change(self, path: Path | None, before: Path | None) -> None:
        """Look at the folder again, and make the recording that was renamed or is back the current one."""
        if path is not None and before is not None:
            self._folder.follow(before, path)
            self._sources.follow(before, path)
            self.renamed.emit(before, path)
        self._wanted = path or self._neighbour
        self.look()

    def _on_current(self, row: RecordingFile | None) -> None:
        if not self.table.moves_by_itself:
            self._wanted = None  # the user has gone elsewhere
        self._show_details(row)

    def _make_wanted_current(self) -> None:
        wanted = self._wanted
        if wanted is None or not self.table.make_current(str(wanted)):
            return
        self._wanted = None
        self.table.view.scrollTo(self.table.view.currentIndex())
        if self.isVisible():
            self.table.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def follow(self, followed: bool) -> None:
        """Look at the folder from now on, or no more. Also while something else is shown because it is empty."""
        if followed:
            self.model.refresh()
            self.look()
            self._timer.start()
        else:
            self._timer.stop()
