"""What the details of a data source say of its lines."""

from unittest.mock import Mock

import pytest

from benchboard.analytics.sources.services import SourceSummary
from benchboard.ui.studio.data.source_rows import skipped_lines


@pytest.mark.parametrize(
    ("left_out", "emptied", "totals", "said"),
    [
        (0, 0, 0, None),
        (0, 0, 1, ("Skipped lines", "1 total row")),
        (2, 0, 1, ("Lines that don't fit", "2 lines skipped, 1 total row skipped")),
        (0, 1, 0, ("Lines that don't fit", "1 line with values left empty")),
    ],
)
def test_skipped_lines_total_rows_alone_are_lines_that_fit(
    left_out: int, emptied: int, totals: int, said: tuple[str, str] | None
) -> None:
    source = Mock(spec=SourceSummary, left_out=left_out, emptied=emptied, totals=totals)
    assert skipped_lines(source) == said
