"""A line above the preview: which column is text because of a few of its values, with the ways to answer that."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from benchboard.analytics.files.inspection_types import MixedColumn, TableInspection
from benchboard.analytics.files.wrong_lines import mixed_column_sentence
from benchboard.i18n import _
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Button, Paragraph, fill_column, hairline
from benchboard.ui.widgets.surfaces import Icon, set_surface


class MixedColumnsNote(QWidget):
    """Shows the first of these columns; hidden while there is none. `chosen` emits its place and a kind."""

    chosen = Signal(int, str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("import_mixed_columns")
        set_surface(self, "surface")
        self._shown: MixedColumn | None = None
        self._why = Paragraph("", "body", "secondary")
        self._convert = Button("", self._choose_kind, kind="link", name="import_convert_column")
        keep = Button(_("Keep as text"), self._choose_text, kind="link", name="import_keep_text")
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(16, 12, 12, 12)
        row.setSpacing(theme().px("spacing.2"))
        row.addWidget(Icon("ph.warning-fill", "warn"))
        row.addWidget(self._why, 1)
        row.addWidget(self._convert)
        row.addWidget(keep)
        fill_column(self, line, hairline())
        self.hide()

    def show_columns(self, table: TableInspection, mixed: Sequence[MixedColumn]) -> None:
        """Show the first of the columns of `table` that are given."""
        self._shown = mixed[0] if mixed else None
        self.setVisible(bool(mixed))
        if self._shown is not None:
            self._why.setText(mixed_column_sentence(table.scan.columns[self._shown.place].title, self._shown))
            self._convert.set_title(_convert_title(self._shown))

    def _choose_kind(self) -> None:
        if self._shown is not None:
            self.chosen.emit(self._shown.place, self._shown.kind)

    def _choose_text(self) -> None:
        if self._shown is not None:
            self.chosen.emit(self._shown.place, "text")


def _convert_title(mixed: MixedColumn) -> str:
    if mixed.kind in ("integer", "float"):
        return _("Read as numbers")
    return _("Read as yes or no") if mixed.kind == "boolean" else _("Read as dates")
