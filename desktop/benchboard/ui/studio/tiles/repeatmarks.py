"""How a tile and a container say that they are repeated by a variable."""

from typing import Final

from benchboard.dashboards.layout import Item
from benchboard.i18n import _
from benchboard.ui.studio.document.editor import Editor

_NAMED: Final = 12
"""Values named before it says that there are more."""


def badge(editor: Editor, item: Item) -> str:
    """`× 2` for what is shown twice where the page is presented; nothing for what is not repeated."""
    repeats = editor.repeats(item)
    return f"× {max(1, len(repeats[1]))}" if repeats is not None else ""


def told(editor: Editor, item: Item) -> str:
    """The same in words."""
    repeats = editor.repeats(item)
    if repeats is None:
        return ""
    name, values = repeats
    if not values:
        return _("Repeated for each {name}").format(name=name)
    named = ", ".join(values[:_NAMED]) + (" …" if len(values) > _NAMED else "")
    return _("Repeated for each {name}: {values}").format(name=name, values=named)
