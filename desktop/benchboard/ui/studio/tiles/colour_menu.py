"""The menus that give a series one of the theme's colours of charts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtWidgets import QWidget

from benchboard.i18n import N_, _
from benchboard.ui.theme import theme
from benchboard.ui.widgets.menus import Menu

_NAMES: Final = (
    N_("Blue"), N_("Orange"), N_("Teal"), N_("Pink"), N_("Violet"), N_("Cyan"), N_("Olive"), N_("Green"),
)  # fmt: skip
"""What the colours are called, in the order of `series_settings.PALETTE`."""


_CARET: Final = 24
"""Pixels of the mark at the right of a menu inside a menu."""


@dataclass(frozen=True, slots=True)
class ColourChoice:
    """The colours that somebody chose, and what chooses another one; with None, the colour that a series has by itself.
    `names`: what the settings call each series, and its name."""

    names: Sequence[tuple[str, str]]
    own: Mapping[str, int]
    choose: Callable[[str, int | None], object]


def colour_name(number: int) -> str:
    """What a colour of the palette is called."""
    return _(_NAMES[number])


def add_colours(menu: Menu, choice: ColourChoice) -> None:
    """Add a menu of colours for each series; of the only one, without its name."""
    if len(choice.names) == 1:
        menu.addMenu(colour_menu(menu, _("Colour"), choice.names[0][0], choice))
        return
    several = Menu(menu, _("Colour"))
    several.setObjectName("legend_colours")
    for key, name in choice.names:
        several.addMenu(colour_menu(several, name.replace("&", "&&"), key, choice))
    several.setMinimumWidth(several.sizeHint().width() + _CARET)
    menu.addMenu(several)


def colour_menu(parent: QWidget, title: str, key: str, choice: ColourChoice) -> Menu:
    """The colours for a series; the one that it has is checked."""
    menu, now = Menu(parent, title), choice.own.get(key)
    menu.setObjectName("series_colour")
    for number, name in enumerate(_NAMES):
        action = menu.addAction(_(name))
        action.setProperty("swatch", theme().chart(number))
        action.setCheckable(True)
        action.setChecked(number == now)
        action.triggered.connect(lambda _on=False, number=number: choice.choose(key, number))
    menu.addSeparator()
    by_itself = menu.addAction(_("Automatic"))
    by_itself.setCheckable(True)
    by_itself.setChecked(now is None)
    by_itself.triggered.connect(lambda _on=False: choice.choose(key, None))
    return menu
