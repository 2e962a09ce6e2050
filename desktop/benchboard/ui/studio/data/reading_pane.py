"""The left pane of the import page: how a file is read, which of its tables are added, and how it is kept."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QRadioButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from benchboard.analytics.files.inspection_types import FileInspection, OptionGuess, TableInspection
from benchboard.analytics.files.scan import MAX_SKIPPED, ReadOptions
from benchboard.analytics.files.wrong_lines import null_words_sentence
from benchboard.analytics.sources.kinds import folder_title
from benchboard.i18n import _, ngettext, number
from benchboard.ui.studio.data.import_draft import ImportDraft, Keep, table_name
from benchboard.ui.studio.data.value_text import size_text
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Button, CheckBox, Edit, Elided, Field, Paragraph, Select, Text, hairline, scroll_area
from benchboard.ui.widgets.buttons import paint_radio
from benchboard.ui.widgets.focus import FocusRinged
from benchboard.ui.widgets.labels import plain_tooltip
from benchboard.ui.widgets.surfaces import Icon, set_surface

WIDTH: Final = 280
_MARGIN: Final = 16
_MOST_TABLES_SHOWN: Final = 6
_LINE_WIDTH: Final = 64
_SPACES: Final = (" ", "\u202f", "\u2009", "\u00a0")


def _delimiters() -> list[tuple[str, str]]:
    return [
        (",", _("Comma") + "  ,"),
        (";", _("Semicolon") + "  ;"),
        ("\t", _("Tab")),
        ("|", _("Vertical bar") + "  |"),
    ]


def _decimal_marks() -> list[tuple[str, str]]:
    return [(".", _("Point") + "  1.5"), (",", _("Comma") + "  1,5")]


def _thousands_marks() -> list[tuple[str, str]]:
    marks = [("", _("None")), (",", _("Comma") + "  1,000"), (".", _("Point") + "  1.000")]
    return [*marks, (" ", _("Space") + "  1 000"), ("'", _("Apostrophe") + "  1'000")]


def _encodings() -> list[tuple[str, str]]:
    return [
        ("utf-8", "UTF-8"),
        ("utf-16", "UTF-16"),
        ("windows-1252", _("Windows-1252, Western")),
        ("windows-1254", _("Windows-1254, Turkish")),
        ("iso-8859-9", _("ISO 8859-9, Turkish")),
    ]


def _zoned_times() -> list[tuple[str, str]]:
    return [("utc", _("In UTC")), ("written", _("As in the file"))]


def _date_orders() -> list[tuple[str, str]]:
    return [
        ("day-first", _("Day, month, year")),
        ("month-first", _("Month, day, year")),
        ("year-first", _("Year, month, day")),
    ]


class ReadingPane(QWidget):
    """Shows what was detected, and emits what the user chooses: an option and its value; a table to show; the tables
    left out; the name; how it is kept; that all is to be as it was detected; the line with the column names, from 1;
    whether the names of the files are a column."""

    option_chosen = Signal(str, object)
    title_line_chosen = Signal(int)
    table_selected = Signal(str)
    tables_skipped = Signal(object)
    name_edited = Signal(str)
    keep_chosen = Signal(str)
    reset = Signal()
    file_names_chosen = Signal(bool)
    subfolders_chosen = Signal(bool)

    def __init__(self, *, on_server: bool = False) -> None:
        """`on_server`: the data source is stored on a server, which the file isn't."""
        super().__init__()
        self._on_server = on_server
        self.setObjectName("import_reading")
        self.setFixedWidth(WIDTH)
        set_surface(self, "surface")
        self.head = _FileHead()
        self._inner = inner = QWidget()
        inner.setProperty("plain", "true")
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 0, 0, _MARGIN)
        self._column.setSpacing(0)
        self._column.addWidget(self._tables_section())
        self._column.addWidget(self._reading_section())
        self._column.addWidget(hairline())
        self._column.addWidget(self._keeping_section())
        self._column.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.head)
        whole.addWidget(hairline())
        whole.addWidget(scroll_area(inner), 1)
        self._filling = False
        inner.hide()  # until the file was read

    # What it is made of

    def _tables_section(self) -> QWidget:
        self._tables_holder, column = _section()
        self._tables_title = Text(_("Tables"), "body_strong", "secondary")
        column.addWidget(self._tables_title)
        self.tables = QListWidget()
        self.tables.setObjectName("import_tables")
        self.tables.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.tables.setAccessibleName(_("Tables"))
        self.tables.setAccessibleDescription(_("Press Space to include or exclude a table."))
        self.tables.currentRowChanged.connect(self._table_changed)
        self.tables.itemChanged.connect(lambda _item: self._tables_ticked())
        column.addWidget(self.tables)
        column.addSpacing(4)
        column.addWidget(hairline())
        self._tables_holder.hide()
        return self._tables_holder

    def _reading_section(self) -> QWidget:
        holder, column = _section()
        self._as_detected = Button(_("Use detected settings"), self.reset.emit, kind="link", name="import_as_detected")
        head = QHBoxLayout()
        head.addWidget(Text(_("Format"), "body_strong", "secondary"))
        head.addStretch(1)
        head.addWidget(self._as_detected)
        column.addLayout(head)
        self._typed_note = Paragraph("", "caption", "muted")
        self._typed_note.hide()
        column.addWidget(self._typed_note)
        self.fields = {
            "delimiter": _OptionField("delimiter", _("Separator"), _delimiters()),
            "decimal_mark": _OptionField("decimal_mark", _("Decimal mark"), _decimal_marks()),
            "thousands_mark": _OptionField("thousands_mark", _("Thousands separator"), _thousands_marks()),
            "encoding": _OptionField("encoding", _("Encoding"), _encodings()),
            "date_order": _OptionField("date_order", _("Dates"), _date_orders()),
            "zoned_times": _OptionField("zoned_times", _("Times"), _zoned_times()),
        }
        for name, field in self.fields.items():
            field.chosen.connect(lambda value, name=name: self.option_chosen.emit(name, value))
            column.addWidget(field)
        self._null_words = Paragraph("", "caption", "muted")
        column.addWidget(self._null_words)
        self.titles = _TitleLine()
        self.titles.header.clicked.connect(lambda on: self.option_chosen.emit("header", on))
        self.titles.chosen.connect(self.title_line_chosen)
        column.addSpacing(4)
        column.addWidget(self.titles)
        self.trim_spaces = CheckBox(_("Remove spaces around text"))
        self.trim_spaces.setObjectName("import_trim_spaces")
        why = _("“Berlin” with a space after it is read as “Berlin”, so that both are one value.")
        self.trim_spaces.setToolTip(plain_tooltip(why))
        self.trim_spaces.setAccessibleDescription(why)
        self.trim_spaces.clicked.connect(lambda on: self.option_chosen.emit("trim_spaces", on))
        column.addWidget(self.trim_spaces)
        self.file_names = CheckBox(_("Add file names as a column"))
        self.file_names.setObjectName("import_file_names")
        self.file_names.clicked.connect(self.file_names_chosen)
        column.addWidget(self.file_names)
        self.subfolders = CheckBox(_("Read subfolders"))
        self.subfolders.setObjectName("import_subfolders")
        self.subfolders.clicked.connect(self.subfolders_chosen)
        column.addWidget(self.subfolders)
        self._partitions = Paragraph("", "caption", "muted")
        self._partitions.setObjectName("import_partitions")
        column.addWidget(self._partitions)
        return holder

    def _keeping_section(self) -> QWidget:
        holder, column = _section()
        column.addWidget(Text(_("Storage"), "body_strong", "secondary"))
        self.name = Edit(name="import_name")
        self.name.setMaxLength(100)
        self.name.textEdited.connect(self.name_edited)
        self.name_field = Field(_("Name"), self.name)
        column.addWidget(self.name_field)
        column.addSpacing(4)
        self.copy = RadioRow(_("Copy into Benchboard"), "import_copy")
        self.follow = RadioRow(_("Link to the file"), "import_follow")
        for key, radio in (("copy", self.copy), ("follow", self.follow)):
            radio.clicked.connect(lambda _on=False, key=key: self.keep_chosen.emit(key))
            column.addWidget(radio)
        if self._on_server:
            here = _("Only this computer can read it. Colleagues see the data source but not its rows.")
            column.addWidget(Paragraph(here, "caption", "warn"))
        return holder

    # What it shows

    def show_file(
        self, detected: FileInspection, tables: Sequence[TableInspection], draft: ImportDraft, shown: str
    ) -> None:
        """Show an inspection and the choices of a draft; `shown` is the name of the table in the preview."""
        self._filling = True
        self._inner.show()
        self.head.show_file(detected)
        self._show_tables(tables, draft.skipped(detected.tables), shown)
        self._filling = False
        self._as_detected.setEnabled(draft.reads_otherwise)
        self.follow.set_title(_("Link to the folder") if detected.format == "folder" else _("Link to the file"))
        in_place = all(table.scan.readable_in_place for table in tables)
        self.copy.set_subtitle(_("Works without the original file"))
        why = _("With subfolders, the files are copied.") if detected.nested else ""
        self.follow.disable(why if in_place else _why_copied(tables))
        self.subfolders.setVisible(detected.subfolders > 0)
        self.subfolders.setChecked(detected.nested)
        folder = str(draft.path.parent)
        self.follow.set_subtitle(self.follow.reason or _("Stays in {folder}").format(folder=folder))
        self.show_keep("copy" if detected.nested else draft.keep or "copy")
        name = draft.path.name.partition(".")[0][:100] or draft.path.name if draft.name is None else draft.name
        if name != self.name.text():
            self.name.setText(name)

    def show_keep(self, keep: Keep) -> None:
        """Show how the file is kept."""
        self.copy.setChecked(keep == "copy")
        self.follow.setChecked(keep == "follow")

    def show_options(self, table: TableInspection, draft: ImportDraft, guesses: Sequence[OptionGuess]) -> None:
        """Show how one table is read; `guesses` is what was detected."""
        is_csv = table.scan.format == "csv"
        typed = table.scan.format in ("parquet", "duckdb", "sqlite", "can")
        self._typed_note.setVisible(typed)
        self._typed_note.setText(_("This file defines its own columns and types."))
        by_name = {guess.option: guess for guess in guesses}
        options = table.scan.options
        has_zones = any("iso-zoned" in column.formats for column in table.scan.columns)
        for name, field in self.fields.items():
            guess = by_name.get(name)
            chosen = name in draft.options
            ordered = any(form[:2] in ("%d", "%m") for column in table.scan.columns for form in column.formats)
            has_dates = guess is not None or chosen or ordered
            if name == "date_order" and ordered and guess is None:
                guess = OptionGuess("date_order", options.date_order, "guess", _("Day first is used."))
            if not table.rows and name in ("decimal_mark", "thousands_mark"):
                guess = None  # without a number there is nothing to be unsure of
            needed = is_csv and (has_dates or name != "date_order") and (has_zones or name != "zoned_times")
            if name == "zoned_times" and has_zones:
                why = _(
                    "The times have an offset from UTC, such as +03:00. Days and weeks are counted in the time chosen."
                )
                guess = OptionGuess("zoned_times", options.zoned_times, "guess", why)
            if len({getattr(one, name) for one in table.scan.writings}) > 1:
                guess = OptionGuess(name, "", "sure", _("Differs by file. Choose one for all."))
            field.setVisible(needed)
            if needed:
                field.show_option(_shown_value(name, options), guess, chosen=chosen)
        said = null_words_sentence(options)
        self._null_words.setText(said)
        self._null_words.setVisible(bool(said))
        self.titles.setVisible(not typed)
        self.trim_spaces.setVisible(not typed)
        self.trim_spaces.setChecked(options.trim_spaces)
        self.file_names.setVisible(bool(table.scan.files))
        self.file_names.setChecked(draft.file_names)
        names = ", ".join(f"“{one.key}”" for one in table.scan.partitions)
        self._partitions.setText(_("Columns from their names: {names}.").format(names=names) if names else "")
        self._partitions.setVisible(bool(names))
        self.titles.show_line(table, by_name.get("skip_lines"), chosen="skip_lines" in draft.options)

    def option_texts(self) -> list[str]:
        """The separator and the encoding with which the file is read, where it has them."""
        fields = (self.fields[name] for name in ("delimiter", "encoding"))
        return [field.sentence for field in fields if not field.isHidden()]

    def _show_tables(self, tables: Sequence[TableInspection], skipped: frozenset[str], current: str) -> None:
        several = len(tables) > 1
        self._tables_holder.setVisible(several)
        if not several:
            return
        self._tables_title.setText(_("Tables ({count})").format(count=number(len(tables))))
        names = [table_name(table) for table in tables]
        shown = [self.tables.item(row).data(Qt.ItemDataRole.UserRole) for row in range(self.tables.count())]
        if shown != names:
            self.tables.clear()
            for name in names:
                item = QListWidgetItem(self.tables)
                item.setData(Qt.ItemDataRole.UserRole, name)
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        self.tables.setCurrentRow(names.index(current))
        for row, (name, table) in enumerate(zip(names, tables, strict=True)):
            item, added = self.tables.item(row), name not in skipped
            rows = ngettext("{count} row", "{count} rows", table.rows).format(count=number(table.rows))
            item.setText(f"{name}  ({rows})")
            item.setToolTip(plain_tooltip(item.text()))
            item.setCheckState(Qt.CheckState.Checked if added else Qt.CheckState.Unchecked)
        self.tables.setFixedHeight(min(len(names), _MOST_TABLES_SHOWN) * 32 + 12)

    def _table_changed(self, row: int) -> None:
        if not self._filling and row >= 0:
            self.table_selected.emit(self.tables.item(row).data(Qt.ItemDataRole.UserRole))

    def _tables_ticked(self) -> None:
        if self._filling:
            return
        items = [self.tables.item(row) for row in range(self.tables.count())]
        skipped = [item for item in items if item.checkState() != Qt.CheckState.Checked]
        self.tables_skipped.emit(frozenset(item.data(Qt.ItemDataRole.UserRole) for item in skipped))


def _why_copied(tables: Sequence[TableInspection]) -> str:
    """Why a file can only be copied."""
    scan = next(table.scan for table in tables if not table.scan.readable_in_place)
    if scan.format == "csv":
        found = next(options.encoding for options in scan.writings if options.encoding != "utf-8")
        encoding = dict(_encodings())[found]
        if scan.files:
            text = _("Only files in UTF-8 can be linked. One of these is in {encoding}, so they're copied.")
            return text.format(encoding=encoding)
        return _("Only files in UTF-8 can be linked. This one is in {encoding}, so it's copied.").format(
            encoding=encoding
        )
    return _("Only CSV and Parquet files can be linked. This one is copied.")


def _shown_value(name: str, options: ReadOptions) -> str:
    value = str(getattr(options, name))
    return " " if name == "thousands_mark" and value in _SPACES else value


def _section() -> tuple[QWidget, QVBoxLayout]:
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(_MARGIN, 12, _MARGIN, 12)
    column.setSpacing(theme().px("spacing.2"))
    return holder, column


class _FileHead(QWidget):
    """The name of the file and its size."""

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(_MARGIN, 12, _MARGIN, 12)
        row.setSpacing(theme().px("spacing.3"))
        self._icon = Icon("ph.file-text", "text.secondary", 24)
        row.addWidget(self._icon)
        lines = QVBoxLayout()
        lines.setSpacing(1)
        self._name = Elided("", "body_strong")
        self._size = Elided("", "caption", "muted")
        lines.addWidget(self._name)
        lines.addWidget(self._size)
        row.addLayout(lines, 1)

    def show_name(self, name: str) -> None:
        """Show a file before it was read."""
        self._name.setText(name)
        self._size.setText("")

    def show_file(self, detected: FileInspection) -> None:
        """Show a file that was read."""
        self._name.setText(detected.path.name)
        titles = {"csv": "CSV", "parquet": "Parquet", "excel": "Excel", "sqlite": "SQLite", "duckdb": "DuckDB"}
        titles["can"] = _("CAN recording")
        titles["folder"] = folder_title({table.scan.format for table in detected.tables})
        self._size.setText(f"{titles.get(detected.format, detected.format)}, {size_text(detected.size)}")


class _OptionField(QWidget):
    """An option: its title, whether it was detected, its values, and why it was detected so."""

    chosen = Signal(str)

    def __init__(self, name: str, title: str, choices: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self.select = Select(choices, name=f"import_{name}", label=title)
        self.select.activated.connect(lambda _index: self.chosen.emit(str(self.select.currentData())))
        label = Text(title, tone="secondary")
        label.setBuddy(self.select)
        self._mark = Icon("ph.check", "text.muted", 12)
        self._state = Text("", "caption", "muted")
        self._why = Paragraph("", "caption", "muted")
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(label)
        head.addStretch(1)
        head.addWidget(self._mark)
        head.addWidget(self._state)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 2)
        column.setSpacing(theme().px("spacing.1"))
        column.addLayout(head)
        column.addWidget(self.select)
        column.addWidget(self._why)

    @property
    def sentence(self) -> str:
        """The option with its value, and where that comes from."""
        value = self.select.currentText().partition("  ")[0]  # behind it stands the character
        text = _("{name}: {values}").format(name=self.select.accessibleName(), values=value)
        return ", ".join(filter(None, (text, self._state.text())))

    def show_option(self, value: str, guess: OptionGuess | None, *, chosen: bool) -> None:
        """Show a value, and where it comes from."""
        self.select.set_current_key(value)
        unsure = not chosen and guess is not None and guess.certainty == "guess"
        if chosen:
            icon, role, text = "ph.user", "text.muted", _("chosen by you")
        elif unsure:
            icon, role, text = "ph.warning-fill", "warn", _("uncertain")
        else:
            icon, role, text = "ph.check", "text.muted", _("detected")
        self._mark.show_icon(icon, role)
        self._mark.setVisible(chosen or guess is not None)
        self._state.setText(text if chosen or guess is not None else "")
        self._state.set_tone("warn" if unsure else "muted")
        reason = guess.reason if guess is not None and not chosen else ""
        self._why.setText(reason)
        self._why.setVisible(bool(reason))
        self.select.setAccessibleDescription(": ".join(part for part in (text, reason) if part))


class _TitleLine(QWidget):
    """Whether a line holds the column names, which one, and why. `chosen` has the line, counted from 1."""

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.header = CheckBox(_("Column names on line"))
        self.header.setObjectName("import_header")
        self.line = Edit(name="import_title_line", label=_("Column names on line"))
        self.line.setFixedWidth(_LINE_WIDTH)
        self.line.setMaxLength(5)
        self.line.editingFinished.connect(self._choose)
        self._why = Paragraph("", "caption", "muted")
        self._shown, self._last = 1, 1
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme().px("spacing.1"))
        head = QHBoxLayout()
        head.addWidget(self.header)
        head.addStretch(1)
        head.addWidget(self.line)
        column.addLayout(head)
        column.addWidget(self._why)

    def show_line(self, table: TableInspection, guess: OptionGuess | None, *, chosen: bool) -> None:
        """Show the line of a table; `guess` is why it isn't the first one."""
        options = table.scan.options
        self._shown = options.skip_lines + 1
        self._last = max(self._shown, min(table.first_line + table.rows - 1, MAX_SKIPPED + 1))
        self.header.setChecked(options.header)
        self.line.setText(number(self._shown, grouped=False))
        self.line.setEnabled(options.header)
        reason = guess.reason if guess is not None and not chosen and options.header else ""
        self._why.setText(reason)
        self._why.setVisible(bool(reason))
        self.line.setAccessibleDescription(reason)

    def _choose(self) -> None:
        text = self.line.text().strip()
        line = min(int(text), self._last) if text.isdecimal() and int(text) else self._shown
        self.line.setText(number(line, grouped=False))
        if line != self._shown:
            self._shown = line  # it is emitted once
            self.chosen.emit(line)


_RADIO: Final = 14


class RadioRow(FocusRinged, QRadioButton):
    """A radio button with a line below its title."""

    def __init__(self, title: str, name: str) -> None:
        super().__init__(title)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self._subtitle, self.reason = "", ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_subtitle(self, text: str) -> None:
        """Show another line below the title."""
        self._subtitle = text
        self.setAccessibleDescription(text)
        self.setToolTip(plain_tooltip(text))
        self.updateGeometry()
        self.update()

    def set_title(self, title: str) -> None:
        """Show another title."""
        self.setText(title)
        self.setAccessibleName(title)

    def disable(self, reason: str) -> None:
        """Disable it with a reason; an empty reason enables it again."""
        self.reason = reason
        self.setEnabled(not reason)

    def hitButton(self, _position: object) -> bool:
        return True

    def _lines(self, width: int) -> list[str]:
        """The subtitle in at most three lines."""
        metrics = QFontMetrics(theme().font("caption"))
        lines: list[str] = []
        for word in self._subtitle.split(" "):
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and metrics.horizontalAdvance(longer) <= width:
                lines[-1] = longer
            else:
                lines.append(metrics.elidedText(word, Qt.TextElideMode.ElideMiddle, width))
        return lines[:3]

    def sizeHint(self) -> QSize:
        lines = self._lines(WIDTH - 2 * _MARGIN - 24)
        return QSize(200, 22 + 15 * len(lines) + 6)

    def minimumSizeHint(self) -> QSize:
        return QSize(100, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            if not self.isEnabled():
                painter.setOpacity(0.9)
            paint_radio(painter, QRectF(1, 4, _RADIO, _RADIO), on=self.isChecked())
            painter.setFont(theme().font("body"))
            painter.setPen(theme().color("text" if self.isEnabled() else "text.disabled"))
            painter.drawText(24, 0, self.width() - 24, 22, Qt.AlignmentFlag.AlignVCenter, self.text())
            painter.setFont(theme().font("caption"))
            painter.setPen(theme().color("text.muted"))
            for place, line in enumerate(self._lines(self.width() - 24)):
                painter.drawText(24, 21 + 15 * place, self.width() - 24, 15, Qt.AlignmentFlag.AlignVCenter, line)
