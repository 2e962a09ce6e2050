"""How the database would run the query: the steps as a tree, each above those whose rows it takes."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.queries import explain_query
from benchboard.analytics.query_plan import PlanStep, QueryPlan, rows_text
from benchboard.errors import AppError, Cancelled
from benchboard.i18n import _
from benchboard.ui.studio.data.explore.exploration import Exploration
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.widgets import Paragraph, Text
from benchboard.ui.widgets.accessible import announce
from benchboard.ui.widgets.labels import Tone, plain_tooltip
from benchboard.ui.widgets.surfaces import set_surface

if TYPE_CHECKING:
    from benchboard.ui.context import Context


class PlanPane(QWidget):
    """The plan of the query. It is asked for while it is shown, after each run; the query isn't run for it."""

    def __init__(self, context: "Context", exploration: Exploration) -> None:
        super().__init__()
        set_surface(self, "surface")
        self.setAccessibleName(_("Plan"))
        self._context, self._exploration = context, exploration
        self._token = CancelToken()
        self._asked: object = None
        """The query whose plan is shown or asked for."""
        self._failure: AppError | None = None
        """Why there is no plan."""
        self._error_in_sql = ""
        self.tree = QTreeWidget()
        self.tree.setObjectName("explore_plan_steps")
        self.tree.setAccessibleName(_("Steps of the plan"))
        self.tree.setProperty("lines", True)
        self.tree.setHeaderHidden(True)
        self.tree.setColumnCount(2)
        self.tree.setTabKeyNavigation(False)
        self.tree.header().setStretchLastSection(False)
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.summary = Paragraph("", "caption", "secondary")
        self.summary.setObjectName("explore_plan_summary")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 12, 8)
        column.setSpacing(8)
        column.addWidget(Text(_("Plan"), "body_strong"))
        column.addWidget(self.summary)
        column.addWidget(self.tree, 1)
        column.addStretch(0)  # while there is no tree, the sentence stays above
        exploration.changed.connect(self._refresh)
        exploration.result_changed.connect(self._refresh)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._token.cancel()
        self._asked = None

    def _refresh(self) -> None:
        state, variables, actor = self._exploration.state, self._exploration.variables(), self._context.actor
        # Once the run has begun, so that not each letter asks the database.
        if not self.isVisible() or self._exploration.waiting:
            return
        asked = (state.text, state.source_id, state.time_range)
        if asked == self._asked:
            return
        self._asked = asked
        self._token.cancel()
        token = self._token = CancelToken()
        if not state.text.strip():
            self._show_text(_("No query yet."), "muted")
            return
        self._show_text(_("Reading the plan…"), "muted", with_tree=True)

        def op(session: DatabaseSession) -> QueryPlan:
            return explain_query(
                session,
                actor,
                state.text,
                cancel_token=token,
                variables=variables,
                source_id=state.source_id or None,
            )

        def failed(error: AppError) -> None:
            if token is self._token and not isinstance(error, Cancelled):
                self._failure = error
                self._show_failure()

        self._context.tasks.read(
            self, op, lambda plan: self._show(plan) if token is self._token else None, failed, long=True
        )

    def hide_error(self, error: AppError | None) -> None:
        """Leave an error that the SQL editor shows to that; None: it shows none."""
        self._error_in_sql = error.what if error is not None else ""
        self._show_failure()

    def _show_failure(self) -> None:
        error = self._failure
        if error is None:
            return
        if error.what == self._error_in_sql:
            self._show_text(_("No plan: the query has an error."), "muted")
        else:
            self._show_text(" ".join(part for part in (error.what, error.why, error.do) if part), "error")
        self._failure = error

    def _show_text(self, text: str, tone: Tone, *, with_tree: bool = False) -> None:
        self._failure = None
        self.tree.clear()
        self.tree.setVisible(with_tree)  # hidden, it would lose the focus
        self.summary.setText(text)
        self.summary.set_tone(tone)

    def _show(self, plan: QueryPlan) -> None:
        text = _("The query isn't run for this.")
        if any(step.rows is not None for step in plan.walk()):
            text = _("The query isn't run for this. The numbers are what the database expects.")
        if plan.read_rows is not None:
            text = _("{rows} to read.").format(rows=rows_text(plan.read_rows)) + " " + text
            text = text[:1].upper() + text[1:]
        if not plan.steps:
            text = _("The query reads no table.")
        self._show_text(text, "secondary", with_tree=bool(plan.steps))
        for step in plan.steps:
            self.tree.addTopLevelItem(_item(step))
        self.tree.expandAll()
        if (first := self.tree.topLevelItem(0)) is not None:
            self.tree.setCurrentItem(first)
        announce(self, text)


def _item(step: PlanStep) -> QTreeWidgetItem:
    item = QTreeWidgetItem([step.title, step.note])
    item.setData(0, Qt.ItemDataRole.AccessibleTextRole, f"{step.title}, {step.note}" if step.note else step.title)
    item.setToolTip(0, plain_tooltip(step.title))
    for one in step.steps:
        item.addChild(_item(one))
    return item
