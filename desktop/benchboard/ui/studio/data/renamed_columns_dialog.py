"""Asks which columns new ones in files are: the suggestion is selected, so that one click accepts it."""

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QVBoxLayout, QWidget

from benchboard.analytics.files.inspection_types import RenamedColumn
from benchboard.analytics.files.renamed_columns import Renaming, renamed_sentence
from benchboard.i18n import _, ngettext
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Button, Dialog, Field, Paragraph, Select, scroll_area

_SIZE: Final = QSize(480, 230)
_SHOWN: Final = 3
"""More questions than these are scrolled to."""
_LIST_HEIGHT: Final = 300


class RenamedColumnsDialog(Dialog):
    """Shows each question with the columns that it may be; `run` is called with the answers to all."""

    _grows = True

    def __init__(
        self,
        window: QWidget,
        found: Sequence[RenamedColumn],
        why: str,
        run: Callable[[tuple[Renaming, ...]], object],
        *,
        act: str = "",
    ) -> None:
        """`act`: what the button does with the answers; by default, it refreshes the data."""
        title = ngettext("Which column is this?", "Which columns are these?", len(found))
        super().__init__(window, title, size=_SIZE, name="renamed_columns")
        self._found, self._run = found, run
        self._selects: list[Select] = []
        questions = QWidget()
        column = QVBoxLayout(questions)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme().px("spacing.3"))
        for at, one in enumerate(found):
            column.addWidget(self._question(one, at))
        column.addStretch(1)
        if len(found) > _SHOWN:
            area = scroll_area(questions)
            area.setFixedHeight(_LIST_HEIGHT)
            self.content.addWidget(area)
        else:
            self.content.addWidget(questions)
        if why:
            self.content.addWidget(Paragraph(why, "body", "muted"))
        self.content.addStretch(1)
        self.add_button(Button(_("Keep what was read before"), self.dismiss, name="renamed_keep"))
        self.add_button(Button(act or _("Refresh data"), self._accept, kind="primary", name="renamed_accept"))

    def _question(self, found: RenamedColumn, at: int) -> QWidget:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme().px("spacing.2"))
        sentence = renamed_sentence(found)
        column.addWidget(Paragraph(sentence, "body", "secondary"))
        select = Select(name=f"renamed_column_{at}")
        own = ("", _("A new column"))
        columns = [(one, _("The column “{name}”").format(name=one)) for one in found.columns]
        select.set_choices([*columns, own])
        select.set_current_key(found.suggested)
        field = Field(_("Read “{title}” as").format(title=found.title), select)
        select.setAccessibleDescription(sentence)
        column.addWidget(field)
        self._selects.append(select)
        return holder

    def _accept(self) -> None:
        answers = tuple(
            (one.title, select.current_key()) for one, select in zip(self._found, self._selects, strict=True)
        )
        self.dismiss()
        self._run(answers)
