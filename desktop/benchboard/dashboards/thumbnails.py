"""What a small picture of a dashboard shows: where its widgets are, and of which kind. No query is run for it."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, NamedTuple

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from benchboard.dashboards import library, row_mapping
from benchboard.dashboards.document.document import fitted_document, parse_document
from benchboard.dashboards.layout import MAX_ITEMS, Cell, PageIndex
from benchboard.dashboards.row_mapping import EXTRA, DashboardRows, WidgetRow
from benchboard.errors import Invalid
from benchboard.identity.permissions import Actor
from benchboard.storage.models.dashboards import Dashboard, Widget

_WITHOUT_DATA: Final = ("image", "text")


class ThumbnailWidget(NamedTuple):
    """A visible widget: its id in the document (of a text or an image, that of its row), its kind and its cell on the
    page.
    """

    id: str
    kind: str
    cell: Cell


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A grid of `columns`, and the widgets that are visible on it."""

    columns: int
    widgets: tuple[ThumbnailWidget, ...] = ()


def read_thumbnails(session: Session, actor: Actor, dashboard_ids: Collection[str]) -> dict[str, Thumbnail]:
    """The thumbnails of those of these dashboards that the actor sees and that can be parsed.

    Three reads, however many dashboards there are; queries aren't among them, nor are settings with images.
    """
    seen = library.visible_ids(session, actor, dashboard_ids)
    own = Dashboard.organisation_id == actor.organisation_id
    layouts = session.execute(select(Dashboard.id, Dashboard.layout).where(own, Dashboard.id.in_(seen))).all()
    widgets: defaultdict[str, list[WidgetRow]] = defaultdict(list)
    extra = Widget.config[EXTRA]["id"].as_string()
    item_id = case((Widget.type.in_(_WITHOUT_DATA), None), else_=extra)  # their settings may be as large as an image
    stored = select(Widget.dashboard_id, Widget.id, Widget.type, Widget.position, item_id).where(
        Widget.organisation_id == actor.organisation_id, Widget.dashboard_id.in_(seen)
    )
    for dashboard_id, widget_id, kind, position, name in session.execute(stored):
        config = {EXTRA: {"id": name}} if name else {}
        widgets[dashboard_id].append(WidgetRow(widget_id, kind, config, None, position))
    found = {key: _thumbnail(layout, widgets[key]) for key, layout in layouts if len(widgets[key]) <= MAX_ITEMS}
    return {key: thumbnail for key, thumbnail in found.items() if thumbnail is not None}


def _thumbnail(layout: object, widgets: list[WidgetRow]) -> Thumbnail | None:
    """The thumbnail of these rows; None if they can't be parsed, which is reported where the dashboard is opened."""
    try:
        parsed = parse_document(row_mapping.from_rows(DashboardRows("", "", layout, tuple(widgets))))
    except Invalid:
        return None
    page = PageIndex(fitted_document(parsed).layout)
    shown = ((page.item(item_id), cell) for item_id, cell in page.shown.items())
    visible = (ThumbnailWidget(item.id, item.type, cell) for item, cell in shown if not item.panes)
    return Thumbnail(page.layout.columns, tuple(visible))
