"""The layouts of dashboards that aren't open, to count the pages that each has when it is presented."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from benchboard.dashboards import library
from benchboard.dashboards.editing import state
from benchboard.dashboards.editing.view import repeats_anything
from benchboard.dashboards.layout import Layout
from benchboard.errors import AppError
from benchboard.identity import permissions
from benchboard.identity.permissions import Actor


def page_layouts(session: Session, actor: Actor, dashboard_ids: Collection[str]) -> dict[str, Layout]:
    """The layout of each dashboard's desktop page as it is shown when opened.

    Those are left out that can't be read, and those whose layout depends on the values of variables.
    """
    permissions.require(actor, "studio:enter")
    layouts = {}
    for dashboard_id in dashboard_ids:
        try:
            document = library.get_dashboard(session, actor, dashboard_id).document
        except AppError:  # opening it says why
            continue
        if not repeats_anything(document):
            layouts[dashboard_id] = state.load(state.initial(), document).view.layout
    return layouts
