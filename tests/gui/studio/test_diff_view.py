"""The page of a diff: changes in collapsed rows, directions of arrows, and its panes."""

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QWidget

from benchboard.dashboards.document.document import Document, empty, parse_document
from benchboard.dashboards.versions.diff import differences
from benchboard.ui.studio.versions.arrow_routing import route
from benchboard.ui.studio.versions.diff_view import DiffPage
from benchboard.ui.studio.versions.difference_text import ItemNames
from benchboard.ui.studio.versions.differences_pane import DifferencesPane
from benchboard.ui.studio.versions.widget_thumbnails import ThumbnailAnswers
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Toast, keep_toasts_above
from benchboard.ui.widgets.labels import Elided, Text
from support.painted_text import painted_texts

if TYPE_CHECKING:
    from conftest import Studio


def _widget(item_id: str, x: int, y: int) -> dict[str, object]:
    return {"id": item_id, "type": "text", "title": item_id, "position": {"x": x, "y": y, "w": 3, "h": 2}}


def _row(collapsed: bool, *items: dict[str, object]) -> Document:
    row = {"id": "row", "type": "row", "title": "Week", "collapsed": collapsed, "items": list(items),
           "position": {"x": 0, "y": 0, "w": 12, "h": 5}}  # fmt: skip
    return parse_document({"schema_version": 2, "items": [row, {**_widget("below", 0, 9), "title": "Below"}]})


def test_diff_move_in_a_closed_row_is_marked_at_its_heading(studio: "Studio") -> None:
    before = _row(False, _widget("a", 0, 0), _widget("b", 3, 0))
    after = _row(True, _widget("b", 0, 0), _widget("a", 3, 0))
    found = differences(before, after)
    context, page = studio.context, studio.page
    shown = DiffPage(ThumbnailAnswers(context, page), ThumbnailAnswers(context, page), page)
    shown.fit(900, 600)
    shown.show_documents(before, after, found)
    moved = {one.key for one in found if one.kind == "moved" and one.id in ("a", "b") and not one.displaced}
    assert moved
    (row,) = [mark for mark in shown._marks if mark.item is not None and mark.item.id == "row"]
    assert f"{len(moved)} in collapsed row" in [tag.tag for tag in row.tags]
    assert moved <= set(row.keys)
    assert not [mark for mark in shown._marks if mark.ghost and set(mark.keys) & moved]
    ring = shown.show_current(next(iter(moved)))
    assert ring is not None
    assert ring.intersects(QRectF(row.box.topLeft() * shown._scale, row.box.size() * shown._scale))


def test_arrow_between_overlapping_places_points_along_the_move() -> None:
    place = QRectF(100, 200, 200, 150)
    page = QRectF(0, 0, 900, 1)
    for dx, dy in ((0, -40), (0, 40), (-40, 0), (40, 0), (20, -60)):
        start, end = (way := route(place, place.translated(dx, dy), [], page))[0], way[-1]
        assert len(way) == 2
        gone = end - start
        assert (gone.y() * dy > 0) if abs(dy) > abs(dx) else (gone.x() * dx > 0)


def test_differences_pane_without_differences_keeps_buttons_at_bottom(studio: "Studio") -> None:
    document = _row(False, _widget("a", 0, 0))
    pane = DifferencesPane(True, studio.page)
    pane.resize(280, 700)
    pane.show_differences((), ItemNames(document, document), alone=False)
    pane.show_numbers(1, 2, 2, is_stored=True)
    pane.show()
    (button,) = pane.findChildren(QWidget, "versions_take_back")
    studio.wait(lambda: button.mapTo(pane, button.rect().bottomLeft()).y() > 560)
    (words,) = [one for one in pane.findChildren(Text) if one.text() == pane.sentence]
    assert words.y() < 60


def test_toast_over_a_kept_clear_footer_moves_above_it(studio: "Studio") -> None:
    window = studio.application.window
    studio.context.problems.toast("Done")
    (toast,) = window.findChildren(Toast)
    footer = QWidget(window)
    footer.setGeometry(0, window.height() - 90, window.width(), 54)
    keep_toasts_above(footer)
    footer.show()
    assert toast.geometry().bottom() < footer.y()
    before = toast.y()
    footer.hide()
    assert toast.y() > before


@pytest.mark.usefixtures("demo_home")
def test_inspector_after_a_merge_shows_its_values(studio: "Studio") -> None:
    studio.click("notes")
    before = studio.page.editor.widget("notes").title
    (name,) = [one for one in studio.page.inspector.findChildren(Elided) if one.text() == before]
    studio.page.editor.set_property("notes", "title", "Handover")
    assert name.text() == "Handover"
    studio.wait_until_saved()


@pytest.mark.parametrize("place", ["before", "after"])
def test_diff_side_by_side_says_which_version_has_no_widgets(studio: "Studio", place: str) -> None:
    full = _row(False, _widget("a", 0, 0))
    before, after = (empty(), full) if place == "before" else (full, empty())
    context, page = studio.context, studio.page
    shown = DiffPage(ThumbnailAnswers(context, page), ThumbnailAnswers(context, page), page)
    shown.show_documents(before, after, differences(before, after))
    shown.fit(1000, 400)
    shown.show_mode("beside")
    (said,) = [text for text in painted_texts(shown) if text.text == "This version has no widgets"]
    assert (said.ink.center().x() < shown.width() / 2) is (place == "before")


def _page_of(*items: dict[str, object]) -> Document:
    return parse_document({"schema_version": 2, "items": list(items)})


def test_nothing_of_a_move_or_a_removal_is_drawn_over_a_title(studio: "Studio") -> None:
    """The old frames end within a wide tile, whose title is as long as they reach."""
    title = "A title as long as the whole tile is wide, so that each edge within it would be drawn over its words"
    wide = {"id": "wide", "type": "text", "title": title, "position": {"x": 0, "y": 0, "w": 12, "h": 4}}
    moved, removed = _widget("moved", 0, 0), _widget("removed", 3, 0)
    before = _page_of(moved, removed, {**wide, "position": {"x": 0, "y": 2, "w": 12, "h": 4}})
    after = _page_of(wide, {**moved, "position": {"x": 0, "y": 4, "w": 3, "h": 2}})
    context, page = studio.context, studio.page
    shown = DiffPage(ThumbnailAnswers(context, page), ThumbnailAnswers(context, page), page)
    shown.fit(900, 600)
    shown.show_documents(before, after, differences(before, after))
    (mark,) = [mark for mark in shown._marks if mark.item is not None and mark.item.id == "wide"]
    ghosts = [one for one in shown._marks if one.ghost]
    assert [one.box.intersects(mark.title) for one in ghosts] == [True] * len(ghosts) != []
    strip = QRectF(mark.title.topLeft() * shown._scale, mark.title.size() * shown._scale).toAlignedRect()
    image = shown.grab(strip.adjusted(1, 1, -1, -1)).toImage()
    inks = {theme().color(role).rgb() for role in ("warn", "error", "error.soft")}
    drawn = {image.pixel(x, y) for x in range(image.width()) for y in range(image.height())}
    assert not drawn & inks
    tags = [one for one in painted_texts(shown) if one.text.startswith("Removed")]
    assert tags
    assert not [one.text for one in tags if one.ink.intersects(QRectF(strip))]


def test_widget_that_made_room_is_counted_and_marked_as_the_one_that_moved(studio: "Studio") -> None:
    before = _page_of(_widget("a", 0, 0), _widget("b", 0, 2))
    after = _page_of(_widget("b", 0, 2), {**_widget("a", 0, 0), "position": {"x": 0, "y": 0, "w": 3, "h": 4}})
    found = differences(before, after)
    assert [(one.id, one.displaced) for one in found] == [("a", False), ("b", True)]
    context, page = studio.context, studio.page
    pane = DifferencesPane(True, page)
    pane.show_differences(found, ItemNames(after, before), alone=False)
    assert pane.heading == "2 differences"
    shown = DiffPage(ThumbnailAnswers(context, page), ThumbnailAnswers(context, page), page)
    shown.fit(900, 600)
    shown.show_documents(before, after, found)
    tags = {mark.item.id: [tag.tag for tag in mark.tags] for mark in shown._marks if mark.item is not None}
    assert tags == {"a": ["Taller, 2 → 4"], "b": ["Moved"]}
    assert len([mark for mark in shown._marks if mark.ghost]) == 1, "arrows are for what somebody moved"


@pytest.mark.parametrize("width", [680, 1096, 1600])
def test_pages_side_by_side_are_scaled_instead_of_squeezed(studio: "Studio", width: int) -> None:
    """In half the width, titles were cut above empty heights. They are laid out wider and drawn smaller."""
    document = _page_of(
        *({**_widget(name, 3 * at, 0), "title": "Revenue (EUR), 7 days"} for at, name in enumerate("abcd"))
    )
    context, page = studio.context, studio.page
    shown = DiffPage(ThumbnailAnswers(context, page), ThumbnailAnswers(context, page), page)
    shown.fit(width, 400)
    shown.show_documents(document, document, ())
    shown.show_mode("beside")
    boxes = [mark.box.width() for mark in shown._marks]
    assert len(boxes) == 8
    assert min(boxes) >= 150, "four beside each other have room for their titles"
    assert (shown._scale < 1) is (width < 1600)
    assert shown.width() == width


def test_old_place_behind_a_widget_is_drawn_in_the_gaps_alone(studio: "Studio") -> None:
    before, after = _page_of(_widget("a", 0, 0), _widget("b", 0, 2)), _page_of(_widget("b", 0, 0), _widget("a", 6, 2))
    context, page = studio.context, studio.page
    shown = DiffPage(ThumbnailAnswers(context, page), ThumbnailAnswers(context, page), page)
    shown.fit(900, 600)
    shown.show_documents(before, after, differences(before, after))
    (ghost,) = [mark for mark in shown._marks if mark.ghost and mark.keys[0][1] == "a"]
    (tile,) = [mark for mark in shown._marks if mark.item is not None and mark.item.id == "b"]
    assert ghost.box == tile.box
    image, ink = shown.grab().toImage(), theme().color("warn").rgb()
    inside = tile.box.adjusted(2, 2, -2, -2)
    within = QRectF(inside.topLeft() * shown._scale, inside.size() * shown._scale).toAlignedRect()
    middle = within.top() + within.height() // 2
    assert ink not in {image.pixel(x, middle) for x in range(within.left(), within.right())}
    left = round((tile.box.left() - 2.5) * shown._scale)
    assert ink in {image.pixel(left + dx, y) for dx in (-1, 0, 1) for y in range(within.top(), within.bottom())}
