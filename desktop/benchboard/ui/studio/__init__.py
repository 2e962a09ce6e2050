"""Studio: dashboards to look at and to arrange."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from benchboard.i18n import N_, _
from benchboard.ui.rooms import Command, Place, Room

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from benchboard.ui.context import Context


def _home(context: "Context") -> "QWidget":
    from benchboard.ui.studio.page import HomePage  # late: the window opens before anybody needs it

    return HomePage(context)


def _commands(context: "Context") -> Sequence[Command]:
    from benchboard.dashboards.catalogue import KINDS
    from benchboard.ui.studio.acts import ACTS

    acts = [
        Command(_(act.title), partial(context.go, f"studio/home/do/{act.key}"), "", act.icon, *act.keys[:1])
        for act in ACTS
        if act.icon
    ]
    kinds = [
        Command(
            _("Add widget: {title}").format(title=_(kind.title).lower()),
            partial(context.go, f"studio/home/add/{kind.type}"),
            _("Puts it in the first free place of your home page"),
            kind.icon,
        )
        for kind in KINDS
    ]
    return [*acts, *kinds]


ROOM = Room("studio", N_("Studio"), "ph.squares-four", "studio:enter", (Place("home", N_("Home"), _home),), _commands)
