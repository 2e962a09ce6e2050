"""Where drafts are written, and what the document says there."""

import pytest

from benchboard.dashboards.document.widget_kinds import MAX_TITLE
from benchboard.dashboards.editing import drafts, state
from support.edits import dashboard

DOCUMENT = dashboard({"id": "a", "at": (0, 0, 4, 2), "title": "A", "config": {"text": "words", "unit": "V"}})


@pytest.mark.parametrize(
    ("where", "field"),
    [
        ("json", ("json", "")),
        ("title/a", ("title", "a")),
        ("aside/aside/title/a", ("title", "a")),
        ("title/a/b", ("title", "a/b")),
    ],
)
def test_field_of_a_place_stashed_or_not_is_its_key_and_widget(where: str, field: tuple[str, str]) -> None:
    assert drafts.field_of(where) == field
    assert drafts.is_stashed(where) is where.startswith("aside/")


@pytest.mark.parametrize(
    ("where", "value"),
    [
        ("title/a", "A"),
        ("config.text/a", "words"),
        ("aside/config.unit/a", "V"),
        ("config.no/a", None),
        ("title/gone", None),
    ],
)
def test_value_at_a_place_is_what_the_document_says(where: str, value: object) -> None:
    assert drafts.value_at(DOCUMENT, where) == value


def test_draft_error_too_long_a_title_is_refused() -> None:
    at = state.load(state.initial(), DOCUMENT)
    assert drafts.draft_error(at, "title/a", "Fine") is None
    assert drafts.draft_error(at, "aside/title/a", "x" * (MAX_TITLE + 1)) is not None
