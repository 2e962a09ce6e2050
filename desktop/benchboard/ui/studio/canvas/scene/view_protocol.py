"""The narrow interface through which tiles and container frames use the view that shows them."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from PySide6.QtCore import QRectF

from benchboard.dashboards.document.widget_kinds import WidgetContent
from benchboard.dashboards.editing.unused_filters import UnusedFilters
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.tiles.click_targets import Audience
from benchboard.ui.studio.tiles.query_results import WidgetQueryRunner
from benchboard.ui.studio.tiles.results.query_result import QueryResult


class CardTile(Protocol):
    """What a tile may use of the metric cards beside it."""

    @property
    def widget(self) -> WidgetContent: ...
    @property
    def result(self) -> QueryResult | None: ...
    @property
    def rect(self) -> QRectF: ...


class ViewProtocol(Protocol):
    """What a tile may use of the view: the editor, the zoom and what is visible."""

    @property
    def editor(self) -> Editor: ...
    @property
    def query_runner(self) -> WidgetQueryRunner: ...
    @property
    def zoom(self) -> float: ...
    @property
    def pixel_ratio(self) -> float:
        """Device pixels per pixel of the view."""

    @property
    def theme_version(self) -> int:
        """Grows with every change of the theme: pixmaps drawn for an earlier one are out of date."""

    @property
    def audience(self) -> Audience:
        """Who the tiles are drawn for."""

    @property
    def busy(self) -> bool:
        """Whether a drag is under way: it then takes precedence over pixmaps."""

    @property
    def unused_filters(self) -> Mapping[str, UnusedFilters]:
        """What each widget doesn't use of the filters that are set on the page: id → filters."""

    def card_row(self, item_id: str) -> Sequence[CardTile]:
        """The tiles of the metric cards side by side with one, itself included; empty for any other tile."""

    def visible_rect(self) -> QRectF:
        """The part of the page that the view shows, in scene coordinates."""
