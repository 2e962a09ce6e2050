"""Charts besides lines, bars and slices: no text is written over another, all can be read, any value is drawn."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF

from benchboard.analytics.queries import ResultColumn, ResultTable
from benchboard.dashboards.document.widget_kinds import WidgetContent, kind_of
from benchboard.settings import Appearance
from benchboard.ui.studio.tiles.kinds.drawings import DRAWINGS
from benchboard.ui.studio.tiles.kinds.value_map import ValueMap
from benchboard.ui.studio.tiles.renderers import body_of, mismatch_advice, mismatch_reason, paint_content, summary
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.studio.tiles.value_readout import body_reader
from benchboard.ui.theme import Theme, contrast, theme
from support.chart_cases import HOSTILE_CELLS, READ_AT, ChartCase
from support.examples import examples
from support.kind_cases import kind_cases
from support.painted_texts import PaintedText, painted_texts

SIZE = QSize(460, 250)


def _widget(case: ChartCase) -> WidgetContent:
    return WidgetContent("w", case.kind, kind_of(case.kind), case.name, "SELECT 1", {})


def _texts(case: ChartCase, size: QSize = SIZE) -> list[PaintedText]:
    return painted_texts(
        size, lambda painter: paint_content(painter, QSizeF(size), _widget(case), QueryResult("q", case.table))
    )


@pytest.mark.parametrize(("width", "height"), [(900, 500), (460, 250), (320, 200), (220, 140), (150, 110)])
def test_texts_lie_inside_and_not_over_each_other(light: Theme, width: int, height: int) -> None:
    inside, wrong = QRectF(0, 0, width, height).adjusted(10, 6, -8, -6), []
    for case in kind_cases():
        texts = _texts(case, QSize(width, height))
        assert texts
        wrong += [(case.name, one.text) for one in texts if not inside.contains(one.box)]
        wrong += [
            (case.name, one.text, other.text)
            for place, one in enumerate(texts)
            for other in texts[:place]
            if one.box.intersects(other.box)
        ]
    assert not wrong


@pytest.mark.parametrize("kind", list(DRAWINGS))
@given(data=st.data())
@examples(60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_values_are_painted_and_read(light: Theme, kind: str, data: st.DataObject) -> None:
    kinds = data.draw(st.lists(st.sampled_from(list(HOSTILE_CELLS)), min_size=1, max_size=4))
    row = st.tuples(*(st.sampled_from(HOSTILE_CELLS[one]) for one in kinds))
    rows = tuple(data.draw(st.lists(row, max_size=8)))
    columns = tuple(ResultColumn(f"c{place}", one) for place, one in enumerate(kinds))
    case = ChartCase("any", kind, ResultTable(columns, rows, truncated=False, read_at=READ_AT))
    _texts(case)
    result = QueryResult("q", case.table)
    assert summary(_widget(case), result)
    reader = body_reader(body_of(QSizeF(SIZE)), _widget(case), result)
    if isinstance(reader, ValueMap):
        for place in range(reader.row_count):
            assert all(reader(spot) is not None for spot in reader.spots(place))


def test_values_are_reached_by_keys_and_have_a_point_each(light: Theme) -> None:
    for case in kind_cases():
        result = QueryResult("q", case.table)
        reader = body_reader(body_of(QSizeF(SIZE)), _widget(case), result)
        assert isinstance(reader, ValueMap), case.name
        assert reader.row_count, case.name
        for place in (0, reader.row_count - 1):
            spot = reader.spots(place)[0]
            readout, point = reader(spot), reader.point_at(spot)
            assert readout is not None
            assert readout.crosshair is not None, case.name
            if case.kind == "histogram":
                assert point is None  # a bin is of no one value
                continue
            assert point is not None, case.name
            assert point.text in readout.text, case.name
        assert reader(QPointF(-50, -50)) is None


@pytest.mark.parametrize("kind", list(DRAWINGS))
def test_results_that_do_not_fit_are_refused_in_words(light: Theme, kind: str) -> None:
    text = ResultTable((ResultColumn("name", "text"),), (("a",), ("b",)), truncated=False)
    case = ChartCase("text", kind, text)
    assert (mismatch_reason(_widget(case), text) or "").endswith(".")
    assert mismatch_advice(_widget(case), text).endswith(".")
    empty = replace(text, rows=())
    assert [one.text for one in _texts(ChartCase("empty", kind, empty))][1:] == ["The query returned no rows."]


@pytest.mark.parametrize("appearance", ["light", "dark"])
def test_texts_stand_out_from_what_is_behind_them(light: Theme, appearance: Appearance) -> None:
    light.set_appearance(appearance)
    for case in kind_cases():
        for one in _texts(case):
            if case.kind != "heatmap":
                assert contrast(one.colour, theme().color("surface")) >= 4.5, (case.name, one.text)
