"""The header of a tile: its icon and title where there is little space."""

import pytest
from PySide6.QtGui import QFontMetricsF, QImage, QPainter

from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.document.widget_kinds import widget_of
from benchboard.ui.studio.tiles import renderers
from benchboard.ui.theme import theme


def _icon_at(monkeypatch: pytest.MonkeyPatch, title: str, end: float) -> bool:
    icons: list[str] = []
    monkeypatch.setattr(renderers, "paint_icon", lambda _painter, icon, *_more: icons.append(icon))
    place = {"x": 0, "y": 0, "w": 2, "h": 2}
    ((item, _cell),) = parse_document([{"id": "a", "type": "text", "title": title, "position": place}]).layout
    picture = QImage(400, 100, QImage.Format.Format_ARGB32)
    with QPainter(picture) as painter:
        renderers.paint_header(painter, widget_of(item), end)
    return bool(icons)


@pytest.mark.usefixtures("studio")
def test_tile_header_without_space_drops_its_icon(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not _icon_at(monkeypatch, "Pods running", 48)
    assert _icon_at(monkeypatch, "Pods running", 300)
    assert _icon_at(monkeypatch, "Pods running in all of the clusters there are anywhere", 150)
    assert _icon_at(monkeypatch, "#", 48)  # it fits beside it


@pytest.mark.usefixtures("studio")
def test_tile_header_keeps_its_icon_and_shortens_the_title(monkeypatch: pytest.MonkeyPatch) -> None:
    """One card of a row had no icon, because its title was whole without it."""
    title = "Average order (EUR), 7 days"
    width = QFontMetricsF(theme().font("body_strong")).horizontalAdvance(title)
    assert all(_icon_at(monkeypatch, title, 12 + width + more) for more in (21, 20, 0, -1))
