"""Edits that add images to a dashboard: in an existing image widget, or a new one."""

from pathlib import PurePath
from typing import Final

from benchboard.dashboards.document.widget_kinds import IMAGE, MAX_TITLE, WidgetKind, kind_of, with_fields
from benchboard.dashboards.editing import page_edits
from benchboard.dashboards.editing.page_edits import Placed
from benchboard.dashboards.editing.state import EditingState, StateChange, apply_document, apply_layout, with_layout
from benchboard.dashboards.layout import Cell, Item
from benchboard.i18n import _

_LINK: Final = ("url", "label")
"""The settings with which an import describes a missing image."""


def selected_image(state: EditingState) -> str:
    """The id of the image widget, if it alone is selected; otherwise empty."""
    selected = state.selection
    return selected[0] if len(selected) == 1 and state.page.item(selected[0]).type == IMAGE else ""


def locked_reason(state: EditingState, item_id: str) -> str:
    """Why an image can't be changed, as text for the user; empty if it can."""
    if not state.editable:
        return state.read_only_reason or _("You can't edit this right now.")
    if item_id in state.page.shown and "content" in page_edits.locks(state.page.item(item_id)):
        return _("Content is locked.")
    return ""


def set_picture(state: EditingState, item_id: str, text: str) -> StateChange | None:
    """Set the picture of an image widget, or ("") remove it. Raises `Invalid` if the document has no space for it."""
    page, widget = state.page, state.view.widget(item_id)
    config: dict[str, object] = {key: value for key, value in widget.config.items() if key not in _LINK}
    config["picture"] = text
    if not text:
        del config["picture"]
    layout = page.with_item(with_fields(page.item(item_id), config=config), state.compact)
    page_edits.require_room(page.layout, layout)
    title = _("Change image in {title}") if text else _("Remove image from {title}")
    title = title.format(title=widget.title or widget.kind_name)
    return apply_document(state, title, with_layout(state, layout, [item_id]))


def add_image(state: EditingState, placed: Placed, at: tuple[int, int] | None) -> StateChange | None:
    """Add a new image widget at a cell of the page, or in the first free cell of the grid that the selection is in."""
    path, at = page_edits.landing(state.page, state.selection, at, stays=bool(state.reader.breakpoint))
    return apply_layout(state, add_image_title(), *page_edits.pasted(state.page, placed, path, at, state.compact))


def add_image_title() -> str:
    """The title of the undo step that adds an image."""
    return _("Add {title}").format(title=_(image_kind().title).lower())


def new_image(new: tuple[Item, Cell], name: str = "", text: str = "", high: int = 0) -> Placed:
    """A `new` image widget with this picture, titled by its file name, `high` rows high."""
    item, cell = new
    if text:
        item = with_fields(item, config={"picture": text})
    title = " ".join("".join(sign if sign.isprintable() else " " for sign in PurePath(name).stem).split())[:MAX_TITLE]
    if title:
        item = with_fields(item, title=title)
    return ((item, Cell(0, 0, cell.w, high or cell.h)),)


def image_kind() -> WidgetKind:
    """The kind of widget that shows an image."""
    kind = kind_of(IMAGE)
    assert kind is not None
    return kind
