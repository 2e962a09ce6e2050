"""The rows of an answer as a live table shows them: all of them, in the order somebody sorts them into."""

import unicodedata
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from benchboard.analytics.queries import Cell, ResultTable
from benchboard.ui.studio.tiles import column_widths, number_format
from benchboard.ui.widgets.labels import plain_tip

Index = QModelIndex | QPersistentModelIndex
_NOWHERE: Final = QModelIndex()
RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_MEASURED: Final = 400
"""So many rows say how wide the columns are, and the largest numbers of all of them."""


class TableRows(QAbstractTableModel):
    """An answer's rows. A cell is put into words when it is looked at."""

    def __init__(self, table: ResultTable, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.table = table
        self._order: Sequence[int] = range(len(table.rows))
        self._sorted: tuple[int, bool] | None = None
        self._decimals: list[int | None] = []
        self._note_decimals()

    def show_table(self, table: ResultTable) -> None:
        """Show another answer, in the same order where its columns are the same."""
        same = table.columns == self.table.columns
        self.beginResetModel()
        self.table = table
        if not same:
            self._sorted = None
        self._note_decimals()
        self._order = self._ordered()
        self.endResetModel()

    def cell(self, row: int, column: int) -> Cell:
        """What is in a cell."""
        return self.table.rows[self._order[row]][column]

    def text(self, row: int, column: int) -> str:
        """A cell as it is shown."""
        value, decimals = self.cell(row, column), self._decimals[column]
        return number_format.text(value) if decimals is None else number_format.number(value, decimals)

    def measured(self) -> list[list[str]]:
        """Rows of texts among which are the widest of each column."""
        step = max(1, len(self._order) // _MEASURED)
        rows = [[self.text(row, k) for k in range(self.columnCount())] for row in range(0, len(self._order), step)]
        for place, column in enumerate(self.table.columns):
            if number_format.numeric(column) and rows:
                known = [row[place] for row in self.table.rows if number_format.drawn(row[place]) is not None]
                for value in (min(known), max(known)) if known else ():  # type: ignore[type-var]  # numbers all
                    decimals = self._decimals[place]
                    text = number_format.text(value) if decimals is None else number_format.number(value, decimals)
                    rows.append([text if k == place else "" for k in range(self.columnCount())])
        return rows

    def tsv(self, cells: Iterable[tuple[int, int]]) -> str:
        """Cells (row, column) as text that spreadsheets take: exact values, a line a row, between tabs."""
        taken = sorted(cells)
        across = sorted({column for _row, column in taken})
        there, lines = set(taken), []
        for row in sorted({row for row, _column in taken}):
            lines.append("\t".join(_quoted(exact(self.cell(row, k))) if (row, k) in there else "" for k in across))
        return "\n".join(lines)

    # What Qt asks

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
            return RIGHT if number_format.numeric(self.table.columns[index.column()]) else LEFT
        if role == Qt.ItemDataRole.ToolTipRole:
            value = self.cell(index.row(), index.column())
            return plain_tip(value if isinstance(value, str) else self.text(index.row(), index.column()))
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        column = self.table.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return number_format.name(column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(number_format.name(column))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if number_format.numeric(column) else LEFT
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; with none (-1) the order is the query's."""
        self.layoutAboutToBeChanged.emit()
        before = self._order
        self._sorted = (column, order == Qt.SortOrder.DescendingOrder) if column >= 0 else None
        self._order = self._ordered()
        now = {row: place for place, row in enumerate(self._order)}
        kept = self.persistentIndexList()
        self.changePersistentIndexList(kept, [self.index(now[before[one.row()]], one.column()) for one in kept])
        self.layoutChanged.emit()

    def _ordered(self) -> Sequence[int]:
        count = len(self.table.rows)
        if self._sorted is None or self._sorted[0] >= len(self.table.columns):
            return range(count)
        column, falling = self._sorted
        keys = [_key(row[column]) for row in self.table.rows]
        known = [k for k in range(count) if keys[k] is not None]
        known.sort(key=lambda k: keys[k], reverse=falling)  # type: ignore[arg-type, return-value]  # those without are out
        return [*known, *(k for k in range(count) if keys[k] is None)]

    def _note_decimals(self) -> None:
        table = self.table
        self._decimals = [
            column_widths.even_decimals(table, k, [row[k] for row in table.rows]) for k in range(len(table.columns))
        ]


def exact(value: Cell) -> str:
    """A cell as it is, for other programs: numbers without spaces, nothing for nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return format(value, "f") if isinstance(value, Decimal) and value.is_finite() else str(value)


def _quoted(text: str) -> str:
    """A field of a line; in quotes, where it would be taken for several."""
    return '"' + text.replace('"', '""') + '"' if any(sign in text for sign in '\t\n\r"') else text


def _key(value: Cell) -> tuple[int, object] | None:
    """What a cell is sorted by: numbers, moments, then words without regard to case; None for what has no order."""
    if value is None or (isinstance(value, Decimal) and value.is_nan()):
        return None
    if isinstance(value, bool | int | Decimal):
        return 0, value
    if isinstance(value, str):
        return 2, unicodedata.normalize("NFKD", value.casefold())
    return 1, value.isoformat()
