"""Lines above the preview: which columns are text because of a few of their values, or are the sum of others, which
numbers have no currency or can be read in two ways, with the ways to answer that; which values have spaces around them;
and which columns and files of a folder aren't everywhere."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.analytics.files.file_writing import assumed_unit_sentence
from benchboard.analytics.files.inspection_types import (
    AssumedUnit,
    MixedColumn,
    RenamedColumn,
    TableInspection,
    TotalColumn,
)
from benchboard.analytics.files.number_marks import OpenNumber
from benchboard.analytics.files.other_titles import OtherTitles, other_titles_sentence
from benchboard.analytics.files.renamed_columns import renamed_sentence
from benchboard.analytics.files.spaced_columns import trimmed_sentence
from benchboard.analytics.files.total_columns import total_column_sentence
from benchboard.analytics.files.wrong_lines import mixed_column_sentence
from benchboard.i18n import _, number
from benchboard.ui.studio.data.column_popover import LEAVE_OUT
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Button, Paragraph, fill_column, hairline, scroll_area
from benchboard.ui.widgets.readable_rows import ReadableRow, make_readable
from benchboard.ui.widgets.surfaces import Icon, set_surface

_WIDTH: Final = 600
_MOST_HEIGHT: Final = 144
"""Of more lines than fit, the rest is scrolled to: the preview below keeps its room."""

_MOST_NOTES: Final = 20


class MixedColumnsNote(QWidget):
    """Shows a line for each of these columns; hidden while there is none. `chosen` emits a place and a kind,
    `decimal_mark_chosen` a decimal mark, `trimming_chosen` whether spaces around values are removed."""

    chosen = Signal(int, str)
    decimal_mark_chosen = Signal(str)
    trimming_chosen = Signal(bool)
    stacking_chosen = Signal(object)
    """Files are to be read under the titles of others (an `OtherTitles`), or (None) none are."""
    renaming_chosen = Signal(object)
    """A column of some files is to be read as the one that the others have (a `RenamedColumn`)."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("import_mixed_columns")
        self.sentences: list[str] = []
        """What the lines say."""
        set_surface(self, "surface")
        self._lines = QWidget()
        self._lines.setProperty("plain", True)
        make_readable(self._lines, _("Notes about the file"))
        self._column = QVBoxLayout(self._lines)
        self._column.setContentsMargins(16, 8, 12, 8)
        self._column.setSpacing(theme().px("spacing.1"))
        self._area = scroll_area(self._lines)
        fill_column(self, self._area, hairline())
        self.hide()

    def show_columns(
        self,
        table: TableInspection,
        mixed: Sequence[MixedColumn],
        totals: Sequence[TotalColumn] = (),
        notes: Sequence[str] = (),
        open_number: OpenNumber | None = None,
        assumed: Sequence[AssumedUnit] = (),
        others: Sequence[OtherTitles] = (),
        stacked: str = "",
        renamed: Sequence[RenamedColumn] = (),
    ) -> None:
        """Show these columns of `table`, `notes` that need no answer, a number that can be read in two ways, columns
        of amounts that aren't all written with their currency, files that have the columns under other titles, (as a
        sentence) those that were chosen to be read so, and columns that some files may call otherwise."""
        self.sentences = []
        while (item := self._column.takeAt(0)) is not None:
            if (line := item.widget()) is not None:
                line.hide()
                line.deleteLater()
        for other in others:
            self._add_stacking(other_titles_sentence(other), _("Read as one table"), other)
        if stacked:
            self._add_stacking(stacked, _("Keep apart"), None)
        for column in renamed:
            self._add_renaming(column)
        if open_number is not None:
            self._add_number(table, open_number)
        for one in mixed:
            sentence = mixed_column_sentence(table.scan.columns[one.place].title, one)
            convert = (_convert_title(one), one.kind, "import_convert_column")
            keep = (_("Keep as text"), "text", "import_keep_text")
            self._add_line(sentence, one.place, (convert, keep))
        for amounts in assumed:
            keep = (_("Read as text"), "text", "import_amounts_as_text")
            sentence = assumed_unit_sentence(table.scan, amounts)
            self._add_line(sentence, amounts.place, (keep,), icon="ph.info", tone="info")
        for total in totals:
            keep = (_("Keep column"), table.scan.columns[total.place].kind, "import_keep_column")
            out = (_("Exclude column"), LEAVE_OUT, "import_exclude_column")
            sentence = total_column_sentence(table.scan, total)
            self._add_line(sentence, total.place, (keep,) if total.left_out else (out, keep))
        spaces = trimmed_sentence(table)
        if spaces:
            self._add_spaces(spaces, removed=table.scan.options.trim_spaces)
        for note in notes[:_MOST_NOTES]:
            self._add_line(note, 0, (), icon="ph.info", tone="info")
        if (more := len(notes) - _MOST_NOTES) > 0:
            self._add_line(_("and {count} more").format(count=number(more)), 0, (), icon="ph.info", tone="info")
        self.setVisible(bool(self.sentences))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """As high as the lines are in this width."""
        need = self._column.totalHeightForWidth(self.width() or _WIDTH)
        self._area.setFixedHeight(min(max(need, self._column.totalMinimumSize().height()), _MOST_HEIGHT))

    def _add_number(self, table: TableInspection, found: OpenNumber) -> None:
        now, other = number(found.now, most=3), number(found.other, most=3)
        text = _("“{text}” is read as {now}, but could also mean {other}. Choose which is right.")
        line = self._add_line(text.format(text=found.text, now=now, other=other), 0, ())
        for title, mark, name in (
            (_("Read as {value}").format(value=other), found.other_mark, "import_other_mark"),
            (_("Keep {value}").format(value=now), table.scan.options.decimal_mark, "import_keep_mark"),
        ):
            button = Button(title, partial(self.decimal_mark_chosen.emit, mark), kind="link", name=name)
            button.setAccessibleDescription(self.sentences[-1])
            line.addWidget(button)

    def _add_stacking(self, sentence: str, title: str, chosen: OtherTitles | None) -> None:
        line = self._add_line(sentence, 0, (), icon="ph.info", tone="info")
        name = "import_stack" if chosen is not None else "import_keep_apart"
        button = Button(title, partial(self.stacking_chosen.emit, chosen), kind="link", name=name)
        button.setAccessibleDescription(sentence)
        line.addWidget(button)

    def _add_renaming(self, found: RenamedColumn) -> None:
        line = self._add_line(renamed_sentence(found), 0, ())
        title = _("Read as “{name}”").format(name=found.suggested)
        button = Button(title, partial(self.renaming_chosen.emit, found), kind="link", name="import_renamed")
        button.setAccessibleDescription(self.sentences[-1])
        line.addWidget(button)

    def _add_spaces(self, sentence: str, *, removed: bool) -> None:
        icon, tone = ("ph.info", "info") if removed else ("ph.warning-fill", "warn")
        line = self._add_line(sentence, 0, (), icon=icon, tone=tone)
        title = _("Keep spaces") if removed else _("Remove spaces")
        choose = partial(self.trimming_chosen.emit, not removed)
        button = Button(title, choose, kind="link", name="import_switch_spaces")
        button.setAccessibleDescription(sentence)
        line.addWidget(button)

    def _add_line(
        self,
        sentence: str,
        place: int,
        answers: Sequence[tuple[str, str, str]],
        *,
        icon: str = "ph.warning-fill",
        tone: str = "warn",
    ) -> QHBoxLayout:
        """Add a sentence and the buttons to answer it, each with its title, the kind that it chooses and its name.
        Returns the row of the buttons."""
        self.sentences.append(sentence)
        line = ReadableRow(self._lines)
        line.setAccessibleName(sentence)
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme().px("spacing.2"))
        row.addWidget(Icon(icon, tone))
        row.addWidget(Paragraph(sentence, "body", "secondary"), 1)
        for title, kind, name in answers:
            button = Button(title, partial(self.chosen.emit, place, kind), kind="link", name=name)
            button.setAccessibleDescription(sentence)
            row.addWidget(button)
        self._column.addWidget(line)
        line.show()  # the height of a line that is only shown with the next event doesn't count
        return row


def _convert_title(mixed: MixedColumn) -> str:
    if mixed.kind in ("integer", "float"):
        return _("Read as numbers")
    return _("Read as yes or no") if mixed.kind == "boolean" else _("Read as dates")
