"""Studio: dashboards to look at and to arrange."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from benchboard.i18n import N_, _
from benchboard.paging import Listing
from benchboard.ui.rooms import Command, Place, Room

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from benchboard.ui.context import Context
    from benchboard.ui.tasks import DatabaseSession

_FOUND: Final = 8
"""Dashboards the palette offers for what is written."""


def _home(context: "Context") -> "QWidget":
    from benchboard.ui.studio.crossing import Crossing, OnePage  # late: the window opens before anybody needs it
    from benchboard.ui.studio.document.shelf import HomeShelf
    from benchboard.ui.studio.page import StudioPage

    page = StudioPage(context, HomeShelf(context.actor))
    page.setObjectName("studio_home")
    OnePage(page, Crossing.of(context))
    return page


def _dashboards(context: "Context") -> "QWidget":
    from benchboard.ui.studio.dashboards import Dashboards  # likewise

    return Dashboards(context)


def _commands(context: "Context") -> Sequence[Command]:
    from benchboard.dashboards.catalogue import KINDS
    from benchboard.ui.studio.document.acts import ACTS
    from benchboard.ui.studio.document.actwords import WORDS

    # The empty place is the one in front, or the one somebody was at last.
    acts = [
        Command(
            _(act.title),
            partial(context.go, f"studio//do/{act.key}"),
            icon=act.icon,
            keys=next(iter(act.keys), ""),
            words=WORDS[act.key],
        )
        for act in ACTS
        if act.icon
    ]
    kinds = [
        Command(
            _("Add widget: {title}").format(title=_(kind.title).lower()),
            partial(context.go, f"studio//add/{kind.type}"),
            _("Puts it in the first free place of the page"),
            kind.icon,
            words=N_("insert, new widget, new panel"),
        )
        for kind in KINDS
    ]
    many = (
        Command(
            _("New dashboard"),
            partial(context.go, "studio/dashboards/new"),
            icon="ph.plus",
            words=N_("create, make, blank, empty"),
        ),
        Command(
            _("Import a dashboard"),
            partial(context.go, "studio/dashboards/import"),
            icon="ph.upload-simple",
            words=N_("bring in, load, upload, open file, Grafana, JSON"),
        ),
    )
    return [*many, *acts, *kinds]


def _finds(context: "Context", session: "DatabaseSession", text: str) -> Sequence[Command]:
    """The dashboards with `text` in their names, a few."""
    from benchboard.dashboards import library

    page = library.list_dashboards(session, context.actor, Listing(text), limit=_FOUND)
    return [
        Command(card.name, partial(context.go, f"studio/dashboards/{card.id}"), card.owner, "ph.squares-four")
        for card in page.rows
    ]


ROOM = Room(
    "studio",
    N_("Studio"),
    "ph.squares-four",
    "studio:enter",
    (Place("home", N_("Home"), _home), Place("dashboards", N_("Dashboards"), _dashboards)),
    _commands,
    _finds,
)
