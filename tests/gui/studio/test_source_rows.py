"""What the details of a data source say of its lines."""

from unittest.mock import Mock

import pytest

from benchboard.analytics.sources.kinds import source_kinds
from benchboard.analytics.sources.services import SourceSummary
from benchboard.ui.studio.data.explore.field_tree import kind_title
from benchboard.ui.studio.data.source_rows import lines_sentence


@pytest.mark.parametrize(
    ("left_out", "emptied", "totals", "said"),
    [
        (0, 0, 0, ""),
        (0, 0, 1, "1 total row skipped."),
        (2, 0, 1, "2 lines skipped, 1 total row skipped."),
        (0, 2, 0, "2 lines have values left empty."),
    ],
)
def test_lines_that_did_not_fit_are_said_in_one_sentence(left_out: int, emptied: int, totals: int, said: str) -> None:
    source = Mock(spec=SourceSummary, left_out=left_out, emptied=emptied, totals=totals)
    assert lines_sentence(source) == said


def test_each_kind_of_source_has_a_word_in_the_list_of_fields() -> None:
    assert [kind for kind in source_kinds() if kind_title(kind) == kind] == []
