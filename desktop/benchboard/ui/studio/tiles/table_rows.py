"""The Qt model of a query result: all its rows, in sorted order."""

import unicodedata
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from benchboard.analytics.queries import Cell, ResultTable
from benchboard.ui.studio.tiles import column_widths, number_format
from benchboard.ui.widgets.labels import plain_tooltip

Index = QModelIndex | QPersistentModelIndex
_NOWHERE: Final = QModelIndex()
RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_MAX_SAMPLES: Final = 400
"""About how many rows are measured for the widths of the columns."""


class TableRows(QAbstractTableModel):
    """The rows of a query result. A cell is formatted when it is shown."""

    def __init__(self, table: ResultTable, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.table = table
        self._order: Sequence[int] = range(len(table.rows))
        self._sorted: tuple[int, bool] | None = None
        self._decimals: list[int | None] = []
        self._update_decimals()

    def show_table(self, table: ResultTable) -> None:
        """Show another result, in the same order if its columns are the same."""
        same = table.columns == self.table.columns
        self.beginResetModel()
        self.table = table
        if not same:
            self._sorted = None
        self._update_decimals()
        self._order = self._sorted_rows()
        self.endResetModel()

    def cell(self, row: int, column: int) -> Cell:
        """The value of a cell."""
        return self.table.rows[self._order[row]][column]

    def text(self, row: int, column: int) -> str:
        """The formatted text of a cell."""
        value, decimals = self.cell(row, column), self._decimals[column]
        return number_format.format_cell(value) if decimals is None else number_format.format_number(value, decimals)

    def width_samples(self) -> list[list[str]]:
        """Some rows of texts for measuring, with the lowest and the highest number of each column among them."""
        step = max(1, len(self._order) // _MAX_SAMPLES)
        rows = [[self.text(row, k) for k in range(self.columnCount())] for row in range(0, len(self._order), step)]
        for place, column in enumerate(self.table.columns):
            if number_format.is_numeric(column) and rows:
                known = [row[place] for row in self.table.rows if number_format.to_float(row[place]) is not None]
                for value in (min(known), max(known)) if known else ():  # type: ignore[type-var]  # numbers all
                    decimals = self._decimals[place]
                    text = (
                        number_format.format_cell(value)
                        if decimals is None
                        else number_format.format_number(value, decimals)
                    )
                    rows.append([text if k == place else "" for k in range(self.columnCount())])
        return rows

    def tsv(self, cells: Iterable[tuple[int, int]]) -> str:
        """Cells (row, column) as tab-separated values for a spreadsheet, with exact values."""
        selected = sorted(cells)
        selected_columns = sorted({column for _row, column in selected})
        selected_set, lines = set(selected), []
        for row in sorted({row for row, _column in selected}):
            lines.append(
                "\t".join(
                    _tsv_field(exact_text(self.cell(row, k))) if (row, k) in selected_set else ""
                    for k in selected_columns
                )
            )
        return "\n".join(lines)

    # QAbstractTableModel

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._order)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.table.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.text(index.row(), index.column())
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if number_format.is_numeric(self.table.columns[index.column()]) else LEFT
        if role == Qt.ItemDataRole.ToolTipRole:
            value = self.cell(index.row(), index.column())
            return plain_tooltip(value if isinstance(value, str) else self.text(index.row(), index.column()))
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        column = self.table.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return number_format.column_title(column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(number_format.column_title(column))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if number_format.is_numeric(column) else LEFT
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; with none (-1), restore the query's order."""
        self.layoutAboutToBeChanged.emit()
        before = self._order
        self._sorted = (column, order == Qt.SortOrder.DescendingOrder) if column >= 0 else None
        self._order = self._sorted_rows()
        now = {row: place for place, row in enumerate(self._order)}
        persistent = self.persistentIndexList()
        self.changePersistentIndexList(
            persistent, [self.index(now[before[one.row()]], one.column()) for one in persistent]
        )
        self.layoutChanged.emit()

    def _sorted_rows(self) -> Sequence[int]:
        count = len(self.table.rows)
        if self._sorted is None or self._sorted[0] >= len(self.table.columns):
            return range(count)
        column, descending = self._sorted
        keys = [_sort_key(row[column]) for row in self.table.rows]
        known = [k for k in range(count) if keys[k] is not None]
        known.sort(key=lambda k: keys[k], reverse=descending)  # type: ignore[arg-type, return-value]  # `known` rows have keys
        return [*known, *(k for k in range(count) if keys[k] is None)]

    def _update_decimals(self) -> None:
        table = self.table
        self._decimals = [
            column_widths.column_decimals(table, k, [row[k] for row in table.rows]) for k in range(len(table.columns))
        ]


def exact_text(value: Cell) -> str:
    """A cell for other programs: numbers without spaces and rounding, an empty text for NULL."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return format(value, "f") if isinstance(value, Decimal) and value.is_finite() else str(value)


def _tsv_field(text: str) -> str:
    """A field of a TSV line, quoted if it contains tabs, line breaks or quotes."""
    return '"' + text.replace('"', '""') + '"' if any(sign in text for sign in '\t\n\r"') else text


def _sort_key(value: Cell) -> tuple[int, object] | None:
    """The sort key of a cell: numbers, then dates, then texts regardless of case; None for NULL and NaN, which are
    always last.
    """
    if value is None or (isinstance(value, Decimal) and value.is_nan()):
        return None
    if isinstance(value, bool | int | Decimal):
        return 0, value
    if isinstance(value, str):
        return 2, unicodedata.normalize("NFKD", value.casefold())
    return 1, value.isoformat()
