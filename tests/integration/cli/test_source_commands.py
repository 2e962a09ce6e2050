"""`benchboard source …` and `benchboard query …` on a real database and real files."""

import json
from pathlib import Path

import pytest

from benchboard.cli.main import main


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    monkeypatch.setenv("BENCHBOARD_HOME", str(folder))
    monkeypatch.setenv("BENCHBOARD_DATABASE_URL", f"sqlite:///{tmp_path / 'bench.db'}")
    assert main(["db", "upgrade"]) == 0
    return folder


@pytest.fixture
def trips(tmp_path: Path) -> Path:
    file = tmp_path / "trips.csv"
    file.write_text("id,Distance (km),city\n1,2.5,Ankara\n2,3.5,İzmir\n3,,Ankara\n", encoding="utf-8")
    return file


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    capsys.readouterr()
    assert main([*arguments, "--json"]) == 0
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_source_a_csv_file_is_added_queried_and_removed(
    home: Path, trips: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    added = answer(capsys, "source", "add", str(trips))
    result = answer(
        capsys, "query", "run", "--source", "trips", "select city, count(*) n from trips group by all order by 2"
    )
    checked = answer(capsys, "query", "check", "--source", "trips", "select * from trips")
    listed = answer(capsys, "source", "list")
    sample = answer(capsys, "source", "sample", "trips", "--limit", "1")
    tables = answer(capsys, "source", "tables", "trips")

    assert (added["name"], added["tables"], added["rows"]) == ("trips", ["trips"], 3)
    assert result == {"columns": ["city", "n"], "rows": [["İzmir", 1], ["Ankara", 2]], "truncated": False}
    assert [one["title"] for one in checked["columns"]] == ["id", "Distance (km)", "city"]  # type: ignore[attr-defined]
    assert [one["state"] for one in listed["items"]] == ["connected"]  # type: ignore[attr-defined]
    assert (len(sample["rows"]), sample["truncated"]) == (1, True)  # type: ignore[arg-type]
    assert [one["column"] for one in tables["items"]] == ["id", "distance_km", "city"]  # type: ignore[attr-defined]

    answer(capsys, "source", "remove", "trips")
    assert answer(capsys, "source", "list")["items"] == []
    assert trips.exists()


def test_source_grant_restricts_it_access_lists_whom_to_and_unrestrict_opens_it(
    home: Path, trips: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(capsys, "source", "add", str(trips))
    added = answer(capsys, "user", "add", "mert@example.com", "--role", "analyst")
    assert answer(capsys, "source", "access", "trips")["items"] == []
    me = str(answer(capsys, "whoami")["email"]).partition("@")[0]
    granted = answer(capsys, "source", "grant", "trips", "mert@example.com")
    assert (granted["restricted"], set(granted["who"])) == (True, {me, "mert"})  # type: ignore[call-overload]
    listed = answer(capsys, "source", "access", "trips")
    assert added["id"] in [one["id"] for one in listed["items"]]  # type: ignore[attr-defined]
    assert answer(capsys, "source", "revoke", "trips", "mert@example.com")["who"] == [me]
    assert main(["source", "list", "--as", "mert@example.com"]) == 0
    assert "trips" not in capsys.readouterr().out
    assert main(["query", "run", "--as", "mert@example.com", "--source", "trips", "select 1"]) == 1
    assert "trips" in capsys.readouterr().err
    assert answer(capsys, "source", "unrestrict", "trips")["restricted"] is False
    assert main(["source", "list", "--as", "mert@example.com"]) == 0
    assert "trips" in capsys.readouterr().out
    assert main(["source", "grant", "trips", "nobody@example.com"]) == 1


def test_query_explain_tells_the_steps_and_runs_nothing(
    home: Path, trips: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(capsys, "source", "add", str(trips))
    text = "select city, count(*) n from trips group by 1 order by 2"

    found = answer(capsys, "query", "explain", "--source", "trips", text)
    assert [one["action"] for one in found["steps"]] == ["sort"]  # type: ignore[attr-defined]
    assert main(["query", "explain", "--source", "trips", text]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert (shown[0].partition(" ·")[0], shown[2].partition(" ·")[0]) == ("Sort by n", "    Read trips")
    assert main(["query", "explain", "select 1"]) == 0
    assert main(["query", "explain", "delete from orders"]) == 1


@pytest.mark.parametrize("command", ["run", "check", "explain"])
def test_query_of_a_source_without_naming_it_says_which_option_is_missing(
    home: Path, trips: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    answer(capsys, "source", "add", str(trips), "--name", "My trips")
    capsys.readouterr()
    assert main(["query", command, 'select * from "my trips"']) == 1
    assert "“my trips” is a data source. Add --source 'My trips'." in capsys.readouterr().err
    assert main(["query", command, "select * from trips"]) == 1
    assert "“trips” is in the data source “My trips”. Add --source 'My trips'." in capsys.readouterr().err
    assert main(["query", command, "select * from nothing"]) == 1
    assert "widget" not in capsys.readouterr().err.lower()


def test_query_of_a_misspelt_table_suggests_the_table(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", "check", "select * from order_s"]) == 1
    assert "Did you mean “orders”?" in capsys.readouterr().err


def test_source_add_of_no_file_says_where_it_was_looked_for(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["source", "add", str(tmp_path / "none.csv")]) == 1
    said = capsys.readouterr().err
    assert said == f"“none.csv” doesn't exist in {tmp_path}. Check the file's name and its folder.\n", (
        "and nothing before"
    )


def test_source_a_moved_file_is_named_when_it_is_refreshed(
    home: Path, trips: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(capsys, "source", "add", str(trips), "--name", "My trips")
    trips.unlink()

    found = answer(capsys, "source", "refresh", "My trips")

    assert found["state"] == "error"
    assert "trips.csv" in str(found["problem"])


def test_source_an_excel_file_is_copied_and_its_copy_removed_with_it(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from openpyxl import Workbook

    book = Workbook()
    assert book.active is not None
    book.active.append(["city", "visits"])
    book.active.append(["Ankara", 3])
    book.save(tmp_path / "visits.xlsx")

    added = answer(capsys, "source", "add", str(tmp_path / "visits.xlsx"))
    (table,) = added["tables"]  # type: ignore[misc]
    result = answer(capsys, "query", "run", "--source", "visits", f"select * from {table}")
    copies = list((home / "data").rglob("*.parquet"))

    assert added["kind"] == "excel"
    assert result["rows"] == [["Ankara", 3]]
    assert [oct(path.stat().st_mode & 0o777) for path in copies] == ["0o600"]
    (tmp_path / "visits.xlsx").unlink()
    capsys.readouterr()
    assert main(["source", "list"]) == 0
    assert "Original missing" in capsys.readouterr().out
    assert main(["source", "show", "visits"]) == 0
    assert "The original file was renamed, moved or deleted." in capsys.readouterr().out
    answer(capsys, "source", "remove", "visits")
    assert list((home / "data").rglob("*.parquet")) == []


def test_source_a_can_recording_is_added_refreshed_and_queried(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recording, lines = tmp_path / "bus.log", "(1763627400.250000) can0 123#DEAD\n(1763627401.250000) can0 18FEF100#00\n"
    recording.write_text(lines, encoding="utf-8")
    added = answer(capsys, "source", "add", str(recording), "--name", "Bus")
    recording.write_text(f"{lines}(1763627402.250000) can0 123#BEEF\n", encoding="utf-8")
    answer(capsys, "source", "refresh", "Bus")
    (table,) = added["tables"]  # type: ignore[misc]
    query = f"SELECT id, count(*) AS frames, max(elapsed_s) AS last FROM {table} GROUP BY id ORDER BY id"
    result = answer(capsys, "query", "run", "--source", "Bus", query)

    assert (added["kind"], added["rows"]) == ("can", 2)
    assert result["rows"] == [["123", 2, "2"], ["18FEF100", 1, "1"]]


def test_query_a_wrong_one_fails_with_its_reason(home: Path, trips: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer(capsys, "source", "add", str(trips))

    assert main(["query", "run", "--source", "trips", "select * from read_csv('/etc/passwd')"]) == 1
    assert "read_csv" in capsys.readouterr().err
    assert main(["query", "run", "--source", "trips", "select sum(city) from trips"]) == 1
    assert "Convert its argument, for example sum(CAST(value AS double))." in capsys.readouterr().err
    assert main(["query", "run", "--source", "trips", "select city from trips join trips on true"]) == 1
    assert "“trips” is used twice. Rename one of them with AS." in capsys.readouterr().err
    assert main(["query", "run", "--source", "nothing", "select 1"]) == 1
    assert answer(capsys, "query", "run", "select count(*) from orders")["rows"] == [[0]]


def _sales(file: Path, lines: str) -> Path:
    days = "".join(f"{day:02}.07.2026;Köln;{day}\n" for day in range(1, 21))
    file.write_text(f"Datum;Filiale;Menge\n{days}{lines}", encoding="utf-8")
    return file


def test_source_add_names_the_total_row_and_every_wrong_line(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = _sales(tmp_path / "sales.csv", "21.07.2026;Köln;x\n22.07.2026;Köln\nSumme;;210\n")
    capsys.readouterr()
    assert main(["source", "add", str(file)]) == 0
    said = capsys.readouterr().err.splitlines()
    assert said[1:] == [
        "Line 24, “Summe”, is a total row and is left out. To keep it, add --keep-total.",
        "2 lines don't fit their columns:",
        "  Line 22: “Menge” is “x”, which isn't a whole number. Value left empty.",
        "  Line 23: Only 2 of 3 columns. Rest left empty.",
    ]
    total = answer(capsys, "query", "run", "--source", "sales", "select sum(menge) from sales")
    assert total["rows"] == [[210]]
    kept = answer(capsys, "source", "add", str(file), "--keep-total", "--name", "All")
    assert (kept["rows"], kept["total_lines"], kept["wrong_lines"]) == (23, [24], 3)


def test_source_add_says_why_a_column_is_text_and_which_line_is_skipped(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "log.csv"
    file.write_text("day,n\n2026-01-05,1\n2026-13-45,2\n2026-01-07,3\n2026-01-08,4\n2026-01-09,5,6\n", encoding="utf-8")
    capsys.readouterr()
    assert main(["source", "add", str(file)]) == 0
    assert capsys.readouterr().err.splitlines()[1:] == [
        "1 line doesn't fit its columns:",
        "  Line 6: 3 columns instead of 2. Line skipped.",
        "“day” is text because 1 of 4 values isn't a date: “2026-13-45” in line 3.",
    ]


def test_source_add_keeps_times_with_an_offset_as_the_file_has_them(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "log.csv"
    file.write_text("seen_at\n" + "2026-06-01T00:37:00+03:00\n" * 5, encoding="utf-8")
    answer(capsys, "source", "add", str(file), "--local-times")
    found = answer(capsys, "query", "run", "--source", "log", "select min(seen_at) from log")
    assert str(found["rows"][0][0]).startswith("2026-06-01T00:37:00")


def test_add_folder_names_the_file_of_each_row_unless_told_otherwise(
    home: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / "shops"
    folder.mkdir()
    for name in ("bonn", "york"):
        (folder / f"{name}.csv").write_text("day,sales\n2026-02-14,0.25\n", encoding="utf-8")
    answer(capsys, "source", "add", str(folder))
    answer(capsys, "source", "add", str(folder), "--no-file-names", "--name", "plain")
    shown = [str(answer(capsys, "source", "tables", name)) for name in ("shops", "plain")]
    assert ["'file'" in one for one in shown] == [True, False]


def test_add_folder_reads_its_subfolders_if_told_to(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "sales"
    for at, name in enumerate(("a.csv", "year=2026/b.csv"), 1):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"shop,total\nUlm,{at}\n", encoding="utf-8")
    for name, options in (("Alone", []), ("Deep", ["--subfolders"])):
        assert main(["source", "add", str(folder), "--name", name, *options]) == 0
    assert main(["source", "refresh", "Deep"]) == 0
    capsys.readouterr()
    assert main(["query", "run", "--source", "Deep", "SELECT year, sum(total) FROM sales GROUP BY 1", "--json"]) == 0
    assert sorted(json.loads(capsys.readouterr().out)["rows"], key=str) == [[2026, 2], [None, 1]]
    assert main(["query", "run", "--source", "Alone", "SELECT count(*) FROM sales", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"] == [[1]]


def test_add_folder_names_the_column_of_file_names(
    home: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / "shops"
    folder.mkdir()
    (folder / "york.csv").write_text("day,sales\n2026-02-14,0.25\n", encoding="utf-8")
    (folder / "bonn.csv").write_text("day,sales\n2026-02-15,1\n", encoding="utf-8")
    answer(capsys, "source", "add", str(folder), "--file-column", "The shop")
    columns = answer(capsys, "source", "tables", "shops")["items"]
    assert [(one["column"], one["title"]) for one in columns][2:] == [("the_shop", "The shop")]
    rows = answer(capsys, "query", "run", "--source", "shops", "select the_shop from shops order by 1")["rows"]
    assert rows == [["bonn"], ["york"]]
    assert main(["source", "add", str(folder), "--name", "x", "--file-column", "a", "--no-file-names"]) == 2
    assert "can't be used with --no-file-names" in capsys.readouterr().err


def test_add_folder_stacks_files_with_other_titles_if_told_so(
    home: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / "shops"
    folder.mkdir()
    (folder / "york.csv").write_text("day,sales\n2026-02-14,0.25\n2026-02-15,1\n", encoding="utf-8")
    (folder / "bonn.csv").write_text("Tag;Umsatz\n16.02.2026;1,5\n", encoding="utf-8")
    assert main(["source", "add", str(folder), "--name", "apart"]) == 0
    hint = capsys.readouterr().err
    assert "“bonn.csv” has the same kinds of columns as “york.csv” under other titles" in hint
    assert "add “--stack bonn.csv=york.csv”." in hint
    answer(capsys, "source", "add", str(folder), "--stack", "bonn.csv=york.csv", "--name", "one")
    found = answer(capsys, "query", "run", "--source", "one", "select count(*), sum(sales) from shops")
    assert list(found["rows"][0]) == [3, "2.75"]
    assert main(["source", "add", str(folder), "--stack", "bonn.csv", "--name", "wrong"]) == 2
    assert "Write it as FILE=LIKE." in capsys.readouterr().err
    assert main(["source", "add", str(folder), "--stack", "bonn.csv=none.csv", "--name", "wrong"]) == 1
    assert "There's no CSV file “none.csv” in this folder." in capsys.readouterr().err


def test_a_column_renamed_in_one_file_of_a_folder_is_read_as_what_it_was(
    home: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / "shops"
    folder.mkdir()
    for name in ("bonn", "york"):
        (folder / f"{name}.csv").write_text("day,sales,town\n2026-02-14,1,a\n2026-02-15,2,b\n", encoding="utf-8")
    answer(capsys, "source", "add", str(folder))
    total = ("query", "run", "--source", "shops", "select sum(sales) from shops")
    (folder / "york.csv").write_text("day,turnover,town\n2026-02-14,4,a\n2026-02-15,8,b\n", encoding="utf-8")
    assert answer(capsys, *total)["rows"] == [[6]], "the last good rows"
    capsys.readouterr()
    assert main(["source", "refresh", "shops"]) == 1
    refused = capsys.readouterr().err
    assert "“york.csv” has “turnover” where it had “sales”." in refused
    assert "add “--renamed turnover=sales”" in refused
    assert "add --force" in refused
    assert main(["source", "show", "shops"]) == 0
    assert "Column renamed" in capsys.readouterr().out
    assert answer(capsys, "source", "refresh", "shops", "--renamed", "turnover=sales")["problem"] == ""
    assert answer(capsys, *total)["rows"] == [[15]]

    (folder / "york.csv").write_text("day,income,town\n2026-02-14,4,a\n2026-02-15,8,b\n", encoding="utf-8")
    answer(capsys, "source", "refresh", "shops", "--renamed", "income=")
    assert answer(capsys, *total)["rows"] == [[3]]
    assert main(["source", "refresh", "shops", "--renamed", "x=sales"]) == 1
    assert "No file has a new column “x”" in capsys.readouterr().err


def test_add_folder_offers_to_read_a_column_with_another_title_as_that_of_the_others(
    home: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / "shops"
    folder.mkdir()
    for name, title in (("bonn", "sales"), ("york", "turnover"), ("kiel", "sales")):
        text = f"day,{title},town,shop\n2026-02-14,1,a,x\n2026-02-15,2,b,y\n"
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    assert main(["source", "add", str(folder), "--name", "apart"]) == 0
    hint = capsys.readouterr().err
    assert "“york.csv” has “turnover” where other files have “sales”." in hint
    assert "add “--renamed turnover=sales”." in hint
    answer(capsys, "source", "add", str(folder), "--renamed", "turnover=sales", "--name", "one")
    assert answer(capsys, "query", "run", "--source", "one", "select sum(sales) from shops")["rows"] == [[9]]


def test_source_refresh_copies_again_and_keeps_the_copy_if_columns_are_lost(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "sales.csv"
    file.write_bytes("Tag;Straße;Menge\n1;Süd;2\n2;Süd;3\n".encode("cp1252"))
    answer(capsys, "source", "add", str(file))
    count = ("query", "run", "--source", "sales", "select sum(menge) from sales")
    file.write_bytes("Menge;Tag;Straße\n2;1;Süd\n3;2;Süd\n4;3;Süd\n".encode("cp1252"))
    assert answer(capsys, "source", "refresh", "sales")["state"] == "connected"
    assert answer(capsys, *count)["rows"] == [[9]]

    file.write_bytes("Menge;Tag\n7;1\n".encode("cp1252"))
    capsys.readouterr()
    assert main(["source", "refresh", "sales"]) == 1
    refused = capsys.readouterr().err
    assert "“Straße”" in refused
    assert "--force" in refused
    assert answer(capsys, *count)["rows"] == [[9]]
    answer(capsys, "source", "refresh", "sales", "--force")
    assert answer(capsys, *count)["rows"] == [[7]]


def test_source_add_refuses_a_file_without_rows_until_it_is_wanted(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "later.csv"
    file.write_text("city,visits\n", encoding="utf-8")
    capsys.readouterr()
    assert main(["source", "add", str(file)]) == 1
    said = capsys.readouterr().err
    assert "“later.csv” has no rows. Its first line is read as the column names: city, visits. Check the file." in said
    assert answer(capsys, "source", "add", str(file), "--allow-empty")["rows"] == 0


@pytest.mark.usefixtures("home")
def test_source_of_a_folder_names_what_is_not_in_all_of_its_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "months"
    folder.mkdir()
    (folder / "01.csv").write_text("id,n\n1,2\n", encoding="utf-8")
    (folder / "02.csv").write_text("n,discount,id\n3,0.5,2\n4,1\n", encoding="utf-8")
    (folder / "x.pdf").write_bytes(b"%PDF-1.7")
    assert main(["source", "add", str(folder)]) == 0
    said = capsys.readouterr().err
    assert "“x.pdf” isn't a data file. It's a PDF document." in said
    assert "“discount” is in 1 of 2 files: “02.csv”. It is empty in the others." in said

    (folder / "03.csv").write_text("id,region,n\n5,north,6\n", encoding="utf-8")
    (folder / "y.csv").write_text("who,what\na,b\n", encoding="utf-8")
    found = answer(capsys, "source", "refresh", "months")
    assert found["unread_files"] == ["x.pdf", "y.csv"]
    assert found["unread_reasons"] == [
        "“x.pdf” isn't a data file. It's a PDF document.",
        "“y.csv” isn't read with the others. It has other columns: “who”, “what”.",
    ]
    assert found["partial_columns"] == [
        {"title": "discount", "files": 1, "of": 3}, {"title": "region", "files": 1, "of": 3},
    ]  # fmt: skip
    assert (found["left_out"], found["emptied"], found["total_rows"]) == (0, 1, 0)
    assert main(["source", "show", "months"]) == 0
    shown = capsys.readouterr().out
    assert "“region” is in 1 of 3 files: “03.csv”." in shown
    assert "Lines skipped" not in shown
