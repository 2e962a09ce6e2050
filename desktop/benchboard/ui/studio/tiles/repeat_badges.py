"""The badge of a widget or container that is repeated by a variable, and its description."""

from collections.abc import Mapping
from typing import Final

from benchboard.dashboards.layout import Item
from benchboard.i18n import _
from benchboard.ui.studio.document.editor import Editor

_MAX_NAMED: Final = 12
"""Most values that are listed; the rest is an ellipsis."""


def badge(editor: Editor, item: Item) -> str:
    """The badge: `× 2` for an item that is repeated twice, “copy” for one of its copies, empty for any other."""
    if _copy_of(editor, item):
        return _("copy")
    repeats = editor.repeated_by(item)
    return f"× {max(1, len(repeats[1]))}" if repeats is not None else ""


def describe_repeat(editor: Editor, item: Item) -> str:
    """By which variable and for which values an item is repeated, as text; empty if it isn't."""
    copy_of = _copy_of(editor, item)
    if copy_of is not None:
        return _("Copy for {name}: {value}").format(name=copy_of[0], value=copy_of[1])
    repeats = editor.repeated_by(item)
    if repeats is None:
        return ""
    name, values = repeats
    if not values:
        return _("Repeated for each {name}").format(name=name)
    named = ", ".join(values[:_MAX_NAMED]) + (" …" if len(values) > _MAX_NAMED else "")
    return _("Repeated for each {name}: {values}").format(name=name, values=named)


def _copy_of(editor: Editor, item: Item) -> tuple[str, str] | None:
    """The names of the variable and value of a copy in the preview of repeats; None for other items."""
    repeat = item.source.get("repeat")
    if not editor.previews_copies or not isinstance(repeat, Mapping):
        return None
    values = editor.own_values.get(item.id, {}).get(str(repeat.get("variable")))
    known = {one.name: one.label or one.name for one in editor.reader_document.variables}
    name = known.get(str(repeat.get("variable")), "")
    return (name, ", ".join(values)) if values else None
