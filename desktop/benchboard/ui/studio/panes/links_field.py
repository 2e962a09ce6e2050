"""The inspector's section with the dashboards that a widget leads to."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.dashboards import library
from benchboard.dashboards.document.widget_links import LINKS, MOST_LINKS, linked_dashboards
from benchboard.i18n import _
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.widgets import Button, Paragraph
from benchboard.ui.widgets.labels import Elided

if TYPE_CHECKING:
    from benchboard.ui.context import Context


class LinksField(QWidget):
    """A row for each link, with a button that removes it, and below them the button that adds one. The names follow
    the database."""

    def __init__(self, context: "Context", editor: Editor, item_id: str, run: Callable[[str], object]) -> None:
        super().__init__()
        self._context, self._editor, self._id = context, editor, item_id
        self._names: dict[str, str | None] = {}
        """The names of the dashboards that were read, by their ids; None for one that the user can't open."""
        self._asked: frozenset[str] = frozenset()
        self._shown: tuple[tuple[str, str], ...] | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        about = _("A click on a value offers these dashboards, filtered by it and by this page's filters.")
        self._column.addWidget(Paragraph(about, "caption", "muted"))
        self._add = Button(
            _("Link to dashboard"), lambda: run("studio.link_dashboard"), icon="ph.plus", size="sm",
            name="inspector_link",
        )  # fmt: skip
        self._column.addWidget(self._add, 0, Qt.AlignmentFlag.AlignLeft)
        self._rows: list[QWidget] = []
        context.changed.watch(self, {"dashboards"}, self._read)
        self.refresh()

    def refresh(self) -> None:
        """Show the links of the widget."""
        ids = self._ids()
        if not self._asked.issuperset(ids):
            self._read()
        self._show()

    def _ids(self) -> tuple[str, ...]:
        there = self._id in self._editor.page.paths
        return linked_dashboards(self._editor.widget(self._id).config) if there else ()

    def _read(self) -> None:
        ids, actor = self._ids(), self._context.actor
        self._asked = frozenset(ids)
        if ids:
            self._context.tasks.read(
                self,
                lambda session: library.names(session, actor, ids),
                partial(self._named, ids),
                self._context.problems.show,
            )

    def _named(self, ids: Sequence[str], names: Mapping[str, str]) -> None:
        self._names |= {one: names.get(one) for one in ids}
        self._show()

    def _show(self) -> None:
        gone = _("In the trash, deleted or not shared with you")
        rows = tuple((one, gone if (name := self._names.get(one, "")) is None else name) for one in self._ids())
        self._add.setVisible(len(rows) < MOST_LINKS)
        if rows == self._shown:
            return
        self._shown = rows
        for old in self._rows:
            self._column.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._rows = [self._row(place, *row) for place, row in enumerate(rows)]
        for place, row in enumerate(self._rows):
            self._column.insertWidget(1 + place, row)

    def _row(self, place: int, dashboard_id: str, name: str) -> QWidget:
        holder = QWidget(self)
        line = QHBoxLayout(holder)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        line.addWidget(Elided(name, "body"), 1)
        tip = _("Remove link to “{name}”").format(name=name)
        line.addWidget(
            Button("", partial(self._remove, dashboard_id), kind="quiet", icon="ph.x", size="sm", tip=tip,
                   name=f"inspector_unlink_{place}")
        )  # fmt: skip
        return holder

    def _remove(self, dashboard_id: str) -> None:
        left = [one for one in self._ids() if one != dashboard_id]
        self._editor.set_property(self._id, f"config.{LINKS}", left or None)
        self._add.setFocus(Qt.FocusReason.OtherFocusReason)
