"""The rows of a variable's values."""

from collections.abc import Mapping
from typing import Final

from PySide6.QtWidgets import QWidget

from benchboard.dashboards.document.document import Variable
from benchboard.dashboards.editing.counted_values import ordered_by_rows
from benchboard.i18n import _, number
from benchboard.ui.studio.panes.check_list import CheckListModel
from benchboard.ui.studio.tiles.variable_options import OptionsState

_MAX_LABEL: Final = 40


def value_label(value: str, most: int = _MAX_LABEL) -> str:
    """A value as one short line."""
    words = " ".join(value.split()) or (_("empty") if not value else _("blank"))
    return words if len(words) <= most else f"{words[: most - 1]}…"


class ValueListModel(CheckListModel):
    """The rows: first All, then selected values that are no longer available, then the available ones."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._variable = Variable("", "", "list")
        self._labels: dict[str, str] = {}
        self._unavailable: frozenset[str] = frozenset()
        self._ticked: frozenset[str] = frozenset()
        self._all_values: tuple[str, ...] = ()
        self._folded: tuple[str, ...] = ()
        self._rows: list[str | None] = []
        self._filter_text = ""
        self._counts: Mapping[str, int] | None = None
        self._found: tuple[str, ...] = ()
        self._is_ordered = False

    def show_counts(self, counts: Mapping[str, int] | None, found: tuple[str, ...], *, ordered: bool) -> None:
        """Show the rows with each value, and those `found` in the source beside the listed ones; `ordered`: the values
        with the most rows first, for the rest of the time that the list is shown."""
        self._counts, self._found = counts, found
        self._is_ordered = self._is_ordered or ordered

    def show_variable(self, variable: Variable, state: OptionsState, unavailable: frozenset[str]) -> None:
        """Show these values; the filter stays."""
        before = self._rows
        self._take(variable, state, unavailable)
        if self._rows == before and before:
            self.dataChanged.emit(self.index(0), self.index(len(before) - 1))
            return
        self.beginResetModel()
        self.endResetModel()

    def _take(self, variable: Variable, state: OptionsState, unavailable: frozenset[str]) -> None:
        self._variable, self._labels, self._unavailable = variable, dict(state.labels), unavailable
        self._ticked, self.alone = frozenset(variable.chosen), not variable.multiple
        first = (value for value in variable.chosen if value in unavailable)
        listed = ordered_by_rows(variable.values, self._counts or {}) if self._is_ordered else variable.values
        self._all_values = tuple(dict.fromkeys((*first, *listed, *variable.chosen, *self._found)))
        self._folded = tuple(f"{value} {self._labels.get(value, '')}".casefold() for value in self._all_values)
        self._filter_rows()

    def find(self, part: str) -> None:
        """Filter the values to those that contain this text."""
        self.beginResetModel()
        self._filter_text = part.strip().casefold()
        self._filter_rows()
        self.endResetModel()

    def _filter_rows(self) -> None:
        has_all = self._variable.include_all and not self._filter_text
        found = (
            value for value, folded in zip(self._all_values, self._folded, strict=True) if self._filter_text in folded
        )
        self._rows = [*([None] if has_all else []), *found]

    @property
    def shown(self) -> tuple[str, ...]:
        """The values of all rows."""
        return tuple(one for one in self._rows if one is not None)

    @property
    def count(self) -> int:
        """The number of values, without the filter."""
        return len(self._all_values)

    def value(self, place: int) -> str | None:
        """The value of a row; None for All."""
        return self._rows[place]

    def row_of(self, value: str | None) -> int:
        """The row of a value; 0 if it has none."""
        return self._rows.index(value) if value in self._rows else 0

    def size(self) -> int:
        return len(self._rows)

    def tip(self, place: int) -> str:
        return self._rows[place] or ""

    def stands_for_all(self, place: int) -> bool:
        return self._rows[place] is None

    def is_unavailable(self, place: int) -> bool:
        return self._rows[place] in self._unavailable

    def is_ticked(self, place: int) -> bool:
        value = self._rows[place]
        if value is None or (self._variable.all_chosen and self.alone):
            return value is None and self._variable.all_chosen
        return value in self._ticked

    def words(self, place: int) -> str:
        value = self._rows[place]
        if value is None:
            return _("All ({count})").format(count=number(len(self._variable.values)))
        return value_label(self._labels.get(value, value), 200)

    def count_of(self, place: int) -> int | None:
        value = self._rows[place]
        return self._counts.get(value, 0) if self._counts is not None and value is not None else None
