"""`benchboard dashboard data`: the rows of all widgets in one Excel file, those over a data source included."""

import json
from pathlib import Path

import openpyxl
import pytest

from benchboard.cli.main import main


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCHBOARD_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("BENCHBOARD_DATABASE_URL", f"sqlite:///{tmp_path / 'bench.db'}")
    assert main(["db", "upgrade"]) == 0


def _import(folder: Path, widgets: list[dict[str, object]], **more: object) -> None:
    items = [
        {"type": "table", "id": f"w{k}", "position": {"x": 0, "y": 4 * k, "w": 6, "h": 4}, **widget}
        for k, widget in enumerate(widgets)
    ]
    file = folder / "board.json"
    file.write_text(json.dumps({"version": 3, "items": items, **more}))
    assert main(["dashboard", "import", str(file), "--name", "Line 2"]) == 0


def test_each_widget_has_a_sheet_with_range_and_filters_above_its_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "trips.csv").write_text("city\nAnkara\n")
    capsys.readouterr()
    assert main(["source", "add", str(tmp_path / "trips.csv"), "--json"]) == 0
    source_id = json.loads(capsys.readouterr().out)["id"]
    widgets = [
        {"title": "One", "query": "select 1 as n from orders where created_dt >= :from union all select 2 order by 1"},
        {"title": "Trips", "query": "select city from trips", "data_source_id": source_id},
        {"title": "Wrong", "query": "select x from nothing"},
        {"title": "Text", "type": "text"},
    ]
    _import(tmp_path, widgets)
    out = tmp_path / "line2.xlsx"
    capsys.readouterr()
    assert main(["dashboard", "data", "Line 2", "--out", str(out), "--json"]) == 0
    printed, complaint = capsys.readouterr()
    assert json.loads(printed) == {"file": str(out), "widgets": 3, "failed": 1, "as_text": 0}
    assert "“Wrong”: " in complaint
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["One", "Trips", "Wrong"]
    one = [row[0] for row in book["One"].values]
    assert one[:2] == ["One", "Line 2"]
    assert "(UTC)" in one[2]
    assert one[3].startswith("Read at ")
    assert one[-2:] == ["N", 2]
    assert [row[0] for row in book["Trips"].values][-2:] == ["city", "Ankara"]
    assert "nothing" in [row[0] for row in book["Wrong"].values][-1]


def test_widget_that_compares_has_the_period_before_in_columns(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "rides.csv").write_text("day;n\n2026-05-04;3\n2026-05-05;4\n2026-05-02;1\n2026-05-03;2\n")
    capsys.readouterr()
    assert main(["source", "add", str(tmp_path / "rides.csv"), "--json"]) == 0
    source_id = json.loads(capsys.readouterr().out)["id"]
    query = "select cast(day as date) as day, sum(n) as rides from rides where day >= :from and day < :to group by 1"
    widget = {"title": "Rides", "query": query, "data_source_id": source_id, "config": {"before": "on"}}
    _import(tmp_path, [widget], time={"from": "2026-05-04", "to": "2026-05-05"})
    assert main(["dashboard", "data", "Line 2", "--out", str(tmp_path / "all.xlsx")]) == 0
    rows = list(openpyxl.load_workbook(tmp_path / "all.xlsx").active.values)
    assert sorted(row[1:5] for row in rows[-2:]) == [(3, 1, 2, 2), (4, 2, 2, 1)]
    assert "Compared with 2026-05-02 00:00 – 2026-05-04 00:00 (UTC)" in [row[0] for row in rows]


def test_pivot_table_has_the_pivoted_rows(tmp_path: Path) -> None:
    query = "select '{}' as a, '{}' as b, {} as n"
    cells = [("y", "q", 1), ("x", "q", 2), ("x", "p", 4)]
    text = " union all ".join(query.format(*cell) for cell in cells)
    _import(tmp_path, [{"title": "Pivot", "type": "pivot_table", "query": text}])
    out = tmp_path / "line2.xlsx"
    assert main(["dashboard", "data", "Line 2", "--out", str(out)]) == 0
    rows = [list(row) for row in openpyxl.load_workbook(out)["Pivot"].values]
    assert rows[-3:] == [["A / B", "p", "q"], ["x", 4, 2], ["y", None, 1]]


def test_sheet_names_only_the_filters_that_its_rows_have(tmp_path: Path) -> None:
    shop = {"name": "shop", "label": "Shop", "type": "list", "values": ["7", "8"], "chosen": ["7"], "multiple": True}
    every = {"name": "state", "label": "State", "type": "list", "values": ["a", "b"], "chosen": ["a", "b"],
             "multiple": True}  # fmt: skip
    widgets = [
        {"title": "Filtered", "query": "select 1 as n from orders where shop_id in (:shop) union all select 2"},
        {"title": "Free", "query": "select 3 as n"},
    ]
    _import(tmp_path, widgets, variables=[shop, every])
    out = tmp_path / "line2.xlsx"
    assert main(["dashboard", "data", "Line 2", "--out", str(out)]) == 0
    book = openpyxl.load_workbook(out)
    filtered, free = ([row[0] for row in book[name].values] for name in ("Filtered", "Free"))
    assert "Shop: 7" in filtered
    assert not [line for line in filtered if "Not filtered" in str(line)]
    assert "Not filtered by Shop" in free
    assert not [line for line in (*filtered, *free) if "State" in str(line)]
    assert not [line for line in free if str(line).startswith("Shop:")]


def test_dashboard_without_queries_and_one_whose_queries_all_fail_write_no_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _import(tmp_path, [{"title": "Text", "type": "text"}])
    assert main(["dashboard", "data", "Line 2", "--out", str(tmp_path / "a.xlsx")]) != 0
    assert "No widget on this page has a query." in capsys.readouterr().err
    assert not (tmp_path / "a.xlsx").exists()
