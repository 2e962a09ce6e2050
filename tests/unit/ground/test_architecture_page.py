"""ARCHITECTURE.md against the code: what it names exists, and its picture has the layers of the contract."""

import ast
import re
import tomllib
from pathlib import Path

from support.source import walked

ROOT = Path(__file__).parents[3]
PACKAGE = ROOT / "desktop/benchboard"
PAGE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
PICTURE = PAGE.split("```")[1]
MODULES = {path.stem for path in PACKAGE.rglob("*.py")}
FOLDERS = {path.name for path in PACKAGE.rglob("*") if path.is_dir()}


def _names_in_code() -> set[str]:
    names: set[str] = set()
    for nodes in walked(PACKAGE).values():
        for node in nodes:
            match node:
                case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.arg(arg=name) | ast.Name(id=name):
                    names.add(name)
                case ast.Attribute(attr=name):
                    names.add(name)
    return names


def test_architecture_picture_names_only_modules_and_folders_that_exist() -> None:
    folders = re.findall(r"\b([a-z_]+)/", PICTURE)
    modules = re.findall(r"\b([a-z]+_[a-z_]+)\b(?!/)", PICTURE)
    assert set(folders) <= FOLDERS
    assert set(modules) - {"parse_number"} <= MODULES | FOLDERS


def test_architecture_picture_has_the_layers_of_the_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (layers,) = [one["layers"] for one in contracts if one.get("containers") == ["benchboard"]]
    wanted = [name for layer in layers for name in re.split(r" \| ", layer)]
    drawn = re.findall(r"^(?: |   \| |   )([a-z0-9_]+)(?: \| ([a-z]+))?(?= {2})", PICTURE, re.MULTILINE)
    shown = [name for pair in drawn for name in pair if name]
    assert shown == [name for name in wanted if name in shown]
    assert {name for name in wanted if name not in shown} == {
        "atomic_write",
        "csv_text",
        "file_locks",
        "file_ownership",
        "name_characters",
        "package_data",
        "start_arguments",
    }


def test_architecture_page_is_one_page() -> None:
    assert len(PAGE.splitlines()) <= 90


def test_architecture_page_names_in_code_spelling_exist() -> None:
    text = PAGE.replace(PICTURE, "")
    names, stale = _names_in_code() | MODULES | FOLDERS, []
    for marked in re.findall(r"`([^`]+)`", text):
        if re.fullmatch(r"[\w./]+/|[\w/]+\.(py|md|toml)", marked):
            near = (ROOT, PACKAGE, PACKAGE / "dashboards", PACKAGE / "ui/studio/canvas/interaction")
            if not any((folder / marked).exists() for folder in near):
                stale.append(marked)
        elif re.fullmatch(r"[A-Za-z_][\w./]*", marked) and (last := re.split(r"[./]", marked)[-1]) not in names:
            stale.append(last)
    assert not stale
