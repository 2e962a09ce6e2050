"""The registry of commands, and what all rooms together register in it."""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from benchboard.ui import commands
from benchboard.ui.commands import (
    Command,
    CommandGroup,
    CommandRegistry,
    CommandScope,
    Handler,
    MenuSection,
    key_cap,
    run_handler,
)
from benchboard.ui.shell.shortcuts_dialog import shortcut_rows

PAGE = CommandScope("page", commands.WINDOW)
CANVAS = CommandScope("canvas", PAGE)
OTHER = CommandScope("other", commands.WINDOW)


@pytest.fixture(scope="module")
def registered() -> list[Command]:
    """The commands of all rooms."""
    for name in ("bench", "studio", "admin", "studio.page_commands", "sign_in.sign_in"):
        import_module(f"benchboard.ui.{name}")
    return [command for command in commands.REGISTRY if command.room != "test"]


def test_register_with_taken_id_raises() -> None:
    registry = CommandRegistry()
    registry.register(Command("a.b", "B", CommandGroup.EDIT))
    with pytest.raises(ValueError, match=re.escape("two commands are called a.b")):
        registry.register(Command("a.b", "C", CommandGroup.EDIT))


@pytest.mark.parametrize("scopes", [(PAGE, PAGE), (PAGE, CANVAS), (CANVAS, commands.WINDOW)])
def test_register_shortcut_taken_in_the_same_place_raises(scopes: tuple[CommandScope, CommandScope]) -> None:
    registry = CommandRegistry()
    registry.register(Command("a.b", "B", CommandGroup.EDIT, ("Ctrl+B", "F2"), scope=scopes[0]))
    with pytest.raises(ValueError, match=re.escape("a.c and a.b share F2")):
        registry.register(Command("a.c", "C", CommandGroup.EDIT, ("F2",), scope=scopes[1]))


def test_register_shortcut_taken_elsewhere_or_under_a_condition_is_allowed() -> None:
    registry = CommandRegistry()
    registry.register(Command("a.b", "B", CommandGroup.EDIT, ("F2",), scope=CANVAS))
    registry.register(Command("a.c", "C", CommandGroup.EDIT, ("F2",), scope=OTHER))
    registry.register(Command("a.d", "D", CommandGroup.EDIT, ("F2",), scope=PAGE, when="with nothing selected"))
    assert [command.name for command in registry] == ["b", "c", "d"]


def test_register_menu_with_unknown_command_raises() -> None:
    registry = CommandRegistry()
    registry.register(Command("a.b", "B", CommandGroup.EDIT))
    registry.register_menu("m", MenuSection(("a.b",)))
    assert registry.menu_commands("m") == [registry["a.b"]]
    with pytest.raises(ValueError, match=r"unknown commands: a\.x"):
        registry.register_menu("n", MenuSection(("a.b", "a.x")))


def test_run_handler_that_cannot_run_gives_its_reason_instead() -> None:
    ran: list[str] = []
    run_handler(Handler(lambda: ran.append("ran"), lambda: "Select a row first."), ran.append)
    assert ran == ["Select a row first."]
    run_handler(Handler(lambda: ran.append("ran")), ran.append)
    assert ran[1:] == ["ran"]


@pytest.mark.parametrize(
    ("keys", "cap"),
    [
        ("Ctrl+S", "Ctrl S"),
        ("Ctrl++", "Ctrl +"),
        ("Ctrl+-", "Ctrl -"),
        ("+", "+"),
        ("-", "-"),
        ("Ctrl+Return", "Ctrl Enter"),
    ],
)
def test_key_cap_shows_keys_separated_by_spaces(keys: str, cap: str) -> None:
    assert key_cap(keys) == cap


def test_registered_commands_are_all_translated(registered: list[Command]) -> None:
    catalogue = Path(__file__).parents[3] / "resources" / "i18n" / "tr.po"
    with catalogue.open("rb") as file:
        turkish = {message.id for message in read_po(file, locale="tr") if message.string}
    marked = {text for one in registered for text in (one.title, one.group.value, one.search_terms, one.when) if text}
    assert not marked - turkish


def test_registered_search_terms_do_not_repeat_the_title(registered: list[Command]) -> None:
    def words(text: str) -> set[str]:
        return set(re.findall(r"[\w%]+", text.casefold()))

    repeated = [
        (command.id, term)
        for command in registered
        for term in filter(None, command.search_terms.split(","))
        if words(term) <= words(command.title)
    ]
    assert not repeated


def test_registered_icons_exist_for_every_command_of_a_menu(registered: list[Command]) -> None:
    ids = {command.id for command in registered}
    for name in commands.REGISTRY.menus():
        assert {command.id for command in commands.REGISTRY.menu_commands(name)} <= ids


def test_key_sheet_lists_every_registered_shortcut_of_all_rooms(registered: list[Command]) -> None:
    shown = {(title.partition(", ")[0], keys) for _group, title, keys in shortcut_rows()}
    assert {
        (command.text.partition(", ")[0], tuple(map(key_cap, command.shortcuts)))
        for command in registered
        if command.shortcuts
    } <= shown


@pytest.mark.parametrize(
    ("keys", "shown"),
    [("Del", "Delete"), ("Ctrl+Return", "Ctrl Enter"), ("Ctrl++", "Ctrl +"), ("Shift+Del", "Shift Delete"), ("D", "D")],
)
def test_key_cap_calls_each_key_by_one_name(keys: str, shown: str) -> None:
    assert key_cap(keys) == shown


@pytest.mark.parametrize(
    ("room", "first"), [("bench", "Dongles"), ("studio", "Edit"), ("admin", "People"), ("", "Dongles")]
)
def test_key_sheet_in_a_room_begins_with_its_groups_and_keeps_the_order_of_all(
    registered: list[Command], room: str, first: str
) -> None:
    groups = list(dict.fromkeys(line[0] for line in shortcut_rows(room)))
    assert groups[0] == first
    own = {command.group.value for command in registered if command.room == room}
    shown = [group.value for group in CommandGroup if group.value in groups]
    assert groups == sorted(shown, key=lambda group: group not in own)


def test_key_sheet_groups_of_a_room_name_it(registered: list[Command]) -> None:
    rows = shortcut_rows("studio", registered, {"studio": "Studio", "bench": "Bench"})
    groups = {(group, title) for group, title, _keys in rows}
    assert {("Studio: Edit", "Undo"), ("Studio: Explore", "Undo"), ("Window", "Quit Benchboard")} <= groups
    of_rooms = {group.partition(": ")[0] for group, _title in groups if ": " in group}
    assert of_rooms == {"Studio", "Bench"}


def test_key_sheet_order_of_groups_does_not_depend_on_the_order_of_registration(registered: list[Command]) -> None:
    def groups(registry: list[Command]) -> list[str]:
        return list(dict.fromkeys(line[0] for line in shortcut_rows("studio", registry)))

    assert groups(registered) == groups(registered[::-1])


def test_shortcuts_of_qt_are_made_in_one_place(registered: list[Command]) -> None:
    package = Path(commands.__file__).parent
    assert [path.name for path in package.rglob("*.py") if "QShortcut(" in path.read_text()] == ["commands.py"]


_KEYS_IN_TEXT = re.compile(r"\b(Ctrl|Alt|Shift) (?!Enter)(?:[A-Z0-9]|F\d+)\b|\bF\d{1,2}\b")
"""A shortcut in a sentence or on a key cap. Ctrl Enter is a dialog's own key, no command's."""


def _shown_texts(tree: ast.AST) -> Iterator[str]:
    """What the user may read: the arguments of `_` and of parts that show a key."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.value


def test_hints_of_shortcuts_come_from_the_commands() -> None:
    ui = Path(commands.__file__).parent
    written = [
        (path.name, text)
        for path in sorted(ui.rglob("*.py"))
        if not path.stem.endswith("_commands") and path.parent.name != "gallery"
        for text in _shown_texts(ast.parse(path.read_text(encoding="utf-8")))
        if _KEYS_IN_TEXT.search(text)
    ]
    assert not written


def test_shortcut_sheet_has_no_two_rows_of_one_title_in_a_group(registered: list[Command]) -> None:
    rows = [(group, title) for group, title, _keys in shortcut_rows(commands=registered)]
    assert [row for row in rows if rows.count(row) > 1] == []
