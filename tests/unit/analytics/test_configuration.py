"""What is remembered of the settings of a source that were parsed before."""

from pathlib import Path

import pytest

from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.sources.configuration import SourceConfiguration, tables_of
from benchboard.errors import Invalid


def test_from_json_again_follows_what_is_stored_and_not_who_changes_it(tmp_path: Path) -> None:
    path = tmp_path / "sales.csv"
    path.write_text("shop,amount\na,1\n", encoding="utf-8")
    tables = tables_of(tuple(table.scan for table in inspect_file(path).tables))
    stored = SourceConfiguration("csv", tables).to_json()
    first = SourceConfiguration.from_json(stored, "")
    assert SourceConfiguration.from_json(SourceConfiguration("csv", tables).to_json(), "") is first
    stored["tables"][0]["name"] = "renamed"
    assert [one.name for one in SourceConfiguration.from_json(stored, "").tables] == ["renamed"]
    stored["tables"][0]["name"] = "no name"
    with pytest.raises(Invalid):
        SourceConfiguration.from_json(stored, "")
