"""Nothing keeps PySide's object of a place in a layout, which could end the program (`ui.widgets.layout_items`)."""

import ast
from pathlib import Path
from typing import Final

from support.source import walked

ROOT: Final = Path(__file__).parents[3]
ALLOWED: Final = {
    "desktop/benchboard/ui/widgets/layout_items.py",  # it lets go of the object at once
    "tests/support/layout_faults.py",  # likewise, of spaces
    # The row of a tree, and what is drawn on a page, at a point of the window.
    "desktop/benchboard/ui/studio/canvas/scene/page_view.py",
    "desktop/benchboard/ui/studio/data/explore/field_tree.py",
    "desktop/benchboard/ui/studio/library/folder_pane.py",
    "desktop/benchboard/ui/studio/panes/outline_pane.py",
}


def test_places_of_a_layout_are_asked_for_in_one_module_only() -> None:
    asking = {
        str(path.relative_to(ROOT))
        for folder in ("desktop", "tests")
        for path, nodes in walked(ROOT / folder).items()
        for node in nodes
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("itemAt", "itemAtPosition")
        and len(node.args) == (1 if node.func.attr == "itemAt" else 2)
    }
    assert asking == ALLOWED
