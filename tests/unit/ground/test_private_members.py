"""A name that begins with `_` is for the module that defines it, and for that module's own tests.

The tests of a module `saving` are `test_saving` and `test_saving_races`. Where the name of a module says too little,
its folder goes before: those of `editing/drafts` are `test_editing_drafts`.
"""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from support.source import walked

ROOT: Final = Path(__file__).parents[3]
PACKAGE: Final = ROOT / "desktop/benchboard"
PUBLIC: Final = frozenset({"_", "_asdict", "_exit", "_fields", "_make", "_replace"})
"""What gettext, `os` and named tuples give to everybody."""
EXCEPTIONS: Final = {
    # What a password's hash costs is stored with each of them; it is no setting that somebody might lower.
    ("tests/conftest.py", "_hasher"),
    # Hypothesis has no public way to leave out the constants of local modules.
    ("tests/conftest.py", "_get_local_constants"),
    # The journal is killed also while it is written anew, which is to happen soon and often.
    ("tests/support/journal_killed.py", "_REWRITE_BYTES"),
    # Nothing on the screen says that the tabs were read which were open before, where there were none.
    ("tests/gui/studio/open_dashboards.py", "_written"),
    # Compaction's shortcut is taken on a small page, too, and compared with compaction without it.
    ("tests/unit/dashboards/test_layout_rgl_compat.py", "_FAR"),
    ("tests/unit/dashboards/test_layout_rgl_compat.py", "_sinks_alone"),
    # That a tile can't be drawn is a bug, which no data brings about.
    ("tests/gui/studio/test_drawing_failures.py", "_paint_table_as"),
    # A dongle is checked again by itself after seconds: "Try again" must not wait for that.
    ("tests/gui/bench/test_dongles_view.py", "_RETRY_S"),
    # PyMySQL has no public way to end a connection whose server is busy, nor to leave a result's other rows unread.
    ("desktop/benchboard/analytics/remote/mysql.py", "_sock"),
    ("desktop/benchboard/analytics/remote/mysql.py", "_force_close"),
    ("desktop/benchboard/analytics/remote/mysql.py", "_result"),
}
"""The file and the name, each with its reason."""


def _is_private(name: str) -> bool:
    return name.isidentifier() and name.startswith("_") and not name.startswith("__") and name not in PUBLIC


def _is_own(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("self", "cls")


def defined_names(nodes: Iterable[ast.AST]) -> set[str]:
    """The functions, classes, variables and attributes that a module of these nodes makes."""
    names: set[str] = set()
    for node in nodes:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.Name(id=name, ctx=ast.Store()):
                names.add(name)
            case ast.Attribute(value=value, attr=name, ctx=ast.Store()) if _is_own(value):
                names.add(name)
    return names


def private_uses(nodes: Iterable[ast.AST]) -> Iterator[tuple[int, str]]:
    """The private names that a module of these nodes takes from something else, each with its line; also those in a
    string that `setattr` or the like is given."""
    for node in nodes:
        match node:
            case ast.Attribute(value=value, attr=name) if not _is_own(value) and _is_private(name):
                yield node.end_lineno or node.lineno, name
            case ast.ImportFrom(module=str(module), names=names) if module.split(".")[0] == PACKAGE.name:
                yield from ((node.lineno, alias.name) for alias in names if _is_private(alias.name))
            case ast.Call(func=ast.Attribute(attr=called) | ast.Name(id=called), args=args) if called.endswith("attr"):
                for argument in args[:2]:
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                        name = argument.value.rpartition(".")[2]
                        if _is_private(name):
                            yield node.lineno, name


def modules_of(test: Path, modules: Iterable[Path]) -> list[Path]:
    """Of these modules, those whose own test a file is, by its name."""
    about = test.stem.removeprefix("test_")
    if about == test.stem:
        return []
    return [
        path
        for path in modules
        for name in (path.stem, f"{path.parent.name}_{path.stem}")
        if about == name or about.startswith(f"{name}_")
    ]


def reaches(root: Path, package: Path) -> list[tuple[str, int, str]]:
    """The uses of private names of other modules, below `package` and in the tests of `root`: file, line, name."""
    found = []
    defined: dict[Path, set[str]] = {}
    for file, nodes in (walked(package) | walked(root / "tests")).items():
        own = defined_names(nodes)
        if file.is_relative_to(package):
            defined[file] = own
        else:
            own = own.union(*(defined[module] for module in modules_of(file, defined)))
        where = file.relative_to(root).as_posix()
        found += [(where, line, name) for line, name in private_uses(nodes) if name not in own]
    return found


def test_private_members_are_used_by_their_own_module_and_its_tests_only() -> None:
    used = reaches(ROOT, PACKAGE)
    wrong = [f"{file}:{line}: {name}" for file, line, name in used if (file, name) not in EXCEPTIONS]
    assert not wrong, "\n".join(wrong)
    assert {(file, name) for file, _line, name in used} >= EXCEPTIONS, "an exception that is no longer needed"


def test_uses_of_private_members_are_found(tmp_path: Path) -> None:
    package = tmp_path / "desktop" / "benchboard" / "room"
    tests = tmp_path / "tests" / "unit"
    package.mkdir(parents=True)
    tests.mkdir(parents=True)
    (package / "door.py").write_text(
        "def __init__(self, other):\n    self._key = other._key\n    self._o = other._lock\n"
    )
    (package / "lock.py").write_text("from benchboard.room.door import _hinge\nself._lock._replace(a=1)\n")
    (tests / "test_door_in_the_wall.py").write_text("def test(door):\n    assert door._key\n")
    (tests / "test_room_door.py").write_text("def test(door, patch):\n    patch.setattr(door, '_key', 1)\n")
    (tests / "test_house.py").write_text(
        "def test(door, patch):\n    assert door._key\n    patch.setattr('room.door._key', 1)\n    door._o = 1\n"
    )
    assert reaches(tmp_path, tmp_path / "desktop" / "benchboard") == [
        ("desktop/benchboard/room/door.py", 3, "_lock"),
        ("desktop/benchboard/room/lock.py", 1, "_hinge"),
        ("tests/unit/test_house.py", 2, "_key"),
        ("tests/unit/test_house.py", 3, "_key"),
        ("tests/unit/test_house.py", 4, "_o"),
    ]
