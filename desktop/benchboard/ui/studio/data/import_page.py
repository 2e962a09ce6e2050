"""The import of a file: how it is read at the left, its first rows and the lines that don't fit at the right."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Final, TypeVar

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.column_kinds import column_fits
from benchboard.analytics.files.file_writing import differing_kind_sentence, written_sentence
from benchboard.analytics.files.inspection_types import RenamedColumn, TableInspection, TypeFit, UnreadFile
from benchboard.analytics.files.number_marks import MARKS, marks_with, open_number
from benchboard.analytics.files.other_titles import OtherTitles, other_titles, same_titles_sentence
from benchboard.analytics.files.partial_columns import partial_column_sentence, unread_sentence
from benchboard.analytics.files.profile import ColumnProfile, profile_table
from benchboard.analytics.files.scan import FileScan
from benchboard.analytics.files.wrong_lines import mixed_units_sentence
from benchboard.errors import AppError, Cancelled
from benchboard.i18n import _, ngettext, number, percent
from benchboard.ui.commands import Handler, Handlers, install_shortcuts, run_handler
from benchboard.ui.context import Context
from benchboard.ui.studio.data.column_popover import LEAVE_OUT, ColumnPopover
from benchboard.ui.studio.data.data_commands import IMPORT, IMPORT_PAGE
from benchboard.ui.studio.data.import_draft import (
    ColumnKey,
    ImportDraft,
    ImportReading,
    Inspect,
    column_key,
    detect,
    read_draft,
    table_name,
)
from benchboard.ui.studio.data.import_steps import step_text
from benchboard.ui.studio.data.mixed_columns_note import MixedColumnsNote
from benchboard.ui.studio.data.preview_table import PreviewTable, anchor_over
from benchboard.ui.studio.data.reading_pane import ReadingPane
from benchboard.ui.studio.data.reading_progress import report_reading
from benchboard.ui.studio.data.source_pane import histogram_counts
from benchboard.ui.studio.data.wrong_lines_panel import WrongLinesPanel
from benchboard.ui.tasks import Progress, Work
from benchboard.ui.widgets import (
    BannerPlace,
    Button,
    Confirm,
    Elided,
    EmptyState,
    Text,
    Toolbar,
    fill_column,
    hairline,
    keep_toasts_above,
)
from benchboard.ui.widgets.accessible import Role, announce, focus_told_once
from benchboard.ui.widgets.focus import turn_to
from benchboard.ui.widgets.skeleton import Skeleton
from benchboard.ui.widgets.surfaces import set_surface

T = TypeVar("T")
_SHOWN_AFTER_MS: Final = 150
"""What is quicker than this shows no progress."""
_PROFILED_BYTES: Final = 500_000_000
"""A larger file gets no histograms before it is added: counting means reading it twice more."""


class ImportPage(QWidget):
    """One file that is being imported. `left` when it isn't wanted, `accepted` when it is to be added."""

    accessible_role = Role.Grouping
    left = Signal()
    accepted = Signal()
    other_file_wanted = Signal()

    def __init__(self, context: Context, draft: ImportDraft) -> None:
        super().__init__()
        self.setObjectName("import_page")
        self._context = context
        self.draft = draft
        self._undone_to: list[ImportDraft] = []
        self._undone = ""
        """What a screen reader is told of the step that is being undone."""
        """Whether the file is read as before the last change."""
        """The choices before each change, which undo goes back to."""
        self._reading: ImportReading | None = None
        self._shown_table, self._shown_file = "", ""
        self._as_written = False
        self._told: list[str] = []
        """What a screen reader was told of the reading last."""
        self._work: Work | None = None
        self._profiling: Work | None = None
        self._profiled: FileScan | None = None
        """How the table was read whose values were counted last."""
        self.pane = ReadingPane(on_server=context.workspace.location.kind == "server")
        self.pane.head.show_name(draft.path.name)
        self.preview = PreviewTable()
        self.wrong_lines = WrongLinesPanel(adds=self._adds)
        self.mixed_columns = MixedColumnsNote()
        self._footer = _Footer(self._switch_written, self._stop)
        self._error = EmptyState("ph.warning-circle", "", _("Choose another file"), self.other_file_wanted.emit)
        self._retry = self._error.add_action(_("Use detected settings"), self._reset)
        self._waiting = Skeleton(height=28, top=96, left=16)
        self._waiting.show_columns([(150, 110)] * 5)
        self._stack = QStackedWidget()
        for widget in (self._waiting, self.preview, self._error):
            self._stack.addWidget(widget)
        self._lay_out()
        self._connect()
        self._tick = QTimer(self)
        self._tick.setSingleShot(True)
        self._tick.setInterval(_SHOWN_AFTER_MS)
        self._tick.timeout.connect(self._show_progress)
        context.tasks.running_changed.connect(self._progressed)
        for scope in (IMPORT, IMPORT_PAGE):
            install_shortcuts(self, scope, self.command_handlers(), context.problems.refuse)
        self.setAccessibleName(_("Reading {name}").format(name=draft.path.name))  # it has the focus until it was read
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._read()

    def _lay_out(self) -> None:
        self._toolbar = toolbar = Toolbar()
        toolbar.setAccessibleName(self._act_title())
        toolbar.add(Button(_("Data"), self.leave, kind="link", name="import_to_data"))
        toolbar.add(Text("/", "body", "muted"))
        self._title = Elided(self._page_title(), "section", fits_text=True)
        toolbar.add(self._title)
        toolbar.add_right(Button(_("Cancel"), self.leave, kind="quiet", name="import_cancel"))
        handlers = self.command_handlers()
        add = partial(run_handler, handlers["studio.import_add"], self._context.problems.refuse)
        self.add_button = Button(self._act_title(), add, kind="primary", icon=self._act_icon, name="import_add")
        self.add_button.add_key_cap("Ctrl Enter")
        toolbar.add_right(self.add_button)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.mixed_columns)
        column.addWidget(self._stack, 1)
        column.addWidget(self._footer)
        column.addWidget(self.wrong_lines)
        set_surface(right, "surface")
        body = QWidget()
        row = QHBoxLayout(body)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.pane)
        self._pane_line = hairline(vertical=True)
        row.addWidget(self._pane_line)
        row.addWidget(right, 1)
        self.banner_place = BannerPlace()
        fill_column(self, toolbar, self.banner_place, body)
        keep_toasts_above(self._footer)

    def _connect(self) -> None:
        pane = self.pane
        pane.option_chosen.connect(self._choose_option)
        pane.title_line_chosen.connect(self._choose_title_line)
        pane.table_selected.connect(self._select_table)
        pane.tables_skipped.connect(self._skip_tables)
        pane.name_edited.connect(self._edit_name)
        pane.keep_chosen.connect(self._choose_keep)
        pane.reset.connect(self._reset)
        pane.subfolders_chosen.connect(self._choose_subfolders)
        pane.file_names_chosen.connect(lambda on: self._change(replace(self.draft, file_names=on)))
        self.preview.column_opened.connect(self._open_column)
        self.mixed_columns.chosen.connect(self._choose_mixed)
        self.mixed_columns.decimal_mark_chosen.connect(self._choose_decimal_mark)
        self.mixed_columns.trimming_chosen.connect(self._choose_trimming)
        self.mixed_columns.stacking_chosen.connect(self._choose_stacking)
        self.mixed_columns.renaming_chosen.connect(self._choose_renaming)
        self.wrong_lines.chosen.connect(lambda which: self._change(replace(self.draft, wrong_values=which)))
        self.wrong_lines.total_label_chosen.connect(lambda label: self._choose_option("total_label", label))

    def command_handlers(self) -> Handlers:
        """The commands of the page."""
        return {
            "studio.import_add": Handler(self._accept, self.why_not_added, self._act_title()),
            "studio.import_undo": Handler(self.undo, lambda: "" if self._undone_to else _("There is nothing to undo.")),
            "studio.import_leave": Handler(self.leave, title=self._leave_title()),
        }

    _act_icon, _adds = "ph.plus", True

    def _act_title(self) -> str:
        """What the page is for, as its button says it."""
        return _("Add data source")

    def _leave_title(self) -> str:
        return _("Discard file")

    def _page_title(self) -> str:
        return _("Add {name}").format(name=self.draft.path.name)

    def _accept(self) -> None:
        if any(self._rows_added()):
            self._accept_rows()
            return
        Confirm(
            self.window(),
            _("Add “{name}” without rows?").format(name=self.name),
            _("No rows would be added, so queries and charts of it would be empty. Go back to check the settings, or to"
              " choose another file."),
            act=_("Add without rows"),
            keep=_("Go back"),
            run=self._accept_rows,
        ).open()  # fmt: skip

    def _accept_rows(self) -> None:
        self._stop_profiling()
        self.accepted.emit()

    def _rows_added(self) -> list[int]:
        """The rows of each table that is added."""
        return [table.rows for table in self.added_tables()]

    def added_tables(self) -> list[TableInspection]:
        """The tables that are added, as they are read."""
        if self._reading is None:
            return []
        skipped = self.draft.skipped(self._reading.detected.tables)
        return [table for table in self._reading.tables if table_name(table) not in skipped]

    def panes(self) -> list[QWidget]:
        """The panes in F6 order."""
        parts = (self._toolbar, self.pane, self.mixed_columns, self._stack, self._footer, self.wrong_lines)
        return [part for part in parts if part.isVisible()]

    # What is added

    @property
    def busy(self) -> bool:
        """Whether the file is being read."""
        return self._work is not None

    @property
    def is_changed(self) -> bool:
        """Whether leaving the page would lose a choice."""
        return self.draft.is_changed

    @property
    def name(self) -> str:
        """The name that the data source will have."""
        return self.pane.name.text().strip()

    @property
    def copies(self) -> bool:
        """Whether the tables are copied into Benchboard."""
        return (self.draft.keep or "copy") == "copy" or any(not scan.readable_in_place for scan in self.scans())

    def scans(self) -> list[FileScan]:
        """How the tables that are added are read."""
        return [table.scan for table in self.added_tables()]

    def unread_files(self) -> tuple[UnreadFile, ...]:
        """The files of a folder that can't be read."""
        return self._reading.detected.skipped if self._reading is not None else ()

    def why_not_added(self) -> str:
        """Why the file can't be added now; empty if it can."""
        if self._work is not None:
            return _("The file is still being read.")
        if self._stack.currentWidget() is self._error:
            return _("The file can't be read.")
        if self._reading is None:
            return _("The file hasn't been read.")
        if not self.scans():
            return _("Choose at least one table.")
        if any(not scan.kept_columns for scan in self.scans()):
            return _("Choose at least one column of each table.")
        if (name := _name_used_twice(self.scans())) is not None:
            return _("Two columns have the name “{name}” in queries. Rename one.").format(name=name)
        return "" if self.name else _("Give the data source a name.")

    def show_failure(self, error: AppError) -> None:
        """Show why the file couldn't be added: at the name if that is the reason, else in the banner."""
        if error.facts.get("field") == "name":
            self.pane.name_field.set_error(" ".join(part for part in (error.what, error.do) if part))
            self.pane.name.setFocus(Qt.FocusReason.OtherFocusReason)
            self.pane.name.selectAll()
        else:
            self._context.problems.show(error)

    def leave(self) -> None:
        """Leave the file; asks if anything was chosen or typed."""
        if not self.is_changed:
            self._abandon()
            return
        title, act = self._leave_question()
        Confirm(
            self.window(),
            title,
            _("Your changes here will be lost. The file itself isn't changed."),
            act=act,
            keep=_("Keep editing"),
            run=self._abandon,
        ).open()

    def _leave_question(self) -> tuple[str, str]:
        """The question before choices are lost, and what its button says."""
        return _("Leave without adding “{name}”?").format(name=self.draft.path.name), _("Leave without adding")

    def _abandon(self) -> None:
        if self._work is not None:
            self._work.cancel()
        self._stop_profiling()
        window, text = self.window(), self._left_text()
        with focus_told_once():
            self.left.emit()
            announce(window, text, again=True)

    def _left_text(self) -> str:
        """That nothing came of it, for screen readers."""
        return _("“{name}” wasn't added.").format(name=self.draft.path.name)

    # What the user changes

    def _choose_option(self, name: str, value: object) -> None:
        self._change(self.draft.with_option(name, value))

    def _choose_title_line(self, line: int) -> None:
        self._change(self.draft.with_options({"header": True, "skip_lines": line - 1}))

    def _choose_decimal_mark(self, mark: str) -> None:
        """Read the numbers with this decimal mark, and the other one between thousands."""
        table, _detected = self._current_tables()
        if table is not None:
            self._change(self.draft.with_options(marks_with(table.scan.options, mark)))

    def _choose_trimming(self, removed: bool) -> None:
        """Read values without the spaces around them, or with them."""
        self._choose_option("trim_spaces", removed)
        self.preview.setFocus(Qt.FocusReason.OtherFocusReason)  # what was clicked is made anew

    def _choose_stacking(self, found: OtherTitles | None) -> None:
        """Read files under the titles of another one, as one table; or (None) those of the table that is shown each
        under its own."""
        table, _detected = self._current_tables()
        if table is None:
            return
        self._shown_file = found.like if found is not None else table.scan.file_names[0]
        kept = replace(self.draft, skipped_tables=None)  # the tables are others then
        self._change(kept.stacked(found.files, found.like) if found is not None else kept.parted(table))
        self.preview.setFocus(Qt.FocusReason.OtherFocusReason)  # what was clicked is made anew

    def _choose_subfolders(self, on: bool) -> None:
        """Read the files in subfolders too, of which a copy is kept, or those of the folder alone."""
        keep = "copy" if on else self.draft.keep
        self._change(replace(self.draft, nested=on, keep=keep, skipped_tables=None))

    def _choose_renaming(self, found: RenamedColumn) -> None:
        """Read a column of some files as the one that the others have at its place."""
        self._change(self.draft.renamed(found.title, found.suggested))
        self.preview.setFocus(Qt.FocusReason.OtherFocusReason)  # what was clicked is made anew

    def _reset(self) -> None:
        """Read the file as it was detected; the name and how it is kept stay."""
        self._change(ImportDraft(self.draft.path, keep=self.draft.keep, name=self.draft.name))

    def _skip_tables(self, names: frozenset[str]) -> None:
        self.draft = replace(self.draft, skipped_tables=names)

    def _edit_name(self, text: str) -> None:
        self.pane.name_field.set_error("")
        self.draft = replace(self.draft, name=text)

    def _choose_keep(self, keep: str) -> None:
        self.draft = replace(self.draft, keep="follow" if keep == "follow" else "copy")
        self.pane.show_keep(self.draft.keep or "copy")

    def _select_table(self, name: str) -> None:
        self._shown_table = name
        self._show_reading()

    def _switch_written(self) -> None:
        self._as_written = not self._as_written
        self._footer.show_written(self._as_written)
        self._show_reading()

    def _open_column(self, place: int) -> None:
        """Open what can be changed about a column."""
        table, detected = self._current_tables()
        if table is None or detected is None:
            return
        if self.preview.preview.is_file_name(place):
            self._open_file_column(table.scan, place)
            return
        column = table.scan.columns[place]
        key = column_key(table.scan, place)
        anchor = anchor_over(self.preview, place)
        taken = [table.scan.file_column, *(one.name for at, one in enumerate(table.scan.columns) if at != place)]
        popover = ColumnPopover(
            anchor, column, taken, partial(self._choose_kind, key), partial(self._write_column, key)
        )
        popover.closed.connect(anchor.deleteLater)
        popover.open()
        self._count_fits(popover, detected, place)

    def _open_file_column(self, scan: FileScan, place: int) -> None:
        """Open what can be changed about the column with the names of the files."""
        anchor = anchor_over(self.preview, place)

        def choose(chosen: str) -> None:
            self._change(replace(self.draft, file_names=chosen != LEAVE_OUT))

        def write(_unit: str, name: str, title: str) -> None:
            self._change(replace(self.draft, file_column=name, file_title=title))

        taken = [*(one.name for one in scan.columns), *(one.name for one in scan.partitions)]
        popover = ColumnPopover(anchor, scan.kept_columns[-1], taken, choose, write, kinds=("text",), has_unit=False)
        popover.closed.connect(anchor.deleteLater)
        popover.open()

    def _count_fits(self, popover: ColumnPopover, table: TableInspection, place: int) -> None:
        """Count how many values of a column fit each kind, and show it while the popover is open."""
        known = [fit for fit in table.columns[place].fits if fit.fits or fit.kind == table.scan.columns[place].kind]
        popover.show_fits(known)

        def count(progress: Progress) -> tuple[TypeFit, ...]:
            return _with_token(progress, lambda token: column_fits(table, table.scan, place, cancel_token=token))

        title = _("Checking the values of “{column}”").format(column=table.scan.columns[place].title)
        work = self._context.tasks.run(popover, count, popover.show_fits, lambda _error: None, title=title)
        popover.closed.connect(work.cancel)

    def _choose_kind(self, key: ColumnKey, chosen: str) -> None:
        before = self.draft.choice(key)
        choice = (
            replace(before, left_out=True) if chosen == LEAVE_OUT
            else replace(before, kind=chosen, left_out=False)  # type: ignore[arg-type]  # a kind
        )  # fmt: skip
        self._change(self.draft.with_column(key, choice))

    def _choose_mixed(self, place: int, kind: str) -> None:
        table, _detected = self._current_tables()
        if table is not None:
            self._choose_kind(column_key(table.scan, place), kind)
            self.preview.setFocus(Qt.FocusReason.OtherFocusReason)  # what was clicked may be hidden now

    def _write_column(self, key: ColumnKey, unit: str, name: str, title: str) -> None:
        choice = replace(self.draft.choice(key), unit=unit, name=name, title=title)
        self._change(self.draft.with_column(key, choice))

    def _change(self, draft: ImportDraft) -> None:
        if draft != self.draft:
            self._undone_to.append(self.draft)
            self.draft = draft
            self._read()

    def undo(self) -> None:
        """Take back the last change of how the file is read; the name and how it is kept stay."""
        if self._undone_to:
            before = self._undone_to.pop()
            kept = self.draft
            self._undone = _("Undone: {step}").format(step=step) if (step := step_text(before, kept)) else _("Undone")
            self.draft = replace(before, keep=kept.keep, name=kept.name, skipped_tables=kept.skipped_tables)
            self._read()

    # Reading

    def _read(self) -> None:
        """Read the file by the draft, in the background. What is on screen stays until it is read."""
        if self._work is not None:
            self._work.cancel()
        draft, before, inspect = self.draft, self._reading, self._inspect()

        def read(progress: Progress) -> ImportReading:
            report = report_reading(progress, draft.path)
            return _with_token(progress, lambda token: read_draft(draft, before, token, report, inspect))

        title = _("Reading {name}").format(name=draft.path.name)
        self._tick.start()
        self._work = work = self._context.tasks.run(
            self, read, lambda found: self._show_read(work, found), lambda error: self._fail(work, error), title=title
        )

    def _inspect(self) -> Inspect:
        """What reads the file; it is called in the background."""
        return detect

    def _stop(self) -> None:
        if self._work is not None:
            self._work.cancel()

    def _show_read(self, work: Work, reading: ImportReading) -> None:
        if work is not self._work:
            return
        if work.cancelled:  # when it had just been read
            self._fail(work, Cancelled("tasks.cancelled", _("Stopped.")))
            return
        self._end_work()
        self._reading = reading
        self._show_reading()

    def _fail(self, work: Work, error: AppError) -> None:
        if work is not self._work:
            return
        self._end_work()
        if isinstance(error, Cancelled):
            self._footer.show_stopped(self._read)
            if self._reading is not None:
                self.draft = replace(
                    self._reading.draft, keep=self.draft.keep, name=self.draft.name,
                    skipped_tables=self.draft.skipped_tables,
                )  # fmt: skip
                self._show_reading()
            return
        self._error.sentence.setText(error.what.removesuffix("."))
        do = "" if error.do == _("Choose another file.") else error.do  # the button says it
        why = " ".join(part for part in (error.why, do) if part)
        self._error.why.setText(why)
        self._error.why.setVisible(bool(why))
        self._retry.setVisible(bool(self.draft.options))
        self.setFocusProxy(self._error.action)
        if self.window().focusWidget() is self:
            turn_to(self._stack, self._error, partial(self._error.action.setFocus, Qt.FocusReason.OtherFocusReason))
        self._stack.setCurrentWidget(self._error)
        self._show_pane(self._reading is not None)
        self.add_button.disable(self.why_not_added())
        self.wrong_lines.hide()
        self.mixed_columns.hide()
        self._footer.show_nothing()
        self._told = []
        announce(self, error.what, urgent=True)

    def _show_pane(self, shown: bool) -> None:
        """Without anything that was read there is nothing to choose at the left."""
        self.pane.setVisible(shown)
        self._pane_line.setVisible(shown)

    def _end_work(self) -> None:
        self._work = None
        self._tick.stop()
        self._footer.show_work(None)

    def _show_progress(self) -> None:
        self._footer.show_work(self._work)

    def _progressed(self) -> None:
        if self._work is not None and not self._tick.isActive():
            self._footer.show_work(self._work)

    # What is shown

    def _current_tables(self) -> tuple[TableInspection | None, TableInspection | None]:
        """The table that is shown, as it is read, and as it was detected."""
        reading = self._reading
        if reading is None or not reading.tables:
            return None, None
        names = [table_name(table) for table in reading.tables]
        skipped = self.draft.skipped(reading.detected.tables)
        first = next((at for at, name in enumerate(names) if name not in skipped), 0)
        if self._shown_table not in names:  # it may be part of another one now
            first = next(
                (at for at, one in enumerate(reading.tables) if self._shown_file in one.scan.file_names), first
            )
        at = names.index(self._shown_table) if self._shown_table in names else first
        return reading.tables[at], reading.detected.tables[at]

    def _show_reading(self) -> None:
        table, detected = self._current_tables()
        reading = self._reading
        if table is None or detected is None or reading is None:
            return
        focused = self.window().focusWidget()
        inside = focused is self or (focused is not None and self.isAncestorOf(focused))
        had_focus = self._stack.currentWidget() is not self.preview and inside
        self.pane.show_file(reading.detected, reading.tables, self.draft, table_name(table))
        self.pane.show_options(table, self.draft, detected.guesses)
        self._show_pane(True)
        self.add_button.disable(self._why_unchanged())
        self.preview.show_table(table, as_written=self._as_written)
        self.setFocusProxy(self.preview)
        self.setAccessibleName(self._page_title())
        if had_focus or focused is None:
            turn_to(self._stack, self.preview)
        self._stack.setCurrentWidget(self.preview)
        self.wrong_lines.show_table(table)
        totals = [one for one in detected.total_columns if self._is_unanswered(table, one.place)]
        mixed = [one for one in detected.mixed_columns if self._is_unanswered(table, one.place)]
        assumed = [one for one in detected.assumed_units if self._is_unanswered(table, one.place)]
        unsure = any(one.option == "decimal_mark" and one.certainty == "guess" for one in detected.guesses)
        is_open = unsure and not MARKS & set(self.draft.options)
        is_stacked = self.draft.same_as or self.draft.renamings
        stacked = same_titles_sentence(detected.scan) if is_stacked else ""
        self.mixed_columns.show_columns(
            table, mixed, totals, self._notes(detected), open_number(table) if is_open else None, assumed,
            self._other_titles(detected), stacked, detected.renamed,
        )  # fmt: skip
        self._footer.show_table(table, reading.detected.seconds)
        self._tell_reading()
        self._profile(table, reading.detected.size)

    def _tell_reading(self) -> None:
        """Tell a screen reader how the file is read and what doesn't fit: at first all of it, later what is new."""
        options = self.pane.option_texts()  # only a text file has them, and lines
        wrong = self.wrong_lines.sentence or (_("All lines fit.") if options else "")
        news = [self._footer.counts, *options, wrong, *self.mixed_columns.sentences]
        before, self._told = self._told, [one for one in news if one]
        told = [self._undone] if self._undone else []
        told += [one for one in self._told if one not in before]
        text = " ".join(one if one.endswith(".") else f"{one}." for one in told)
        is_again, self._undone = bool(self._undone), ""
        # After the cell that has the focus: a screen reader breaks off to tell that.
        QTimer.singleShot(0, self, lambda: announce(self, text, again=is_again))

    def _other_titles(self, table: TableInspection) -> list[OtherTitles]:
        """The files that could be read with the table that is shown, or that it could be read with."""
        if self._reading is None:
            return []
        files = table.scan.file_names
        found = other_titles(self._reading.detected.tables)
        return [one for one in found if one.files == files or one.like == files[0]]

    def _notes(self, table: TableInspection) -> list[str]:
        """How files that are written differently are read; which columns differ between them, or have several units;
        what isn't in all files of a folder, and which of these aren't read as the others are."""
        if self._reading is None:
            return []
        found = self._reading.detected
        return [
            *filter(None, [written_sentence(table.scan)]),
            *(differing_kind_sentence(table.scan, one) for one in table.differing_kinds),
            *(mixed_units_sentence(table.scan.columns[one.place].title, one) for one in table.mixed_units),
            *(partial_column_sentence(one) for one in table.partial_columns),
            *(one.apart for one in found.tables if one.apart),
            *(_("Left out: {reason}").format(reason=unread_sentence(one)) for one in self.unread_files()),
        ]

    def _why_unchanged(self) -> str:
        """Why there is nothing to add; empty if there is."""
        return ""

    def _is_unanswered(self, table: TableInspection, place: int) -> bool:
        """Whether nothing was chosen of a column that a question is asked about."""
        choice = self.draft.choice(column_key(table.scan, place))
        return choice.kind is None and not choice.left_out

    def _profile(self, table: TableInspection, size: int) -> None:
        """Count the values of the columns in the background, for the histograms in their heads."""
        if self._profiled is table.scan:
            return
        self._stop_profiling()
        self._profiled = scan = table.scan
        self.preview.preview.show_histograms({})
        if not scan.kept_columns or size > _PROFILED_BYTES:
            return

        def count(progress: Progress) -> tuple[ColumnProfile, ...]:
            return _with_token(progress, lambda token: profile_table(scan, cancel_token=token))

        def show(found: tuple[ColumnProfile, ...]) -> None:
            if self._profiled is scan:
                self.preview.preview.show_histograms({one.name: histogram_counts(one) for one in found})

        title = _("Counting the values of “{table}”").format(table=table_name(table))
        self._profiling = self._context.tasks.run(self, count, show, lambda _error: None, title=title)

    def _stop_profiling(self) -> None:
        if self._profiling is not None:
            self._profiling.cancel()


def _name_used_twice(scans: list[FileScan]) -> str | None:
    """A name that two columns of a table have: one that was chosen, and one that was found after that."""
    for scan in scans:
        names = [*(one.name for one in scan.columns), *(one.name for one in scan.partitions), scan.file_column]
        if len(set(names)) < len(names):
            return next(name for name in names if names.count(name) > 1)
    return None


def _with_token(progress: Progress, run: Callable[[CancelToken], T]) -> T:
    """Run with a token that is cancelled when the user stops the work."""
    token = CancelToken()
    with progress.on_cancel(token.cancel):
        progress.check()
        return run(token)


class _Footer(QWidget):
    """How many rows and columns there are, how long reading took or how far it is; and how the rows are shown."""

    def __init__(self, switch: Callable[[], None], stop: Callable[[], None]) -> None:
        super().__init__()
        self._switch, self._stop = switch, stop
        self.setFixedHeight(32)
        row = QHBoxLayout()
        row.setContentsMargins(16, 0, 12, 0)
        row.setSpacing(12)
        self._counts = Elided("", "caption", "muted")
        self._state = Text("", "caption", "ok")
        self._written = Button(_("Show original text"), switch, kind="link", size="sm", name="import_as_written")
        self._again = Button("", None, kind="link", size="sm", name="import_stop")
        self._again.clicked.connect(lambda _on=False: self._run())
        self._run: Callable[[], object] = stop
        row.addWidget(self._counts, 1)
        for widget in (self._state, self._again, self._written):
            row.addWidget(widget)
        line = QWidget()
        line.setLayout(row)
        fill_column(self, hairline(), line)
        self.show_nothing()

    @property
    def counts(self) -> str:
        """How many rows and columns were read."""
        return self._counts.text()

    def show_nothing(self) -> None:
        """Show that nothing was read."""
        self._counts.setText("")
        self._state.setText("")
        self._again.hide()
        self._written.hide()

    def show_table(self, table: TableInspection, seconds: float) -> None:
        """Show how much was read."""
        rows = ngettext("{count} row", "{count} rows", table.rows).format(count=number(table.rows))
        kept = len(table.scan.kept_columns)
        columns = ngettext("{count} column", "{count} columns", kept).format(count=number(kept))
        shown = _("the first {count} are shown").format(count=number(len(table.preview)))
        parts = [rows, columns, *([shown] if table.rows > len(table.preview) else [])]
        self._counts.setText(", ".join(parts))
        self._state.set_tone("ok" if table.rows else "warn")
        self._state.setText(
            _("No rows") if not table.rows else _("Read in {seconds} s").format(seconds=number(max(seconds, 0.1), 1))
        )
        self._again.hide()
        self._written.show()

    def show_written(self, as_written: bool) -> None:
        """Show how the rows are shown now."""
        self._written.set_title(_("Show converted values") if as_written else _("Show original text"))

    def show_work(self, work: Work | None) -> None:
        """Show how far the reading is; None: it has ended."""
        if work is None:
            self._again.hide()
            return
        share = _("Reading, {share}").format(share=percent(work.done * 100 / work.total, 0)) if work.total else ""
        self._state.set_tone("muted")
        self._state.setText(share or _("Reading"))
        self._again.set_title(_("Stop"))
        self._run = self._stop
        self._again.show()

    def show_stopped(self, again: Callable[[], None]) -> None:
        """Show that the reading was stopped, and offer to begin again."""
        self._state.set_tone("warn")
        self._state.setText(_("Reading was stopped."))
        self._again.set_title(_("Read file again"))
        self._run = again
        self._again.show()
