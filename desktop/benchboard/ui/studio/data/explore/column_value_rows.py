"""The rows in the list of a column's values: those that were selected before, then all others, page by page."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from PySide6.QtCore import QModelIndex, QObject

from benchboard.analytics.column_values import CountedValue, ValuePage
from benchboard.analytics.query_builder.question import Value
from benchboard.i18n import _, ngettext, number
from benchboard.ui.studio.panes.check_list import CheckListModel, Index
from benchboard.ui.studio.panes.value_list import value_label

_LONGEST: Final = 200
_NOWHERE: Final = QModelIndex()


def value_title(value: Value | None) -> str:
    """A value as people read it."""
    if value is None:
        return _("(empty)")
    if isinstance(value, bool):
        return _("true") if value else _("false")
    return value_label(str(value), _LONGEST) if value != "" else _("(empty text)")


class ColumnValueRows(CheckListModel):
    """The values of a column. `more` is called when somebody scrolls to the end of those that were read."""

    def __init__(self, more: Callable[[], object], parent: QObject) -> None:
        super().__init__(parent)
        self._more = more
        self._first: tuple[Value | None, ...] = ()
        """Values that stand above the others, also those that no row of the data has."""
        self._counts: dict[Value | None, int] = {}
        self._order: list[Value | None] = []
        """The values that were read, in order."""
        self._rows: list[Value | None] = []
        self._ticked: dict[Value | None, None] = {}
        self.has_more = False
        """Whether there are values after those that were read."""

    def begin(self, ticked: Iterable[Value | None], *, alone: bool) -> None:
        """Start over for a column, with these values selected."""
        self._counts, self.alone = {}, alone
        self._ticked = dict.fromkeys(ticked)
        self._first = tuple(self._ticked)
        self.show_first(ValuePage(()), ())

    def set_alone(self, alone: bool) -> None:
        """Let only one value be selected, or several; more than one that are selected no longer are."""
        self.alone = alone
        if alone and len(self._ticked) > 1:
            self._ticked = {}
        self._changed()

    def show_first(self, page: ValuePage, counted: Sequence[CountedValue], *, searched: bool = False) -> None:
        """Show the first page of values, and the numbers of rows of those `counted` beside it. While something is
        `searched`, only what was found is shown."""
        self.beginResetModel()
        self._counts |= {one.value: one.rows for one in (*counted, *page.values)}
        self._order, self.has_more = [one.value for one in page.values], page.more
        above = () if searched else self._first
        self._rows = [*above, *(one for one in self._order if one not in above)]
        self.endResetModel()

    def add_page(self, page: ValuePage) -> None:
        """Add the values of the page after those that were read."""
        known = set(self._rows)
        new = [one for one in page.values if one.value not in known]
        self.has_more = page.more
        self._order += [one.value for one in page.values]
        if new:
            self.beginInsertRows(_NOWHERE, len(self._rows), len(self._rows) + len(new) - 1)
            self._counts |= {one.value: one.rows for one in new}
            self._rows += [one.value for one in new]
            self.endInsertRows()

    @property
    def read(self) -> int:
        """The number of values that were read."""
        return len(self._order)

    @property
    def ticked(self) -> tuple[Value | None, ...]:
        """The selected values, in the order they were selected in."""
        return tuple(self._ticked)

    @property
    def shown(self) -> tuple[Value | None, ...]:
        """The values of all rows."""
        return tuple(self._rows)

    def toggle(self, place: int) -> None:
        """Select a row, or no longer."""
        value = self._rows[place]
        if self.alone:
            self._ticked = {value: None}
        elif value in self._ticked:
            del self._ticked[value]
        else:
            self._ticked[value] = None
        self._changed()

    def tick(self, values: Iterable[Value | None]) -> None:
        """Select values beside those that are; where only one can be, the last of them in place of it."""
        self._ticked = {**({} if self.alone else self._ticked), **dict.fromkeys(values)}
        self._changed()

    def untick(self, values: Iterable[Value | None]) -> None:
        """Select these values no longer."""
        gone = set(values)
        self._ticked = {one: None for one in self._ticked if one not in gone}
        self._changed()

    def tick_only(self, place: int) -> None:
        """Select this row alone."""
        self._ticked = {self._rows[place]: None}
        self._changed()

    def _changed(self) -> None:
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))

    def selected_text(self) -> str:
        if set(self._ticked) <= set(self._rows) and not self.has_more:
            return super().selected_text()
        count = len(self._ticked)  # not all values were read, or some that are selected aren't searched for
        return ngettext("{count} selected", "{count} selected", count).format(count=number(count))

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and self.has_more

    def fetchMore(self, parent: Index) -> None:
        if not parent.isValid():
            self._more()

    def size(self) -> int:
        return len(self._rows)

    def words(self, place: int) -> str:
        return value_title(self._rows[place])

    def tip(self, place: int) -> str:
        return value_title(self._rows[place])

    def is_ticked(self, place: int) -> bool:
        return self._rows[place] in self._ticked

    def count_of(self, place: int) -> int | None:
        return self._counts.get(self._rows[place])
