"""The widget whose query was opened in Explore, to which it can be written back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WidgetOrigin:
    """`title` is what the widget is called; `is_there` says whether it can still be changed, `update` writes a query,
    drawn as a kind of chart (empty: as it was) with these settings, and shows the widget; last, the same query as one
    that follows a time range, empty if it can't.
    """

    title: str
    source_id: str
    is_there: Callable[[], bool]
    update: Callable[[str, str, Mapping[str, str], str], None]
