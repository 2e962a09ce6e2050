"""`layout import` and `layout export`: a document on stdout, a report on stderr, one line for what cannot be."""

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from benchboard.cli.layout import MAX_FILE
from benchboard.cli.main import main
from support.examples import examples

ITEM = {"id": "w1", "type": "kpi", "position": {"x": 0, "y": 0, "w": 3, "h": 2}}
PANEL = {"id": 1, "type": "nodeGraph", "title": "Hot \x1b[2J", "gridPos": {"x": 2, "y": 3, "w": 7, "h": 5}}
GRAFANA = {"title": "T", "schemaVersion": 39, "panels": [PANEL]}


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCHBOARD_HOME", str(tmp_path / "home"))


def _file(folder: Path, value: Any) -> str:
    file = folder / "dashboard.json"
    file.write_bytes(value if isinstance(value, bytes) else json.dumps(value).encode())
    return str(file)


def test_layout_import_grafana_dashboard_prints_document_and_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = _file(tmp_path, GRAFANA)
    assert main(["layout", "import", file, "--format", "grafana"]) == 0
    out, told = capsys.readouterr()
    document = json.loads(out)
    assert document["items"][0]["position"] == PANEL["gridPos"]
    assert (document["columns"], document["format"]) == (24, "benchboard/dashboard")
    assert "nodeGraph" in told.splitlines()[1]
    assert main(["layout", "import", file, "--format", "grafana", "--json"]) == 0
    again, told = capsys.readouterr()
    assert json.loads(again) == document
    assert json.loads(told)["placeholder"] == 1
    assert "\x1b" not in out + told


def test_layout_export_document_prints_grafana_or_newest_version(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = _file(tmp_path, [ITEM])
    assert main(["layout", "export", file, "--format", "grafana"]) == 0
    out, told = capsys.readouterr()
    (panel,) = json.loads(out)["panels"]
    assert (panel["type"], panel["gridPos"]) == ("stat", {"x": 0, "y": 0, "w": 6, "h": 2})
    assert told.startswith("1 widget")
    for verb in ("import", "export"):
        assert main(["layout", verb, file, "--format", "benchboard", "--json"]) == 0
        out, told = capsys.readouterr()
        assert json.loads(out)["items"] == [ITEM]
        assert json.loads(out)["version"] == 2
        assert "version 0" in json.loads(told)["lines"][0]["what"]


def test_layout_import_and_export_piped_return_the_same_panels() -> None:
    paths = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    given_bytes = json.dumps(GRAFANA).encode()
    for verb in ("import", "export"):
        order = [sys.executable, "-m", "benchboard", "layout", verb, "-", "--format", "grafana", "--json"]
        done = subprocess.run(order, input=given_bytes, capture_output=True, env=paths)
        assert done.returncode == 0, done.stderr
        given_bytes = done.stdout
    assert json.loads(given_bytes)["panels"] == [PANEL]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (b"\xff{}", "Byte 1 isn't valid UTF-8"),
        (b"\xff\xfe{}", "UTF-16"),
        (b"\x89PNG\r\n\x1a\n\0\0", "This isn't JSON; it looks like a PNG picture."),
        (b"%PDF-1.7\n%\xe2\xe3", "This isn't JSON; it looks like a PDF file."),
        (b"\x7fELF\x02\x01\0\0", "This isn't text, so it can't be JSON."),
        (b'{"panels": [{"title": "caf\xe9"}]}', "Byte 27 isn't valid UTF-8"),
        (b'{"panels": [{"id": 1', "it ends after character 20"),
        (b'{"panels": [NaN]}', "NaN"),
        (b'{"panels": [' + b"9" * 5_000 + b"]}", "too many digits"),
        (b'{"panels": ' + b"[" * 100_000, "nested too deeply"),
        (b'{"panels": [{"title": "half \\ud800"}]}', "panels.0.title"),
        (b'{"panels": [], "panels": []}', "appears twice"),
        (b"[" + b" " * MAX_FILE + b"]", "8 MiB"),
        ({"panels": [{"id": 4, "gridPos": {"x": 0, "y": 0, "w": -3, "h": 1}}]}, "gridPos.w of panel “panel-4” is -3"),
        ({"panels": [{"id": 1}] * 100_000}, "more than 10000 panels"),
    ],
)
def test_layout_import_invalid_file_prints_one_line(
    value: Any, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["layout", "import", _file(tmp_path, value), "--format", "grafana"]) == 1
    out, told = capsys.readouterr()
    assert out == ""
    assert told.count("\n") == 1
    assert words in told


def test_layout_import_and_export_missing_file_prints_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for file in (tmp_path / "none.json", tmp_path):
        for verb in ("import", "export"):
            assert main(["layout", verb, str(file), "--format", "benchboard"]) == 1
            out, told = capsys.readouterr()
            assert (out, told.count("\n")) == ("", 1)
            assert str(file) in told
    assert main(["layout", "import", str(tmp_path)]) == 1


def test_layout_import_of_100_megabytes_is_rejected_before_it_is_read() -> None:
    order = [sys.executable, "-m", "benchboard", "layout", "import", "-", "--format", "grafana"]
    paths = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    taken = 0
    with subprocess.Popen(order, env=paths, bufsize=0, **pipes) as process:
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            while taken < 100 * 1024 * 1024:
                taken += process.stdin.write(b" " * 65_536) or 0
        out, told = process.communicate()
    assert (process.returncode, out, told.count(b"\n")) == (1, b"", 1)
    assert taken < MAX_FILE + 2 * 1024 * 1024  # what a pipe holds


@given(place=st.integers(0, 180), junk=st.binary(max_size=4), cut=st.booleans())
@examples(60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_layout_import_damaged_file_prints_document_or_one_line(
    place: int, junk: bytes, cut: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = json.dumps(GRAFANA).encode()
    damaged = good[:place] + junk + (b"" if cut else good[place + 1 :])
    code = main(["layout", "import", _file(tmp_path, damaged), "--format", "grafana"])
    out, told = capsys.readouterr()
    assert code in (0, 1)
    assert "internal error" not in told
    if code == 0:
        assert json.loads(out)["version"] == 2
    else:
        assert (out, told.count("\n")) == ("", 1)


def test_layout_import_without_format_detects_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for value in ({"title": "Theirs", "schemaVersion": 39, "panels": []}, [ITEM]):
        assert main(["layout", "import", _file(tmp_path, value)]) == 0
        assert json.loads(capsys.readouterr().out)["format"] == "benchboard/dashboard"


@pytest.mark.parametrize("command", [["import"], ["export", "--format", "grafana"]])
def test_layout_of_an_empty_list_is_refused_as_dashboard_import_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    assert main(["layout", *command, _file(tmp_path, [])]) == 1
    out, err = capsys.readouterr()
    assert (out, "This file is an empty list. It has no dashboard." in err) == ("", True)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"version": 99, "widgets": []}', "it has none of the keys items, panels or rows."),
        ("[1]", "It's a list of values such as 1, not of widgets."),
        ('["a"]', 'It\'s a list of values such as "a", not of widgets.'),
        ("[null]", "It's a list of values such as null, not of widgets."),
    ],
)
def test_import_of_no_dashboard_names_what_was_looked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, said: str
) -> None:
    file = tmp_path / "other.json"
    file.write_text(content)
    assert main(["layout", "import", str(file)]) == 1
    assert said in capsys.readouterr().err
