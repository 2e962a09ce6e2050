"""What a period has at a place that it has no row of: nothing was counted or added up there, which is 0; of averages
and all else nothing is known."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from benchboard.analytics.queries import Cell, ResultTable
from benchboard.analytics.zero_columns import zero_columns


class AbsentPlaces:
    """The places without a row in the result of a query, whose own rows are at `places`.

    A result without rows says nothing of its places: its data may begin later, or have ended. So it is with times
    before the first and after the last of its own."""

    def __init__(self, table: ResultTable, places: Sequence[Sequence[Cell]], query: str, *, is_cut: bool) -> None:
        names = zero_columns(query) if places and not is_cut else frozenset[str]()
        self._empty: tuple[Cell, ...] = (None,) * len(table.columns)
        self._zeros: tuple[Cell, ...] = tuple(
            (Decimal(0) if one.kind == "decimal" else 0) if one.name in names else None for one in table.columns
        )
        self._spans: dict[int, tuple[datetime, datetime]] = {}
        for at in range(len(places[0]) if places else 0):
            if times := [cell for place in places if isinstance(cell := place[at], datetime)]:
                self._spans[at] = min(times), max(times)

    def row(self, place: Sequence[Cell]) -> tuple[Cell, ...]:
        """A row with the measures that are 0 at a place; all else is empty."""
        is_known = all(
            isinstance(cell := place[at], datetime) and first <= cell <= last
            for at, (first, last) in self._spans.items()
        )
        return self._zeros if is_known else self._empty

    def with_zeros(self, row: Sequence[Cell], other: Sequence[Cell]) -> tuple[Cell, ...]:
        """The only row of a result without groups, with 0 for a sum of no rows where the `other` has a number."""
        return tuple(
            zero if cell is None and beside is not None else cell
            for cell, beside, zero in zip(row, other, self._zeros, strict=True)
        )
