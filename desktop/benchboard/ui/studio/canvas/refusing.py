"""Why what somebody tries to move or size stays as it is, in words."""

from collections.abc import Sequence

from benchboard.dashboards.editing import landing, locks
from benchboard.dashboards.layout import ROW
from benchboard.i18n import _
from benchboard.ui.studio.document.acts import act, cap
from benchboard.ui.studio.document.editor import Editor


def why_no_change(editor: Editor) -> str:
    """Why nothing can be changed here now, and by which key it can again; nothing where it can, or is presented."""
    if editor.marking and not editor.read_only:
        return _("All copies are shown. {keys} goes back to arranging.").format(keys=cap(act("copies").keys[0]))
    return "" if editor.editable else editor.why_not


def why_it_stays(editor: Editor, ids: Sequence[str]) -> str:
    """Why none of these can be moved; nothing where one can."""
    if not editor.editable:
        return why_no_change(editor)
    if not all(editor.page.item(one).static for one in ids):
        return ""
    keys = cap(act("keep_place").keys[0])
    if len(ids) == 1:
        words = _("“{title}” is kept in its place. {keys} lets go of it.")
        return words.format(title=_title(editor, ids[0]), keys=keys)
    return _("What is chosen is kept in its place. {keys} lets go of it.").format(keys=keys)


def why_no_size(editor: Editor, ids: Sequence[str], *, high: bool) -> str:
    """Why none of these can be another width, or height; nothing where one can."""
    if (still := why_it_stays(editor, ids)) or not editor.editable:
        return still
    items = [editor.page.item(one) for one in ids]
    if all(locks(item) & {"place", "size"} for item in items):
        if len(ids) > 1:
            return _("What is chosen keeps its size.")
        return _("“{title}” keeps its size.").format(title=_title(editor, ids[0]))
    if all(item.type == ROW for item in items):
        return _("A row is as wide as the page and as high as what it holds.")
    if high and all(item.panes for item in items):
        if len(ids) > 1:
            return _("What is chosen is as high as what it holds.")
        return _("“{title}” is as high as what it holds.").format(title=_title(editor, ids[0]))
    return ""


def why_no_other_grid() -> str:
    """Why something stays in the container it lies in, or out of one, on a narrow page."""
    return _("Change its container on the desktop page.")


def why_not_into(editor: Editor, at: tuple[int, int]) -> str:
    """Why what is put in at a field of the page does not come into what is there; nothing where it does."""
    page = editor.page
    path, _at = landing(page, editor.chosen, at, stays=bool(editor.breakpoint))
    return why_no_other_grid() if path != page.pane_at(*at) else ""


def _title(editor: Editor, item_id: str) -> str:
    widget = editor.widget(item_id)
    return widget.title or widget.kind_name
