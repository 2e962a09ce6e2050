"""What becomes of a journal's edits beside the page that is stored now."""

from types import SimpleNamespace
from typing import cast

import pytest

from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.editing.recovered_page import RecoveredPage, recovered_page
from benchboard.dashboards.journal.crash_journal import Journal, RecoveredEdits
from benchboard.dashboards.journal.recoverable_steps import Draft


def _page(x: int) -> object:
    return [{"id": "w", "type": "text", "position": {"x": x, "y": 0, "w": 1, "h": 1}}]


def _recovered(stored: object, *documents: object, position: int, base: object = None) -> RecoveredPage:
    """The page that is stored, beside a journal of edits from `base` (the first document) on."""
    past = RecoveredEdits(3, base if base is not None else documents[0], documents, (), position)
    return recovered_page(4, stored, cast("Journal", SimpleNamespace(recovered=past)))


def test_edits_on_the_stored_page_are_unsaved() -> None:
    found = _recovered(_page(0), _page(0), _page(1), _page(2), position=2)
    assert (found.saved_position, found.is_outdated, found.unsaved) == (0, False, 2)
    assert found.base == parse_document(_page(0))


@pytest.mark.parametrize(("position", "unsaved"), [(2, 0), (1, 1), (0, 2)])
def test_edits_that_were_stored_are_counted_from_there(position: int, unsaved: int) -> None:
    found = _recovered(_page(2), _page(0), _page(1), _page(2), position=position)
    assert (found.saved_position, found.is_outdated, found.unsaved) == (2, False, unsaved)


def test_edits_on_a_page_that_another_user_changed_are_to_be_merged() -> None:
    found = _recovered(_page(9), _page(0), _page(1), position=1)
    assert (found.saved_position, found.is_outdated, found.unsaved, found.before) == (None, True, 1, None)
    assert found.past is not None


def test_journal_without_unsaved_edits_leaves_a_page_that_another_user_changed_as_it_is() -> None:
    found = _recovered(_page(9), _page(0), position=0)
    assert (found.past, found.is_outdated, found.unsaved) == (None, True, 0)
    assert found.before == parse_document(_page(0))


def test_edits_whose_first_steps_are_gone_are_unsaved_where_nobody_changed_the_page() -> None:
    found = _recovered(_page(0), _page(1), _page(2), position=1, base=_page(0))
    assert (found.saved_position, found.is_outdated, found.unsaved) == (None, False, 1)


def test_drafts_alone_are_recovered_where_a_newer_program_wrote_the_page() -> None:
    drafts = {"w": Draft("select 1", 5.0)}
    past = RecoveredEdits(3, _page(0), ({"version": 99},), (), 0, drafts)
    found = recovered_page(4, _page(0), cast("Journal", SimpleNamespace(recovered=past)))
    assert (found.past, found.drafts, found.is_outdated) == (None, drafts, False)
    assert recovered_page(4, _page(0), cast("Journal", SimpleNamespace(recovered=None))).past is None
