"""A name is unique: a search for a class finds one, and a docstring needs no module with it."""

import ast
from collections import defaultdict
from pathlib import Path
from typing import Final

from support.source import walked

ROOT: Final = Path(__file__).parents[3]


def test_class_names_are_unique_in_the_package() -> None:
    files = defaultdict(list)
    for path, nodes in walked(ROOT / "desktop/benchboard").items():
        for node in nodes:
            if isinstance(node, ast.ClassDef):
                files[node.name].append(f"{path.relative_to(ROOT).as_posix()}:{node.lineno}")
    assert {name: places for name, places in files.items() if len(places) > 1} == {}


def test_names_of_test_files_are_unique() -> None:
    """pytest imports them as top-level modules: the second of a name isn't collected when the whole tree runs."""
    files = defaultdict(list)
    for path in (ROOT / "tests").rglob("test_*.py"):
        files[path.name].append(path.relative_to(ROOT).as_posix())
    assert {name: places for name, places in files.items() if len(places) > 1} == {}
