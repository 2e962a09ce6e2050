"""What screen readers are told of an edit: its result, in the past tense, where the undo history names the edit."""

from typing import Final

from benchboard.dashboards.editing.undo import UndoStep
from benchboard.dashboards.layout import Cell, grid_number
from benchboard.i18n import N_, _, ngettext

_RESULTS: Final = {
    N_("Arrange"): N_("Arranged"),
    N_("Lock"): N_("Locked"),
    N_("Unlock"): N_("Unlocked"),
}
"""The title of an edit, and its result."""


def is_duplicate(step: UndoStep) -> bool:
    """Whether the step added copies of the widgets that were selected before."""
    count = len(step.selection_before)
    return bool(count) and step.title == ngettext(
        "Duplicate {count} widget", "Duplicate {count} widgets", count
    ).format(count=count)


def result_text(step: UndoStep, cell: Cell | None) -> str:
    """What the step did. `cell`: where the only selected item is now, on its page; None for several or none."""
    count = len(step.selection_before)
    if step.title == _("Resize") and cell is not None:
        return _("Resized to {w} wide, {h} high").format(w=cell.w, h=cell.h)
    if step.title == _("Resize"):
        return ngettext("{count} widget resized", "{count} widgets resized", count).format(count=count)
    place = _("column {x}, row {y}").format(x=grid_number(cell.x), y=grid_number(cell.y)) if cell is not None else ""
    if step.title == _("Move") and place:
        return _("Moved to {place}").format(place=place)
    if step.title == _("Move"):
        return ngettext("{count} widget moved", "{count} widgets moved", count).format(count=count)
    if count and step.title == ngettext("Remove {count} widget", "Remove {count} widgets", count).format(count=count):
        return ngettext("{count} widget removed", "{count} widgets removed", count).format(count=count)
    result = next((_(done) for title, done in _RESULTS.items() if step.title == _(title)), step.title)
    if is_duplicate(step):
        result = ngettext("{count} widget duplicated", "{count} widgets duplicated", count).format(count=count)
    added = len(step.selection_after)
    if added and step.title == ngettext("Paste {count} widget", "Paste {count} widgets", added).format(count=added):
        result = ngettext("{count} widget pasted", "{count} widgets pasted", added).format(count=added)
    return ", ".join(filter(None, (result, place)))
