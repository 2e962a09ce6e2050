"""The pairs of columns by which a table is joined: rows of two lists, all of which have to be equal."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.analytics.query_builder.combined import comparable, next_pair
from benchboard.analytics.table_browser import BrowsedColumn
from benchboard.i18n import _
from benchboard.ui.widgets import Button, Select, Text
from benchboard.ui.widgets.accessible import announce, rename

Pair = tuple[str, str]
MAX_PAIRS: Final = 4


class _PairRow(QWidget):
    """A column of the query, and one of the other table that can be equal to it."""

    changed = Signal()

    def __init__(self, parent: QWidget, place: int) -> None:
        super().__init__(parent)
        end = f"_{place + 1}" if place else ""
        self._columns: Sequence[BrowsedColumn] = ()
        self._others: Sequence[BrowsedColumn] = ()
        self._other_table = ""
        self._owners: Mapping[str, str] = {}
        self.ours = Select([], name=f"join_left{end}", parent=self)
        self.theirs = Select([], name=f"join_right{end}", parent=self)
        self.remove = Button("", kind="quiet", icon="ph.x", size="sm", name=f"join_remove_pair{end}", parent=self)
        self.remove.setToolTip(_("Remove this pair of columns"))
        self.remove.setAccessibleName(_("Remove this pair of columns"))
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        line.addWidget(self.ours, 1)
        line.addWidget(Text("=", tone="secondary"), 0, Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(self.theirs, 1)
        line.addWidget(self.remove)
        self.ours.currentIndexChanged.connect(self._choose_ours)
        self.theirs.currentIndexChanged.connect(self.changed)

    @property
    def pair(self) -> Pair:
        return self.ours.current_key(), self.theirs.current_key()

    def show_pair(self, columns: Sequence[BrowsedColumn], others: Sequence[BrowsedColumn], pair: Pair) -> None:
        """Offer these columns, and show a pair of them."""
        self._columns, self._others = columns, others
        self.blockSignals(True)
        empty = [] if pair[0] else [("", _("Choose a column"))]
        self.ours.set_choices([*empty, *((one.name, self._our_title(one)) for one in columns)])
        self.ours.set_current_key(pair[0])
        self._show_theirs(pair[1])
        self.blockSignals(False)

    def _show_theirs(self, chosen: str) -> None:
        kind = next((one.kind for one in self._columns if one.name == self.ours.current_key()), None)
        found = [one for one in self._others if kind is not None and comparable(kind, one.kind)]
        self.theirs.blockSignals(True)
        empty = [] if chosen in {one.name for one in found} else [("", _("Choose a column"))]
        self.theirs.set_choices([*empty, *((one.name, one.title) for one in found)])
        self.theirs.set_current_key(chosen)
        self.theirs.blockSignals(False)

    def name_tables(self, table: str, other: str, owners: Mapping[str, str]) -> None:
        """Call the two lists by the tables whose columns they have. `owners`: the tables of the query's columns, if
        these are of several; each column is then shown with its own."""
        self._other_table, self._owners = other, owners
        several = _("Column of the tables joined so far")
        rename(self.ours, several if owners else _("Column of {table}").format(table=table))
        rename(self.theirs, _("Column of {table}").format(table=other))

    def _our_title(self, column: BrowsedColumn) -> str:
        owner = self._owners.get(column.name)
        return _("{column} of {table}").format(column=column.title, table=owner) if owner else column.title

    def _choose_ours(self) -> None:
        before = self.theirs.current_key()
        self._show_theirs(before)
        if before and not self.theirs.current_key():
            text = _("“{column}” can't be equal to it: choose a column of {table}.")
            announce(self, text.format(column=before, table=self._other_table), again=True)
        self.changed.emit()


class JoinPairs(QWidget):
    """One pair of columns or several; `changed` when another one is chosen, added or removed by hand."""

    changed = Signal()

    def __init__(self, parent: QWidget, *, several: bool) -> None:
        super().__init__(parent)
        self._several = several
        self._columns: Sequence[BrowsedColumn] = ()
        self._others: Sequence[BrowsedColumn] = ()
        self._tables = ("", "")
        self._owners: Mapping[str, str] = {}
        self._rows: list[_PairRow] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self._list = QVBoxLayout()
        self._list.setSpacing(8)
        column.addWidget(Text(_("Columns that have to be equal"), tone="secondary"))
        column.addLayout(self._list)
        self._add = Button(_("Add pair of columns"), self._add_pair, kind="quiet", icon="ph.plus", size="sm",
                           name="join_add_pair", parent=self)  # fmt: skip
        column.addWidget(self._add, 0, Qt.AlignmentFlag.AlignLeft)

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """The pairs that are complete, each once."""
        return tuple(dict.fromkeys(one.pair for one in self._rows if all(one.pair)))

    def show_tables(self, table: str, other: str, owners: Mapping[str, str]) -> None:
        """The names of the two tables, by which a pair is proposed; `owners` has the table of each of the query's
        columns, if they are of several."""
        self._tables, self._owners = (table, other), owners
        for row in self._rows:
            row.name_tables(table, other, owners)

    def focus_missing(self) -> str:
        """Go to the first list in which no column is chosen, and return the name of its table; empty where all are."""
        for row in self._rows:
            for select, table in zip((row.ours, row.theirs), self._tables, strict=True):
                if not select.current_key():
                    select.setFocus(Qt.FocusReason.OtherFocusReason)
                    return table
        return ""

    def show_pairs(
        self, columns: Sequence[BrowsedColumn], others: Sequence[BrowsedColumn], pairs: Sequence[Pair]
    ) -> None:
        """Show pairs of these columns; without one, an empty row."""
        self._columns, self._others = columns, others
        shown = list(pairs) or [("", "")]
        while len(self._rows) > len(shown):
            self._drop(self._rows[-1])
        while len(self._rows) < len(shown):
            self._append()
        for row, pair in zip(self._rows, shown, strict=True):
            row.show_pair(columns, others, pair)
        self._show_buttons()

    def _append(self) -> _PairRow:
        row = _PairRow(self, len(self._rows))
        row.name_tables(*self._tables, self._owners)
        row.changed.connect(self.changed)
        row.remove.clicked.connect(partial(self._remove, row))
        self._rows.append(row)
        self._list.addWidget(row)
        row.show()  # at once: the popover is as high as its rows need
        return row

    def _drop(self, row: _PairRow) -> None:
        self._rows.remove(row)
        self._list.removeWidget(row)
        row.hide()
        row.deleteLater()

    def _add_pair(self) -> None:
        """Add the pair that names and types make likely, or an empty one, and go there."""
        base, other = self._tables
        ours, theirs = ([(one.name, one.kind) for one in columns] for columns in (self._columns, self._others))
        row = self._append()
        row.show_pair(self._columns, self._others, next_pair(ours, other, theirs, base, self.pairs) or ("", ""))
        self._show_buttons()
        row.ours.setFocus(Qt.FocusReason.TabFocusReason)
        self.changed.emit()

    def _remove(self, row: _PairRow) -> None:
        left = [one.pair for one in self._rows if one is not row]
        self.show_pairs(self._columns, self._others, left)
        self._rows[-1].ours.setFocus(Qt.FocusReason.TabFocusReason)
        self.changed.emit()

    def _has_free_pair(self) -> bool:
        """Whether columns are left that no pair has and that can be equal."""
        ours, theirs = ({pair[side] for pair in self.pairs} for side in (0, 1))
        return all(all(one.pair) for one in self._rows) and any(
            one.name not in ours and other.name not in theirs and comparable(one.kind, other.kind)
            for one in self._columns
            for other in self._others
        )

    def _show_buttons(self) -> None:
        for row in self._rows:
            row.remove.setVisible(len(self._rows) > 1)
        self._add.setVisible(self._several and len(self._rows) < MAX_PAIRS and self._has_free_pair())
