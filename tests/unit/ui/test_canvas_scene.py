"""What the canvas of a data model shows, and where its cards stand."""

from dataclasses import replace

from PySide6.QtCore import QRectF, QSizeF

from benchboard.analytics.data_models.definition import (
    CalculatedField,
    FieldDisplay,
    ModelDefinition,
    ModelField,
    ModelJoin,
    ModelMeasure,
    ModelTable,
)
from benchboard.analytics.query_builder.combined import JoinFacts
from benchboard.analytics.table_browser import BrowsedColumn, BrowsedSource, BrowsedTable
from benchboard.ui.studio.data.data_models.canvas_places import card_depths, line_path, place_cards
from benchboard.ui.studio.data.data_models.canvas_scene import canvas_scene
from benchboard.ui.studio.data.data_models.model_draft import UnjoinedTable

CITIES = BrowsedTable("cities", (BrowsedColumn("id", "No.", "integer"), BrowsedColumn("name", "City", "text")), 81)
FILES = BrowsedSource("s1", "Files", "csv", (CITIES,))
MODEL = ModelDefinition(
    (
        ModelTable(
            "s1",
            "trips",
            (ModelField("id", "id", "integer"), ModelField("km", "km", "decimal", FieldDisplay("", "km"))),
        ),
        ModelTable("s2", "towns", (ModelField("id", "towns_id", "integer", FieldDisplay(hidden=True)),)),
    ),
    (ModelJoin((("id", "id"),)),),
    (CalculatedField("miles", "km * 0.6", "decimal"),),
    (ModelMeasure("distance", "sum", "km", "decimal"),),
)


def test_scene_has_a_card_for_each_table_and_a_line_for_each_pair() -> None:
    facts = JoinFacts(100, 50, 88, 50, 1, 3)
    scene = canvas_scene(MODEL, (UnjoinedTable("s1", "cities"),), (FILES,), (facts,), {"km": "It is gone."})
    trips, towns, cities = scene.cards
    assert [row.name for row in trips.rows] == ["id", "km", "miles", "distance"]
    assert [row.can_join for row in trips.rows] == [True, True, False, False]
    assert [(row.is_key, row.is_broken, row.note) for row in trips.rows[:2]] == [(True, False, ""), (False, True, "km")]
    assert (towns.rows[0].muted, towns.rows[0].field, towns.source) == (True, "towns_id", "Missing source")
    assert "In queries: towns_id" in towns.rows[0].tip
    assert (cities.is_joined, cities.size, [row.field for row in cities.rows]) == (False, "81 rows", ["", ""])
    (line,) = scene.lines
    assert (line.left, line.left_row, line.right, line.right_row, line.crosses_sources) == (0, 0, 1, 0, True)
    assert (line.left_end, line.right_end, line.note) == ("n", "0–1", "12 without a match")
    assert canvas_scene(MODEL, (), (FILES,)).lines[0].left_end == ""  # not counted


def test_card_writes_a_currency_as_its_symbol_and_marks_a_hidden_column() -> None:
    fields = (
        ModelField("total", "total", "decimal", FieldDisplay(unit="EUR", format="money")),
        ModelField("mail", "mail", "text", FieldDisplay(hidden=True)),
    )
    (card,) = canvas_scene(ModelDefinition((ModelTable("s1", "orders", fields),)), (), (FILES,)).cards
    assert [(row.note, row.icon) for row in card.rows] == [("€", "ph.hash"), ("hidden", "ph.eye-slash")]


def test_cards_stand_beside_what_they_are_joined_to_and_never_on_each_other() -> None:
    scene = canvas_scene(MODEL, (UnjoinedTable("s1", "cities"),), (FILES,))
    assert card_depths(scene) == [0, 1, 2]
    size = QSizeF(200, 100)
    boxes = place_cards(scene, [size] * 3)
    assert boxes[0].right() < boxes[1].left() < boxes[2].left()
    first, second, third = scene.cards
    placed = replace(scene, cards=(replace(first, place=(410, 0)), second, third))
    boxes = place_cards(placed, [size] * 3)
    assert boxes[0].left() == 410
    assert not any(one.intersects(other) for one in boxes for other in boxes if one is not other)


def test_lines_leave_the_nearer_sides() -> None:
    left, right = QRectF(0, 0, 100, 50), QRectF(300, 0, 100, 50)
    path = line_path(left, 10, right, 20)
    assert (path.pointAtPercent(0).x(), path.pointAtPercent(1).x()) == (100, 300)
    path = line_path(right, 10, left, 20)
    assert (path.pointAtPercent(0).x(), path.pointAtPercent(1).x()) == (300, 100)
    path = line_path(left, 10, QRectF(20, 200, 100, 50), 220)
    assert (path.pointAtPercent(0).x(), path.pointAtPercent(1).x()) == (100, 120)
