"""What docs/structure.md says of the tree; its walks are compared in tests/gui."""

import re
from pathlib import Path

import grimp

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/structure.md").read_text(encoding="utf-8")


def test_import_cycles_are_none_as_the_page_says() -> None:
    assert "none: a contract (`acyclic_siblings`) forbids them" in PAGE
    graph = grimp.build_graph("benchboard", cache_dir=None)
    unvisited = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    while ready := [module for module, imported in unvisited.items() if not imported & unvisited.keys()]:
        for module in ready:
            del unvisited[module]
    assert not unvisited


def test_most_modules_in_one_folder_are_as_the_page_says() -> None:
    said = re.search(r"^\| most modules in one folder \| .* \| (\d+) \(`(.+)`\) \|$", PAGE, re.MULTILINE)
    assert said is not None
    package = ROOT / "desktop/benchboard"
    counts = {folder: len(list(folder.glob("*.py"))) for folder in package.rglob("*") if folder.is_dir()}
    largest = max(counts, key=lambda folder: counts[folder])
    assert (int(said[1]), said[2]) == (counts[largest], largest.relative_to(package).as_posix())
