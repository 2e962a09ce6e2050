"""Commands: named actions of the user, with optional shortcuts. In all rooms the registry feeds the command palette
(commands with an icon) and the shortcuts dialog (those with keys); the menus (context menus by `command_menu`) and
Studio's toolbars are made from it too.

A room registers its commands once, as data. What a command does, and whether it can be run now, is up to the `Handler`
of the room or of the current view: a command without a handler is not available there.
"""

from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from functools import partial
from typing import Final, NamedTuple

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from benchboard.i18n import N_, _


# What the window loads before it is shown are named tuples: the code of a dataclass is generated and compiled at each
# start, which takes four times as long.
class CommandScope(NamedTuple):
    """Where shortcuts are active: on which widget, and what must have the focus.

    The widget may be inside that of the `parent`; then the parent's shortcuts are active there too, so the two share no
    keys. `context` is None if the widget handles its key presses itself: Qt sends those to the innermost widget first,
    so that a list or field inside can use the same keys (arrows, Enter, Esc).
    """

    name: str
    parent: "CommandScope | None" = None
    context: Qt.ShortcutContext | None = Qt.ShortcutContext.WidgetWithChildrenShortcut
    repeats: bool = True
    """Whether holding a key repeats its command."""

    def chain(self) -> tuple["CommandScope", ...]:
        """This scope and those around it, from the inside out."""
        return (self, *(self.parent.chain() if self.parent is not None else ()))


WINDOW: Final = CommandScope("window", None, Qt.ShortcutContext.WindowShortcut, repeats=False)
"""Whatever the window shows: also on the sign-in screen, and behind a dialog."""
SHELL: Final = CommandScope("shell", WINDOW, Qt.ShortcutContext.WindowShortcut, repeats=False)
"""The window of a signed-in user, unless a dialog is open."""


class CommandGroup(Enum):
    """The groups of the shortcuts dialog in order, though those of the current room come first."""

    DONGLES = N_("Dongles")
    TIMING = N_("Bit timing")
    LIVE = N_("Live bus")
    RECORDINGS = N_("Recordings")
    PAIRING = N_("Pairing")
    EDIT = N_("Edit")
    NAVIGATE = N_("Navigate")
    VIEW = N_("View")
    SELECTION = N_("Selection")
    ARRANGE = N_("Arrange")
    CONTAINERS = N_("Rows, groups and tabs")
    TABLE = N_("Inside a table")
    OUTLINE = N_("In the outline")
    TIME = N_("Time range and filters")
    SHARE = N_("Present, export and share")
    TABS = N_("Open dashboards")
    VERSIONS = N_("Versions")
    CONFLICTS = N_("Conflicts")
    VARIABLES = N_("Variables")
    DASHBOARDS = N_("Dashboards")
    DATA = N_("Data")
    IMPORT = N_("Importing a file")
    MODELS = N_("Data models")
    EXPLORE = N_("Explore")
    PEOPLE = N_("People")
    ROLES = N_("Roles")
    TEAMS = N_("Teams")
    INVITATIONS = N_("Invitations")
    SESSIONS = N_("Sessions")
    KEYS = N_("API keys")
    AUDIT = N_("Audit log")
    LISTS = N_("Lists")
    WINDOW = N_("Window")
    SIGN_IN = N_("Sign in")


class Command(NamedTuple):
    """A named action of the user. Texts are marked with `i18n.N_` and translated where they are shown.

    The id begins with the room (`studio.undo`). A command without an `icon` is not in the palette: it depends on the
    focus. The palette also finds it by its `search_terms`, separated by commas. `subject` is the word that replaces the
    title's `{subject}`; `when` is the condition under which its shortcuts are active. One of `danger` destroys
    something or takes it from someone: menus show it last, in red.
    """

    id: str
    title: str
    group: CommandGroup
    shortcuts: tuple[str, ...] = ()
    icon: str = ""
    search_terms: str = ""
    scope: CommandScope = SHELL
    when: str = ""
    subject: str = ""
    danger: bool = False

    @property
    def room(self) -> str:
        """The room that the command belongs to (`studio`): the first part of its id."""
        return self.id.partition(".")[0]

    @property
    def name(self) -> str:
        """The last part of the id."""
        return self.id.rpartition(".")[2]

    @property
    def text(self) -> str:
        """The title in the language of the window."""
        title = _(self.title)
        return title.format(subject=_(self.subject).lower()) if self.subject else title

    @property
    def key(self) -> str:
        """The first shortcut as on a key cap; empty if there is none."""
        return key_cap(self.shortcuts[0]) if self.shortcuts else ""

    @property
    def tooltip(self) -> str:
        """The title with the first shortcut."""
        return f"{self.text} ({self.key})" if self.shortcuts else self.text


def _always() -> str:
    return ""


def _ignore(_reason: str) -> None:
    pass


class Handler(NamedTuple):
    """What a command does in the present context.

    `why_not` returns the reason why it can't be run now, as a sentence, or an empty text. `title` is its title in this
    context, if that isn't the command's own. `has_key` is whether the command's shortcut runs it in this context.
    """

    run: Callable[[], object]
    why_not: Callable[[], str] = _always
    title: str = ""
    subtitle: str = ""
    has_key: bool = True


Handlers = Mapping[str, Handler]
"""By the command's id."""


class MenuSection(NamedTuple):
    """Commands that form a section of a menu, by id. One with a `title` is a submenu."""

    ids: tuple[str, ...]
    title: str = ""


class CommandRegistry:
    """All commands, in the order they were registered, and the menus made from them."""

    def __init__(self) -> None:
        self._commands: dict[str, Command] = {}
        self._by_shortcut: dict[str, list[Command]] = {}
        self._menus: dict[str, tuple[MenuSection, ...]] = {}

    def __iter__(self) -> Iterator[Command]:
        return iter(self._commands.values())

    def __getitem__(self, command_id: str) -> Command:
        return self._commands[command_id]

    def register(self, *commands: Command) -> None:
        """Add commands. A duplicate id, or a shortcut that two commands share in one scope, is a bug."""
        for command in commands:
            if command.id in self._commands:
                raise ValueError(f"two commands are called {command.id}")
            for keys in command.shortcuts:
                for other in self._by_shortcut.setdefault(keys, []):
                    if _are_active_together(command, other) and not command.when and not other.when:
                        raise ValueError(f"{command.id} and {other.id} share {keys}")
                self._by_shortcut[keys].append(command)
            self._commands[command.id] = command

    def of_scope(self, scope: CommandScope) -> list[Command]:
        """The commands whose shortcuts are active in this scope, without those of the scopes around it."""
        return [command for command in self if command.scope == scope and command.shortcuts]

    def register_menu(self, name: str, *sections: MenuSection) -> None:
        """Define the commands of a menu. All of them must be registered."""
        if unknown := [
            command_id for section in sections for command_id in section.ids if command_id not in self._commands
        ]:
            raise ValueError(f"menu {name} has unknown commands: {', '.join(unknown)}")
        self._menus[name] = sections

    def menu(self, name: str) -> tuple[MenuSection, ...]:
        """The sections of a menu."""
        return self._menus[name]

    def menu_commands(self, name: str) -> list[Command]:
        """The commands of a menu, in order."""
        return [self[command_id] for section in self._menus[name] for command_id in section.ids]

    def menus(self) -> tuple[str, ...]:
        """The names of all menus."""
        return tuple(self._menus)


REGISTRY: Final = CommandRegistry()
"""The program's commands. Each room adds its own when it is imported."""


def _are_active_together(command: Command, other: Command) -> bool:
    """Whether there is a place where the shortcuts of both are active."""
    return command.scope in other.scope.chain() or other.scope in command.scope.chain()


_NEEDED_FIRST: Final[Mapping[CommandGroup, str]] = {
    **dict.fromkeys(
        (
            CommandGroup.EDIT, CommandGroup.NAVIGATE, CommandGroup.VIEW, CommandGroup.SELECTION, CommandGroup.ARRANGE,
            CommandGroup.CONTAINERS, CommandGroup.TIME, CommandGroup.SHARE, CommandGroup.VARIABLES,
        ),
        N_("Open a dashboard first."),
    ),
    CommandGroup.VERSIONS: N_("Open a dashboard first."),
    CommandGroup.EXPLORE: N_("Open Explore first."),
}  # fmt: skip
"""Where the commands of Studio's groups work."""


_OPEN_THERE: Final[Mapping[str, tuple[str, ...]]] = {
    N_("Open a dashboard first."): ("studio.find", "studio.versions_leave", "studio.merge_mine"),
    N_("Open Explore first."): ("studio.explore_run",),
}
"""Commands of which one is available where that is open already: others are missing for another reason."""


def needed_first(command: Command, handlers: Handlers) -> str:
    """What is to be opened first where a command isn't available, beside these; empty if that isn't known."""
    needed = _NEEDED_FIRST.get(command.group, "") if command.room == "studio" else ""
    return "" if any(one in handlers for one in _OPEN_THERE.get(needed, ())) else _(needed) if needed else ""


def key_cap(keys: str) -> str:
    """Keys as on a key cap: `Ctrl+S` → `Ctrl S`. Each key has one name, the one on most keyboards."""
    parts = [key for key in keys.split("+") if key] + (["+"] if keys.endswith("+") else [])
    return " ".join({"Return": "Enter", "Del": "Delete"}.get(key, key) for key in parts)


def spoken_keys(keys: str) -> str:
    """Keys of a key cap as they are read: `Ctrl ,` → `Ctrl Comma`."""
    return " ".join(_("Comma") if key == "," else key for key in keys.split(" "))


def is_key_of(event: QKeyEvent, command_id: str) -> bool:
    """Whether the keys that were pressed are a shortcut of a command."""
    pressed = QKeySequence(event.keyCombination())
    return any(pressed == QKeySequence(keys) for keys in REGISTRY[command_id].shortcuts)


def is_window_shortcut(event: QKeyEvent) -> bool:
    """Whether a key is a shortcut that works wherever the focus is, which what covers the view leaves to the window."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    pressed = QKeySequence(QKeyCombination(modifiers, Qt.Key(event.key())))
    # A sign such as ? may need Shift.
    plain = QKeySequence(event.key()) if modifiers == Qt.KeyboardModifier.ShiftModifier and event.text() else pressed
    everywhere = {keys for command in REGISTRY if command.scope in (WINDOW, SHELL) for keys in command.shortcuts}
    return any(QKeySequence(keys) in (pressed, plain) for keys in everywhere)


def run_handler(handler: Handler, reject: Callable[[str], object] = _ignore) -> None:
    """Run a command, or pass `reject` the reason why it can't be run now."""
    if why := handler.why_not():
        reject(why)
    else:
        handler.run()


def _run_by_key(handler: Handler, reject: Callable[[str], object]) -> None:
    """Run a command by its key. A menu that is open, in which the key may stand, closes first: else it would take the
    keys that are meant for what the command opens.
    """
    while isinstance(menu := QApplication.activePopupWidget(), QMenu):
        menu.close()
    run_handler(handler, reject)


def can_run(handlers: Handlers, command_id: str) -> bool:
    """Whether a command is available and can be run now: only then is its key shown."""
    handler = handlers.get(command_id)
    return handler is not None and not handler.why_not()


def install_shortcuts(
    widget: QWidget, scope: CommandScope, handlers: Handlers, reject: Callable[[str], object] = _ignore
) -> None:
    """Install the shortcuts of all commands of a scope on a widget, and of no others.

    Enter on the number pad counts as Enter. A command of the scope without a handler is a bug.
    """
    assert scope.context is not None, f"the widget of {scope.name} reads its keys itself"
    for command in REGISTRY.of_scope(scope):
        shortcuts = command.shortcuts
        for keys in dict.fromkeys((*shortcuts, *(keys.replace("Return", "Enter") for keys in shortcuts))):
            shortcut = QShortcut(QKeySequence(keys), widget)
            shortcut.setObjectName(command.id)
            shortcut.setContext(scope.context)
            shortcut.setAutoRepeat(scope.repeats)
            shortcut.activated.connect(partial(_run_by_key, handlers[command.id], reject))
