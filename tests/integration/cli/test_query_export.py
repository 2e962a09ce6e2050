"""`benchboard query run --out`: the rows of a query as a file."""

import csv
import io
import json
from pathlib import Path

import duckdb
import openpyxl
import pytest

from benchboard.cli.main import main

QUERY = "select 1 as n, 2.50 as amount, '=1+1' as name union all select 2, 3.75, 'b' order by 1"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCHBOARD_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("BENCHBOARD_DATABASE_URL", f"sqlite:///{tmp_path / 'bench.db'}")
    assert main(["db", "upgrade"]) == 0


def test_rows_are_written_in_each_format_by_the_extension(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {form: tmp_path / f"rows.{form}" for form in ("csv", "xlsx", "parquet")}
    for file in files.values():
        capsys.readouterr()
        assert main(["query", "run", QUERY, "--out", str(file), "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert found == {"file": str(file), "rows": 2, "truncated": False, "as_text": 0}
    rows = list(csv.reader(io.StringIO(files["csv"].read_text(encoding="utf-8-sig"))))
    assert rows == [["N", "Amount", "Name"], ["1", "2.50", "'=1+1"], ["2", "3.75", "b"]]
    sheet = openpyxl.load_workbook(files["xlsx"]).active
    assert sheet.title == "rows"
    assert list(sheet.values) == [("N", "Amount", "Name"), (1, 2.5, "=1+1"), (2, 3.75, "b")]
    assert sheet["C2"].data_type == "s"
    with duckdb.connect() as made:
        assert [str(one) for row in made.execute(f"from '{files['parquet']}'").fetchall() for one in row] == [
            "1", "2.50", "=1+1", "2", "3.75", "b"
        ]  # fmt: skip


def test_file_has_all_rows_unless_a_limit_is_given_and_says_if_there_are_more(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["query", "run", QUERY, "--out", str(tmp_path / "a"), "--format", "csv", "--limit", "1"]) == 0
    out, err = capsys.readouterr()
    assert f"Wrote 1 row to {tmp_path / 'a'}." in out
    assert "The query returns more rows than the 1 in the file. To write more, add --limit." in err
    assert len((tmp_path / "a").read_text().splitlines()) == 2


def test_standard_output_gets_the_file_alone(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    capfdbinary.readouterr()
    assert main(["query", "run", QUERY, "--out", "-", "--format", "csv"]) == 0
    assert capfdbinary.readouterr().out.startswith(b"\xef\xbb\xbfN,Amount,Name\r\n")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--format", "csv"], "Specify the file to write with --out."),
        (["--out", "rows"], "Specify the format of the file with --format."),
        (["--out", "/"], "/ is a folder. Choose a file."),
        (["--out", "/nowhere/rows.csv"], "Its folder doesn't exist."),
        (["--out", "/proc/rows.xlsx"], "Files can't be created there."),
        (["--out", "/dev/full", "--format", "xlsx"], "The disk is full."),
    ],
)
def test_file_that_cannot_be_written_is_refused_in_words(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["query", "run", QUERY, *arguments]) != 0
    assert sentence in " ".join(capsys.readouterr().err.split())


def test_file_that_exists_is_replaced_only_if_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("mine")
    capsys.readouterr()
    assert main(["query", "run", QUERY, "--out", str(file)]) == 1
    said = capsys.readouterr().err
    assert said == f"{file} already exists. Choose another file. To replace this one, add --overwrite.\n"
    assert file.read_text() == "mine"
    assert main(["query", "run", QUERY, "--out", str(file), "--overwrite"]) == 0
    assert len(file.read_text().splitlines()) == 3


def test_query_without_rows_says_so_beside_its_output(capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["query", "run", "select 1 as n where 1 = 2"]) == 0
    assert [text.split() for text in tuple(capsys.readouterr())] == [["n"], ["No", "rows."]]
    assert main(["query", "run", "select 1 as n where 1 = 2", "--json"]) == 0
    assert capsys.readouterr().err == ""
