"""Docstrings name what exists: a rename that forgets them leaves a reader searching for what is nowhere."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest

import benchboard
from support.source import parsed

Trees = Mapping[Path, ast.Module]
ROOT: Final = Path(__file__).parents[3]
FOLDER: Final = Path(benchboard.__file__).parent

OUTSIDE: Final = frozenset(
    [
        *("LookupError", "OSError", "StaleDataError", "undefer", "can_calc_bittiming", "cansend", "env.py"),
        *(
            "can_configs",
            "dongle_tokens",
            "organisation_keys",
            "session_history",
            "user_roles",
            "openid",
        ),
        *("uuid", "jsonb", "rc", "Z1", "V1013", "z", "ttyACM0", "Authorization", "Cookie", "keyring", "tr"),
        *("percentunit", "grafana", "tablet", "horizontal", "who_id", "query.memory", "dashboards.overtaken"),
        *("dongle.untrusted", "spacing.4", "table.row.standard", "icon.control", "DW", "Nightly", "Ni"),
        *("sicaklik_c", "value_2", "column_3", "c0", "c1", "reject_errors", "allowed_paths"),
    ]
)
"""Names of other programs, tables, files, values and error codes."""


@pytest.fixture(scope="module")
def trees() -> Trees:
    """The package's modules, parsed."""
    return parsed(FOLDER)


_MARKED: Final = re.compile(r"`([A-Za-z_][\w.]*)(?:\(\))?`")


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """Every statement below a node, without the parts of its expressions, which are most of a tree."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt | ast.excepthandler | ast.match_case):
            yield child
            yield from _statements(child)


def _docstrings(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every string that is a statement of its own: of modules, classes, functions and attributes."""
    for node in _statements(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.lineno, node.value.value


def _used_names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.Name(id=name) | ast.arg(arg=name):
                yield name
            case ast.Attribute(attr=name):
                yield name
            case ast.keyword(arg=str(name)):
                yield name
            case ast.alias(name=name):
                yield from name.split(".")


def _own_words(tree: ast.AST) -> set[str]:
    """The names that a module uses, and the words of its strings that are no docstrings."""
    strings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return set(_used_names(tree)) | {
        word
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in strings
        for word in re.findall(r"\w+", node.value)
    }


def _defined_names(tree: ast.AST) -> Iterator[str]:
    """What other files may speak of: classes, functions and attributes."""
    for node in _statements(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
                yield name
            case ast.AnnAssign(target=ast.Attribute(attr=name)) | ast.Assign(targets=[ast.Attribute(attr=name)]):
                yield name


@pytest.mark.slow
def test_docstrings_of_every_module_name_only_what_exists(trees: Trees) -> None:
    defined = {name for tree in trees.values() for name in _defined_names(tree)}
    known = OUTSIDE | defined | {part for path in trees for part in (path.stem, path.parent.name)}
    stale = []
    for path, tree in trees.items():
        named = [(line, name) for line, text in _docstrings(tree) for name in _MARKED.findall(text)]
        unknown = [(line, name) for line, name in named if {name, name.rpartition(".")[2]}.isdisjoint(known)]
        own = _own_words(tree) if unknown else set()
        stale += [
            f"{path.relative_to(FOLDER)}:{line}: {name}" for line, name in unknown if name.rpartition(".")[2] not in own
        ]
    assert not stale


ELSEWHERE: Final = frozenset(
    [
        *("across", "down", "caret", "body", "true", "false", "null", "window"),  # values
        *("done", "shop_id", "gen_random_uuid", "len", "str", "data_"),  # a callback, a column, functions, a prefix
    ]
)
"""What docstrings of classes name that is no member: values, and members of what is named beside them."""


def _literals(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """The strings in these nodes that are one word."""
    for node in (inner for one in nodes for inner in ast.walk(one)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"\w+", node.value):
            yield node.value


def _member_names(class_: ast.ClassDef) -> Iterator[str]:
    """Its fields, signals and methods, their parameters, and what it asks of others; no local variables."""
    yield class_.name
    for node in ast.walk(class_):
        match node:
            case ast.FunctionDef(name=name) | ast.arg(arg=name) | ast.Attribute(attr=name):
                yield name
    for node in class_.body:
        match node:
            case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
                yield name


def _top_level_names(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
                yield name


def _family(class_: ast.ClassDef, classes: Mapping[str, ast.ClassDef]) -> list[ast.ClassDef]:
    """A class and its bases in the package."""
    family = [class_]
    for one in family:
        names = (ast.unparse(base).split("[")[0].rpartition(".")[2] for base in one.bases)
        family += [classes[name] for name in names if name in classes and classes[name] not in family]
    return family


@pytest.mark.slow
def test_docstrings_of_classes_name_their_own_members(trees: Trees) -> None:
    """A signal or field that is renamed is often still the name of something in another file."""
    classes = {
        node.name: node for tree in trees.values() for node in _statements(tree) if isinstance(node, ast.ClassDef)
    }
    known = {part for path in trees for part in (path.stem, path.parent.name)} | OUTSIDE | ELSEWHERE
    known |= {name for tree in trees.values() for name in _top_level_names(tree)}
    stale = []
    for path, tree in trees.items():
        values = set(_literals(node for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign)))
        imported = {
            alias.asname or alias.name
            for node in _statements(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        }
        elsewhere = known | imported | values
        for class_ in (node for node in _statements(tree) if isinstance(node, ast.ClassDef)):
            names = {name for name in _MARKED.findall(ast.get_docstring(class_) or "") if "." not in name} - elsewhere
            if names:
                family = _family(class_, classes)
                own = {name for one in family for name in _member_names(one)} | set(_literals(family))
                stale += [f"{path.relative_to(FOLDER)}: {class_.name}: {name}" for name in sorted(names - own)]
    assert not stale


_CODE: Final = re.compile(r"`([a-z]+\.[a-z]+(?:-[a-z]+)+)`|\(`([a-z]+\.[a-z]+)`\)")
"""An error code or event as docstrings write one: with a hyphen, or alone in parentheses."""

NO_CODES: Final = ("merge.mine", "table.column")
"""What looks like one, but is an attribute or a placeholder."""


def test_docstrings_name_only_codes_that_exist(trees: Trees) -> None:
    words, beginnings = set(), set()
    for tree in trees.values():
        comments = {id(node.value) for node in _statements(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                beginnings.add(node.values[0].value)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in comments:
                words.add(node.value)
    families = {word.partition(".")[0] for word in words if re.fullmatch(r"[a-z]+\.[a-z-]+", word)}
    stale = []
    for path, tree in trees.items():
        for line, text in _docstrings(tree):
            for code in (first or second for first, second in _CODE.findall(text)):
                family, _dot, name = code.partition(".")
                module = Path(FOLDER, family, f"{name}.py").exists() or family not in families
                known = module or code in words or code in NO_CODES
                if not known and not (f"{family}." in beginnings and name in words):
                    stale.append(f"{path.relative_to(FOLDER)}:{line}: {code}")
    assert not stale


_SILENCED: Final = re.compile(r"# (?:noqa: [A-Z0-9, ]+|type: ignore\[[\w, -]+\])")


def _source_lines(pattern: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """The lines with a match, each with its place. A file is searched whole: by line took ten times as long."""
    for folder in ("desktop", "benchmarks", "migrations"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            text = path.read_text()
            for match in pattern.finditer(text):
                number = text.count("\n", 0, match.start())
                yield f"{path.relative_to(ROOT).as_posix()}:{number + 1}", text.split("\n")[number]


def test_comments_cite_no_document_that_is_not_in_the_repository() -> None:
    cited = re.compile(r"\bDESIGN\b|\bsource 00\d|\bsources'|\bthe sources\b")
    assert not [place for place, _line in _source_lines(cited)]


def test_silenced_checks_say_why() -> None:
    mute = [place for place, line in _source_lines(_SILENCED) if not re.search(r"\w{2}", re.split(_SILENCED, line)[-1])]
    assert not mute
