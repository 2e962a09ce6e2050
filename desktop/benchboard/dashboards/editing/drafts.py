"""Drafts: text that is typed but not in the document yet, and the document's values that they are for.

A draft is identified by `json`, `variables`, or `<key>/<id>` for a text of a widget; a stashed one, which the
document's changes have made obsolete, has a prefix.
"""

from typing import Final

from benchboard.dashboards.document.document import Document
from benchboard.dashboards.editing import page_edits
from benchboard.dashboards.editing.state import EditingState
from benchboard.dashboards.layout import walk_items
from benchboard.errors import Invalid

JSON: Final = "json"
"""The draft of the JSON view."""
VARIABLES: Final = "variables"
"""The draft of the Variables dialog."""
STASHED: Final = "aside/"
"""The prefix of a stashed draft."""


def is_stashed(where: str) -> bool:
    """Whether a draft was stashed."""
    return where.startswith(STASHED)


def field_of(where: str) -> tuple[str, str]:
    """The key of a draft's field, and the id of its widget (empty for `json`, `variables`)."""
    while where.startswith(STASHED):
        where = where.removeprefix(STASHED)
    key, _slash, item_id = where.partition("/")
    return key, item_id


def value_at(document: Document, where: str) -> object:
    """The document's value for a draft's field; None if the widget or the value doesn't exist."""
    key, item_id = field_of(where)
    field, _dot, setting = key.partition(".")
    value = next(
        (found.item.source.get(field) for found in walk_items(document.layout) if found.item.id == item_id), None
    )
    return value.get(setting) if setting and isinstance(value, dict) else value


def draft_error(state: EditingState, where: str, text: str) -> Invalid | None:
    """Why a draft's text isn't valid for its existing widget; None if it is."""
    key, item_id = field_of(where)
    try:
        page_edits.with_property(state.page, [item_id], key, text, state.compact)
    except Invalid as error:
        return error
    return None
