"""Which metric cards of a page stand side by side: they have the same sizes, decimals and places of their parts."""

from itertools import groupby

from benchboard.dashboards.document.widget_kinds import kind_of
from benchboard.dashboards.layout import PageIndex


def card_rows(page: PageIndex) -> dict[str, tuple[str, ...]]:
    """The visible metric cards of a page that have others beside them, with the ids of all in their row.

    A row has the same top and height; it may lie in several containers. Cost grows with the items of the page.
    """
    cells = sorted(((cell.y, cell.h), item_id) for item_id, cell in page.shown.items())
    found = {}
    for _top_and_height, group in groupby(cells, key=lambda pair: pair[0]):
        ids = [item_id for _place, item_id in group]
        cards = tuple(one for one in ids if _is_card(page, one)) if len(ids) > 1 else ()
        found.update(dict.fromkeys(cards, cards) if len(cards) > 1 else {})
    return found


def _is_card(page: PageIndex, item_id: str) -> bool:
    kind = kind_of(page.item(item_id).type)
    return kind is not None and kind.type == "metric_card"
