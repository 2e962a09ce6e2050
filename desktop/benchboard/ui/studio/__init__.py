"""Studio: dashboards, to view and to edit, and the data they show."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from benchboard.i18n import N_, _
from benchboard.paging import Listing
from benchboard.ui.commands import Handler, Handlers
from benchboard.ui.sections import Room, RoomView, SearchResult
from benchboard.ui.studio import studio_commands as studio_commands  # registers them
from benchboard.ui.studio.data import data_commands as data_commands  # likewise

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

    from benchboard.ui.context import Context
    from benchboard.ui.tasks import DatabaseSession

_MAX_RESULTS: Final = 8
"""Most dashboards, data sources and data models that the command palette lists for a search."""
_MOST_RECENT: Final = 5
"""Most dashboards that it lists without a search."""


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


def _data(context: "Context") -> "QWidget":
    from benchboard.ui.studio.data.data_view import DataView  # likewise

    return DataView(context, explores=any(view.key == "explore" for view in ROOM.views))


def _models(context: "Context") -> "QWidget":
    from benchboard.ui.studio.data.data_models.models_view import ModelsView  # likewise

    return ModelsView(context)


def _explore(context: "Context") -> "QWidget":
    from benchboard.ui.studio.data.explore.explore_view import ExploreView  # likewise

    return ExploreView(context)


def _handlers(context: "Context") -> Handlers:
    """The commands of Studio that can be run from any room."""
    return {
        "studio.new_dashboard": Handler(partial(context.go, "studio/dashboards/new")),
        "studio.models.new": Handler(partial(context.go, "studio/models/!new"), partial(_why_no_model, context)),
        "studio.show_trash": Handler(partial(context.go, "studio/dashboards/trash")),
        "studio.show_favourites": Handler(partial(context.go, "studio/dashboards/favourites")),
        "studio.show_recent": Handler(partial(context.go, "studio/dashboards/recent")),
        "studio.folders.create": Handler(partial(context.go, "studio/dashboards/folder")),
        "studio.import_dashboard": Handler(partial(context.go, "studio/dashboards/import")),
        "studio.add_data": Handler(
            partial(context.go, "studio/data/!add"), partial(_why_no_data, context), has_key=False
        ),
        **{
            f"studio.add_{kind}": Handler(partial(context.go, f"studio/data/!{kind}"), partial(_why_no_data, context))
            for kind in ("postgresql", "mysql", "rest_api")
        },
        "studio.add_can_live": Handler(
            partial(context.go, "studio/data/!can_live"), partial(_why_no_live_bus, context)
        ),
    }


def _why_no_data(context: "Context") -> str:
    """Why this person can't add data; empty if they can."""
    from benchboard.identity.permissions import has_permission

    return "" if has_permission(context.actor, "sources:write") else _("Your role can't change data sources.")


def _why_no_live_bus(context: "Context") -> str:
    """Why this person can't add the signals of a live bus; empty if they can."""
    from benchboard.identity.permissions import has_permission

    return _why_no_data(context) or (
        "" if has_permission(context.actor, "dongles:read") else _("Your role can't see dongles.")
    )


def _why_no_model(context: "Context") -> str:
    """Why this person can't create data models; empty if they can."""
    from benchboard.identity.permissions import has_permission

    return "" if has_permission(context.actor, "sources:write") else _("Your role can't change data models.")


def _start(context: "Context") -> None:
    """Let files be dropped on the window, once the shell is in it."""
    from PySide6.QtCore import QTimer

    QTimer.singleShot(0, context.status, partial(_accept_drops, context))


def _accept_drops(context: "Context") -> None:
    from benchboard.ui.studio.data.file_drop import FileDrop
    from benchboard.ui.widgets import Scrim

    def why_not() -> str | None:
        has_dialog = any(scrim.isVisible() for scrim in context.status.window().findChildren(Scrim))
        return _why_no_data(context) if context.problems.room == "studio" and not has_dialog else None

    def dropped(paths: "list[Path]") -> None:
        from benchboard.ui.studio.data.data_view import DataView

        context.go("studio/data")
        for view in context.status.window().findChildren(DataView):
            view.import_paths(paths)

    FileDrop(context.status.window(), context.status, why_not, dropped)


def _search(context: "Context", session: "DatabaseSession", text: str) -> Sequence[SearchResult]:
    """The first dashboards, data sources and data models with `text` in their names."""
    from benchboard.analytics import model_services
    from benchboard.analytics.sources import services
    from benchboard.dashboards import library
    from benchboard.identity.permissions import has_permission

    page = library.list_dashboards(
        session, context.actor, library.everything(context.actor, Listing(text)), limit=_MAX_RESULTS
    )
    found = [
        SearchResult(card.name, f"studio/dashboards/{card.id}", card.owner, "ph.squares-four", _("Dashboards"))
        for card in page.rows
    ]
    if has_permission(context.actor, "sources:read"):
        sources = services.list_sources(session, context.actor, Listing(text), limit=_MAX_RESULTS)
        found += [
            SearchResult(source.name, f"studio/data/{source.id}", _("Data source"), "ph.database", _("Data"))
            for source in sources.rows
        ]
        models = model_services.list_models(session, context.actor, Listing(text), limit=_MAX_RESULTS)
        found += [
            SearchResult(model.name, f"studio/models/{model.id}", _("Data model"), "ph.tree-structure", _("Data"))
            for model in models.rows
        ]
    return found


def _recent(context: "Context", session: "DatabaseSession") -> Sequence[SearchResult]:
    """The dashboards that the user opened last."""
    from benchboard.dashboards import library
    from benchboard.ui.time_format import relative_time

    listing = Listing(filters={"which": "recent"}, sort="opened_at", descending=True)
    page = library.list_dashboards(session, context.actor, listing, limit=_MOST_RECENT)
    return [
        SearchResult(
            card.name, f"studio/dashboards/{card.id}",
            _("opened {when}").format(when=relative_time(card.opened_at or card.updated_at)), "ph.squares-four",
        )
        for card in page.rows
    ]  # fmt: skip


ROOM = Room(
    "studio",
    N_("Studio"),
    "ph.squares-four",
    "studio:enter",
    (
        RoomView("home", N_("Home"), _home),
        RoomView(
            "dashboards", N_("Dashboards"), _dashboards, N_("all dashboards, list of dashboards"), first_page="list"
        ),
        RoomView("data", N_("Data"), _data),
        RoomView("models", N_("Models"), _models),
        RoomView(
            "explore",
            N_("Explore"),
            _explore,
            N_("explore data, query, analyse, analyze, ask, chart, build, SQL, new query"),
        ),
    ),
    _handlers,
    _search,
    _start,
    recent=_recent,
)
