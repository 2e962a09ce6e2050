"""The dashboards that a widget leads to, with the filters of its page and the value that was clicked."""

from collections.abc import Mapping
from typing import Final

LINKS: Final = "links"
"""The setting with the ids of the dashboards."""
MOST_LINKS: Final = 5
"""Ids beyond these are ignored: the menu of a value has to stay short."""
_LENGTH: Final = 36
"""Characters of an id."""


def linked_dashboards(config: Mapping[str, object]) -> tuple[str, ...]:
    """The ids in a widget's settings, in their order, whatever else is in them. The dashboards may be gone."""
    found = config.get(LINKS)
    listed = found if isinstance(found, list) else []
    ids = (one for one in listed if isinstance(one, str) and len(one) == _LENGTH)
    return tuple(dict.fromkeys(ids))[:MOST_LINKS]
