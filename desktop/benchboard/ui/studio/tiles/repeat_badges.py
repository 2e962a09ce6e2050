"""How a tile and a container say that they are repeated by a variable."""

from collections.abc import Mapping
from typing import Final

from benchboard.dashboards.layout import Item
from benchboard.i18n import _
from benchboard.ui.studio.document.editor import Editor

_NAMED: Final = 12
"""Values named before it says that there are more."""


def badge(editor: Editor, item: Item) -> str:
    """`× 2` for what is shown twice where the page is presented, “copy” for one of those; nothing for what is not
    repeated."""
    if _copied(editor, item):
        return _("copy")
    repeats = editor.repeated_by(item)
    return f"× {max(1, len(repeats[1]))}" if repeats is not None else ""


def told(editor: Editor, item: Item) -> str:
    """The same in words."""
    copied = _copied(editor, item)
    if copied is not None:
        return _("Copy for {name}: {value}").format(name=copied[0], value=copied[1])
    repeats = editor.repeated_by(item)
    if repeats is None:
        return ""
    name, values = repeats
    if not values:
        return _("Repeated for each {name}").format(name=name)
    named = ", ".join(values[:_NAMED]) + (" …" if len(values) > _NAMED else "")
    return _("Repeated for each {name}: {values}").format(name=name, values=named)


def _copied(editor: Editor, item: Item) -> tuple[str, str] | None:
    """The variable and the value an item is a copy for, where copies say that they are."""
    repeat = item.source.get("repeat")
    if not editor.previews_copies or not isinstance(repeat, Mapping):
        return None
    values = editor.own_values.get(item.id, {}).get(str(repeat.get("variable")))
    known = {one.name: one.label or one.name for one in editor.reader_document.variables}
    name = known.get(str(repeat.get("variable")), "")
    return (name, ", ".join(values)) if values else None
