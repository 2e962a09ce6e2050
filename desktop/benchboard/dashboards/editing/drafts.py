"""Drafts: what is being written and is not the document's yet, and what the document says at their places.

A place is `json`, `variables`, or `<key>/<id>` for a text of a widget; one that was stashed, because the document says
something else there by now, has a prefix.
"""

from typing import Final

from benchboard.dashboards.document.document import Document
from benchboard.dashboards.editing import page_edits
from benchboard.dashboards.editing.state import EditingState
from benchboard.dashboards.layout import walk_items
from benchboard.errors import Invalid

JSON: Final = "json"
"""Where the page is written as text."""
VARIABLES: Final = "variables"
"""Where the variables are defined."""
STASHED: Final = "aside/"
"""Before the place that a stashed draft was written at."""


def is_stashed(where: str) -> bool:
    """Whether a draft was stashed."""
    return where.startswith(STASHED)


def field_of(where: str) -> tuple[str, str]:
    """The key of the field that a draft was written in, and the id of its widget (empty for `json`, `variables`)."""
    while where.startswith(STASHED):
        where = where.removeprefix(STASHED)
    key, _slash, item_id = where.partition("/")
    return key, item_id


def value_at(document: Document, where: str) -> object:
    """What the document says at the place of a draft; None where there is no such widget, or it says nothing there."""
    key, item_id = field_of(where)
    field, _dot, setting = key.partition(".")
    value = next(
        (found.item.source.get(field) for found in walk_items(document.layout) if found.item.id == item_id), None
    )
    return value.get(setting) if setting and isinstance(value, dict) else value


def draft_error(state: EditingState, where: str, text: str) -> Invalid | None:
    """Why no document may say this at the place of a draft whose widget is there; None where it may."""
    key, item_id = field_of(where)
    try:
        page_edits.with_property(state.page, [item_id], key, text, state.compact)
    except Invalid as error:
        return error
    return None
