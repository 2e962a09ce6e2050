"""What screen readers are told of an edit: its result, in the past tense, where the undo history names the edit."""

from typing import Final

from benchboard.dashboards.document.document import Document
from benchboard.dashboards.document.widget_kinds import WidgetContent, widget_of
from benchboard.dashboards.editing.undo import AnyStep, UndoStep
from benchboard.dashboards.layout import Cell, PageIndex, document_cell, grid_number
from benchboard.i18n import N_, _, ngettext, number

_RESULTS: Final = {
    N_("Arrange"): N_("Arranged"),
    N_("Lock"): N_("Locked"),
    N_("Unlock"): N_("Unlocked"),
}
"""The title of an edit, and its result."""
_MOST_PUSHED: Final = 2
"""Widgets that made room and are named; of more their number is said."""


def is_duplicate(step: UndoStep) -> bool:
    """Whether the step added copies of the widgets that were selected before."""
    count = len(step.selection_before)
    return bool(count) and step.title == ngettext(
        "Duplicate {count} widget", "Duplicate {count} widgets", count
    ).format(count=count)


def result_text(step: UndoStep, cell: Cell | None) -> str:
    """What the step did. `cell`: where the only selected item is now, on its page; None for several or none."""
    name = step.after.title
    if step.title == _("Rename dashboard to {name}").format(name=name):
        return _("Renamed to “{name}”").format(name=name)
    count = len(step.selection_before)
    pushed = _pushed_texts(step)
    if step.title == _("Resize") and cell is not None:
        return "; ".join((_("Resized to {w} wide, {h} high").format(w=cell.w, h=cell.h), *pushed))
    if step.title == _("Resize"):
        return ngettext("{count} widget resized", "{count} widgets resized", count).format(count=count)
    place = _("column {x}, row {y}").format(x=grid_number(cell.x), y=grid_number(cell.y)) if cell is not None else ""
    if step.title == _("Move") and place:
        return "; ".join((_("Moved to {place}").format(place=place), *pushed))
    if step.title == _("Move"):
        return ngettext("{count} widget moved", "{count} widgets moved", count).format(count=count)
    if (removed := _removed(step)) is not None:
        return _("“{name}” removed").format(name=_name(removed))
    if count and step.title == ngettext("Remove {count} widget", "Remove {count} widgets", count).format(count=count):
        return ngettext("{count} widget removed", "{count} widgets removed", count).format(count=count)
    result = next((_(done) for title, done in _RESULTS.items() if step.title == _(title)), step.title)
    if is_duplicate(step):
        result = ngettext("{count} widget duplicated", "{count} widgets duplicated", count).format(count=count)
    if (new := _added(step)) is not None:
        result = _("{title} added").format(title=new.kind_name)
    added = len(step.selection_after)
    if added and step.title == ngettext("Paste {count} widget", "Paste {count} widgets", added).format(count=added):
        result = ngettext("{count} widget pasted", "{count} widgets pasted", added).format(count=added)
    return ", ".join(filter(None, (result, place)))


def undone_text(step: AnyStep) -> str:
    """A step that was undone or redone, with the name of the widget where its title doesn't say it."""
    if not isinstance(step, UndoStep):
        return step.title
    if (removed := _removed(step)) is not None:
        return _("Remove “{name}”").format(name=_name(removed))
    if step.title in (_("Move"), _("Resize")) and (found := _only(step.before, step.selection_before)) is not None:
        return _("{step} of “{name}”").format(step=step.title, name=_name(found))
    return step.title


def _removed(step: UndoStep) -> WidgetContent | None:
    """The widget that the step removed; None if it did something else, or removed several."""
    is_removal = step.title == ngettext("Remove {count} widget", "Remove {count} widgets", 1).format(count=1)
    return _only(step.before, step.selection_before) if is_removal else None


def _added(step: UndoStep) -> WidgetContent | None:
    """The widget that the step added; None if it did something else."""
    found = _only(step.after, step.selection_after)
    is_added = found is not None and step.title == _("Add {title}").format(title=found.kind_name.lower())
    return found if is_added else None


def _only(document: Document, selection: tuple[str, ...]) -> WidgetContent | None:
    """The only selected widget of a document; None of several or none."""
    page = PageIndex(document.layout)
    return widget_of(page.item(selection[0])) if len(selection) == 1 and selection[0] in page.paths else None


def _name(widget: WidgetContent) -> str:
    return widget.title or widget.kind_name


def _pushed_texts(step: UndoStep) -> list[str]:
    """Where other widgets went that made room for those moved or resized."""
    before, after = PageIndex(step.before.layout), PageIndex(step.after.layout)
    gone, texts, more = set(step.selection_after), list[str](), 0
    for item_id in after.reading_order:
        if item_id in gone or item_id not in before.shown or any(outer in gone for outer, _k in after.path(item_id)):
            continue
        was, now = document_cell(before, item_id), document_cell(after, item_id)
        if (was.x, was.y) == (now.x, now.y):
            continue
        gone.add(item_id)  # what is in it went along
        if len(texts) < _MOST_PUSHED:
            row, column = grid_number(now.y), grid_number(now.x)
            words = _("{name} moved to row {y}") if was.x == now.x else _("{name} moved to column {x}, row {y}")
            texts.append(words.format(name=_name(widget_of(after.item(item_id))), x=column, y=row))
        else:
            more += 1
    if more:
        texts.append(ngettext("{count} more moved", "{count} more moved", more).format(count=number(more)))
    return texts
