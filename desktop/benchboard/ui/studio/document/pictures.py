"""Pictures put on a dashboard: into the image that is there, or as a new one. Each is one step."""

from pathlib import PurePath
from typing import Final

from benchboard.dashboards import editing
from benchboard.dashboards.catalogue import IMAGE, MAX_TITLE, WidgetKind, changed, kind_of, widget_of
from benchboard.dashboards.editing import Placed
from benchboard.dashboards.layout import Cell
from benchboard.errors import Invalid
from benchboard.i18n import _
from benchboard.ui.studio.document.editor import Editor

_ELSEWHERE: Final = ("url", "label")
"""What an import says of a picture that is not there."""


def chosen_image(editor: Editor) -> str:
    """The image that alone is chosen; nothing where something else is, or several."""
    chosen = editor.chosen
    return chosen[0] if len(chosen) == 1 and editor.page.item(chosen[0]).type == IMAGE else ""


def why_kept(editor: Editor, item_id: str) -> str:
    """Why an image's picture stays as it is, in words; nothing where it may be another one."""
    if not editor.editable:
        return editor.why_not or _("Nothing can be changed here now.")
    if item_id in editor.page.shown and "content" in editing.locks(editor.page.item(item_id)):
        return _("Its content is kept.")
    return ""


def show(editor: Editor, item_id: str, text: str) -> None:
    """Let an image show this picture, or none."""
    item = editor.page.item(item_id)
    widget = widget_of(item)
    config: dict[str, object] = {key: said for key, said in widget.config.items() if key not in _ELSEWHERE}
    config["picture"] = text
    if not text:
        del config["picture"]
    page = editor.page
    layout = page.with_item(changed(item, config=config), editor.document.compact)
    try:
        editing.require_room(page.layout, layout)
    except Invalid as error:
        editor.refused.emit(error)
        return
    title = _("Put another picture into {title}") if text else _("Take the picture out of {title}")
    editor.amend(title.format(title=widget.title or widget.kind_name), editor.with_layout(layout, [item_id]))


def add(editor: Editor, placed: Placed, at: tuple[int, int] | None) -> None:
    """Put a new image at a field of the page, or in the first free place of the grid in which the chosen one lies."""
    page = editor.page
    path, at = editing.landing(page, editor.chosen, at, stays=bool(editor.breakpoint))
    editor.edit(title(), lambda: editing.pasted(page, placed, path, at, editor.document.compact))


def title() -> str:
    """What bringing a new image is called as a step."""
    return _("Add {title}").format(title=_(_kind().title).lower())


def fresh(editor: Editor, name: str = "", text: str = "", high: int = 0) -> Placed:
    """A new image that shows this picture, called as its file was, `high` rows high."""
    item, cell = editor.fresh(_kind())
    if text:
        item = changed(item, config={"picture": text})
    called = " ".join("".join(sign if sign.isprintable() else " " for sign in PurePath(name).stem).split())[:MAX_TITLE]
    if called:
        item = changed(item, title=called)
    return ((item, Cell(0, 0, cell.w, high or cell.h)),)


def _kind() -> WidgetKind:
    kind = kind_of(IMAGE)
    assert kind is not None
    return kind
