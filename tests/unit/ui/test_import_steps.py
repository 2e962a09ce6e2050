"""What the undo of an import's step is called."""

from pathlib import Path

from benchboard.ui.studio.data.import_draft import ColumnChoice, ImportDraft
from benchboard.ui.studio.data.import_steps import step_text


def test_step_is_called_by_what_it_changed() -> None:
    first = ImportDraft(Path("a.csv"))
    column = first.with_column(("a.csv", 1, "city"), ColumnChoice(kind="text"))
    assert step_text(first, first.with_option("delimiter", ";")) == "Separator"
    assert step_text(first, column) == "column “city”"
    assert step_text(column, first) == "column “city”"
    assert step_text(first, first) == ""
