"""The links of widgets to dashboards: adding them, and opening a dashboard with the filters of the page."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from PySide6.QtCore import QObject
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QWidget

from benchboard.dashboards import library
from benchboard.dashboards.document.widget_kinds import WidgetContent
from benchboard.dashboards.document.widget_links import LINKS, linked_dashboards
from benchboard.dashboards.editing.reader_filters import PointSelection
from benchboard.i18n import _
from benchboard.ui.studio.canvas.canvas import Canvas
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.panes.dashboard_picker import DashboardPicker
from benchboard.ui.widgets.menus import Menu, add_action

if TYPE_CHECKING:
    from benchboard.ui.context import Context
    from benchboard.ui.tasks import DatabaseSession


@runtime_checkable
class LinkedPage(Protocol):
    """The page of a dashboard."""

    editor: Editor

    def when_loaded(self, action: Callable[[], object]) -> None: ...


@runtime_checkable
class HasLinkedPages(Protocol):
    """The view with the pages of dashboards."""

    def page_of(self, dashboard_id: str) -> LinkedPage: ...


class DashboardLinks(QObject):
    """Adds links to the widgets of a canvas, and opens the dashboards that they lead to."""

    def __init__(
        self, context: "Context", canvas: Canvas, dashboard_id: str | None, place: Callable[[], QWidget]
    ) -> None:
        """`dashboard_id` is that of the page itself; at `place`, the dashboards are listed to choose one."""
        super().__init__(canvas)
        self._context, self._canvas, self._own_id, self._place = context, canvas, dashboard_id, place
        canvas.link_requested.connect(self._choose)
        canvas.linked_requested.connect(self._offer)

    def names(self, session: "DatabaseSession", widget: WidgetContent) -> Mapping[str, str]:
        """The names of those dashboards that a widget leads to and that the user may see, by their ids, in order."""
        ids = linked_dashboards(widget.config)
        found = library.names(session, self._context.actor, ids) if ids else {}
        return {one: found[one] for one in ids if one in found}

    def open(self, dashboard_id: str, point: Sequence[PointSelection] = ()) -> None:
        """Open a dashboard with the filters of this page, and the value that was clicked."""
        view = self._context.view("studio/dashboards")
        if isinstance(view, HasLinkedPages):
            page, passed = view.page_of(dashboard_id), self._canvas.editor.passed_filters(point)
            page.when_loaded(partial(page.editor.receive_filters, passed))
            self._context.go(f"studio/dashboards/{dashboard_id}")

    def _choose(self, item_id: str) -> None:
        """List the dashboards that a widget could lead to."""
        editor = self._canvas.editor
        linked = linked_dashboards(editor.widget(item_id).config)

        def add(dashboard_id: str) -> None:
            if item_id in editor.page.paths:
                editor.set_property(item_id, f"config.{LINKS}", [*linked, dashboard_id])

        taken = {*linked, *([self._own_id] if self._own_id is not None else [])}
        picker = DashboardPicker(self._context, self._anchor(), _("Link to dashboard"), taken)
        picker.chosen.connect(add)
        picker.open()

    def _anchor(self) -> QWidget:
        """The button that adds a link, where it is shown; else the page."""
        button = self._place().findChild(QWidget, "inspector_link")
        return button if button is not None and button.isVisible() else self._canvas

    def _offer(self, item_id: str) -> None:
        """Open the dashboard that a widget leads to; of several, list them."""
        widget = self._canvas.editor.widget(item_id)

        def show(names: Mapping[str, str]) -> None:
            if not names:
                self._context.problems.refuse(
                    _("The linked dashboards are in the trash, deleted or not shared with you.")
                )
            elif len(names) == 1:
                self.open(next(iter(names)))
            else:
                self._list(names)

        self._context.tasks.read(self, lambda session: self.names(session, widget), show, self._context.problems.show)

    def _list(self, names: Mapping[str, str]) -> None:
        shown = Menu(self._canvas, _("Open linked dashboard"))
        shown.setObjectName("linked_dashboards")
        for place, (dashboard_id, name) in enumerate(names.items()):
            title = name.replace("&", "&&")
            add_action(shown, f"linked_{place}", title, "ph.squares-four", partial(self.open, dashboard_id))
        shown.aboutToHide.connect(shown.deleteLater)
        shown.popup(QCursor.pos())
