"""Studio: dashboards, to view and to edit."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from benchboard.i18n import N_
from benchboard.paging import Listing
from benchboard.ui.commands import Handler, Handlers
from benchboard.ui.sections import Room, RoomView, SearchResult
from benchboard.ui.studio import studio_commands as studio_commands  # registers them

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from benchboard.ui.context import Context
    from benchboard.ui.tasks import DatabaseSession

_MAX_RESULTS: Final = 8
"""Most dashboards that the command palette lists for a search."""


def _home(context: "Context") -> "QWidget":
    from benchboard.ui.studio.cross_page_drag import (
        CrossPageDrag,
        SinglePage,
    )  # imported when first used, so that the window opens sooner
    from benchboard.ui.studio.document.document_store import HomeStore
    from benchboard.ui.studio.editor_page import StudioPage
    from benchboard.ui.studio.page_commands import PageCommands

    page = StudioPage(context, HomeStore(context.actor), PageCommands)
    page.setObjectName("studio_home")
    SinglePage(page, CrossPageDrag.of(context))
    return page


def _dashboards(context: "Context") -> "QWidget":
    from benchboard.ui.studio.dashboards_view import DashboardsView  # likewise

    return DashboardsView(context)


def _handlers(context: "Context") -> Handlers:
    """The commands of Studio that can be run from any room."""
    return {
        "studio.new_dashboard": Handler(partial(context.go, "studio/dashboards/new")),
        "studio.import_dashboard": Handler(partial(context.go, "studio/dashboards/import")),
    }


def _search(context: "Context", session: "DatabaseSession", text: str) -> Sequence[SearchResult]:
    """The first dashboards with `text` in their names."""
    from benchboard.dashboards import library

    page = library.list_dashboards(
        session, context.actor, library.everything(context.actor, Listing(text)), limit=_MAX_RESULTS
    )
    return [
        SearchResult(card.name, f"studio/dashboards/{card.id}", card.owner, "ph.squares-four") for card in page.rows
    ]


ROOM = Room(
    "studio",
    N_("Studio"),
    "ph.squares-four",
    "studio:enter",
    (RoomView("home", N_("Home"), _home), RoomView("dashboards", N_("Dashboards"), _dashboards)),
    _handlers,
    _search,
)
