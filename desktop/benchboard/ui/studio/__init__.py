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
    from benchboard.ui.studio.page import StudioPage  # late: the window opens before anybody needs it
    from benchboard.ui.studio.shelf import HomeShelf

    page = StudioPage(context, HomeShelf(context.actor))
    page.setObjectName("studio_home")
    return page


def _dashboards(context: "Context") -> "QWidget":
    from benchboard.ui.studio.dashboards import Dashboards  # likewise

    return Dashboards(context)


def _commands(context: "Context") -> Sequence[Command]:
    from benchboard.dashboards.catalogue import KINDS
    from benchboard.ui.studio.acts import ACTS

    # The empty place is the one in front, or the one somebody was at last.
    acts = [
        Command(_(act.title), partial(context.go, f"studio//do/{act.key}"), "", act.icon, *act.keys[:1])
        for act in ACTS
        if act.icon
    ]
    kinds = [
        Command(
            _("Add widget: {title}").format(title=_(kind.title).lower()),
            partial(context.go, f"studio//add/{kind.type}"),
            _("Puts it in the first free place of the page"),
            kind.icon,
        )
        for kind in KINDS
    ]
    new = Command(_("New dashboard"), partial(context.go, "studio/dashboards/new"), "", "ph.plus")
    return [new, *acts, *kinds]


ROOM = Room(
    "studio",
    N_("Studio"),
    "ph.squares-four",
    "studio:enter",
    (Place("home", N_("Home"), _home), Place("dashboards", N_("Dashboards"), _dashboards)),
    _commands,
)
