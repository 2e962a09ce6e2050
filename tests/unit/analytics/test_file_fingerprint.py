"""Whether a file is still the one that was read."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from benchboard.analytics.files.fingerprint import Fingerprint, changes_since, fingerprint
from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.files.scan import FileScan
from benchboard.errors import Conflict, Invalid, NotFound


def _scan(path: Path, text: str) -> FileScan:
    path.write_text(text, encoding="utf-8")
    return inspect_file(path).tables[0].scan


def test_unchanged_file_has_no_changes(tmp_path: Path) -> None:
    scan = _scan(tmp_path / "a.csv", "a,b\n1,x\n")
    before = fingerprint(scan)
    assert changes_since(scan, before) == ()
    assert Fingerprint.from_json(json.loads(json.dumps(before.to_json()))) == before
    assert fingerprint(scan).key() == before.key()


def test_moved_file_says_where_it_was(tmp_path: Path) -> None:
    scan = _scan(tmp_path / "a.csv", "a,b\n1,x\n")
    before = fingerprint(scan)
    (tmp_path / "a.csv").rename(tmp_path / "b.csv")
    (problem,) = changes_since(scan, before)
    assert isinstance(problem, NotFound)
    assert problem.code == "files.gone"
    assert str(tmp_path) in problem.why


def test_changed_file_is_said_even_if_its_size_is_the_same(tmp_path: Path) -> None:
    scan = _scan(tmp_path / "a.csv", "a,b\n1,x\n")
    before = fingerprint(scan)
    (tmp_path / "a.csv").write_text("a,b\n2,y\n", encoding="utf-8")
    os.utime(tmp_path / "a.csv", ns=(1, before.files[0].changed_ns + 1))
    (problem,) = changes_since(scan, before)
    assert isinstance(problem, Conflict)
    assert problem.code == "files.changed"
    assert fingerprint(scan).key() != before.key()


def test_lost_column_is_named(tmp_path: Path) -> None:
    scan = _scan(tmp_path / "a.csv", "Sıcaklık,b,c\n1,x,y\n")
    before = fingerprint(scan)
    now = _scan(tmp_path / "a.csv", "b,c\nx,y\n")
    problems = changes_since(scan, before, now)
    assert problems[-1].code == "files.columns-lost"
    assert problems[-1].facts["columns"] == ("Sıcaklık",)
    assert "Sıcaklık" in problems[-1].what


@pytest.mark.parametrize(
    "document", [None, {}, {"files": 1, "columns": []}, {"files": [["a", 1]], "columns": []},
                 {"files": [["a", "1", 2]], "columns": []}, {"files": [], "columns": [1]}]
)  # fmt: skip
def test_hostile_fingerprint_is_refused(document: Any) -> None:
    with pytest.raises(Invalid):
        Fingerprint.from_json(document)
