"""Which widgets of a page compare their figures with the period before its time range, and which can't."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchboard.dashboards.document.widget_kinds import BEFORE, WidgetContent
from benchboard.dashboards.period_before import can_compare


@dataclass(frozen=True, slots=True)
class PeriodComparison:
    """The ids of the widgets that can compare, how many of them do, and the titles of the other ones with a query."""

    ids: tuple[str, ...]
    count: int
    others: tuple[str, ...]

    @property
    def is_on(self) -> bool:
        """Whether all compare that can."""
        return bool(self.ids) and self.count == len(self.ids)


def period_comparison(
    widgets: Sequence[WidgetContent], follows_time: Callable[[str], bool], locked: Callable[[str], bool]
) -> PeriodComparison:
    """The comparison of a page with these widgets: those can compare whose kind has it, whose query `follows_time`, and
    whose content isn't `locked`."""
    asked = [one for one in widgets if one.kind is not None and one.kind.query and one.query.strip()]
    can = [one for one in asked if can_compare(one) and follows_time(one.query) and not locked(one.id)]
    ids = tuple(one.id for one in can)
    others = tuple(one.title or one.kind_name for one in asked if one.id not in ids)
    return PeriodComparison(ids, sum(one.setting(BEFORE.key) == "on" for one in can), others)
