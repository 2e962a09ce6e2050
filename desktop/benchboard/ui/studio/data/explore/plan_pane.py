"""How the database would run the query: the steps as boxes, what to look at first, and the database's own text."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.plan_shares import PlanShares, percent_text, plan_warnings
from benchboard.analytics.queries import explain_query
from benchboard.analytics.query_plan import QueryPlan, plan_tree, rows_text
from benchboard.errors import AppError, Cancelled
from benchboard.i18n import _, in_sentence, quoted
from benchboard.ui.studio.data.explore.exploration import Exploration
from benchboard.ui.studio.data.explore.plan_diagram import PlanDiagram
from benchboard.ui.studio.data.explore.plan_words import in_words_of, with_known_rows
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Icon, Paragraph, SegmentedControl, Text
from benchboard.ui.widgets.accessible import announce
from benchboard.ui.widgets.labels import Tone
from benchboard.ui.widgets.surfaces import scroll_area, set_surface

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
        self._plan: QueryPlan | None = None
        """What the engine says, which is shown with what is known of it."""
        self._failure: AppError | None = None
        """Why there is no plan."""
        self._error_in_sql = ""
        self._waits_for_steps = False
        """Whether the focus goes to a step once there is one."""
        self.diagram = PlanDiagram()
        self._scroll = scroll_area(self.diagram)
        self._scroll.setWidgetResizable(False)
        self.diagram.setAutoFillBackground(False)  # a scroll area makes what it holds opaque
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.raw = QPlainTextEdit()
        self.raw.setObjectName("explore_plan_raw")
        self.raw.setReadOnly(True)
        self.raw.setAccessibleName(_("Plan as the database describes it"))
        self.raw.setTabChangesFocus(True)
        self.raw.setProperty("docked", "true")
        self.raw.setFont(theme().font("mono"))
        self._pages = QStackedWidget()
        self._pages.addWidget(self._scroll)
        self._pages.addWidget(self.raw)
        self._forms = SegmentedControl(
            [("steps", _("Steps")), ("text", _("Text"))],
            label=_("How the plan is shown"),
            icons={"steps": "ph.tree-structure", "text": "ph.text-align-left"},
        )
        self._forms.setObjectName("explore_plan_form")
        self._forms.selected.connect(self._show_form)
        self._advice_icon = Icon("ph.lightning", "warn")
        self.advice = Paragraph("", "body")
        self.advice.setObjectName("explore_plan_advice")
        self.summary = Paragraph("", "caption", "secondary")
        self.summary.setObjectName("explore_plan_summary")
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(Text(_("Plan"), "body_strong"))
        head.addStretch(1)
        head.addWidget(self._forms)
        self._foot = QWidget()
        foot = QHBoxLayout(self._foot)
        foot.setContentsMargins(0, 0, 0, 0)
        foot.setSpacing(8)
        foot.addWidget(self._advice_icon, 0, Qt.AlignmentFlag.AlignTop)
        foot.addWidget(self.advice, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 12, 8)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.summary)
        column.addWidget(self._pages, 1)
        column.addWidget(self._foot)
        column.addStretch(0)  # while there are no steps, the sentence stays above
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
        asked = (state.text, state.source_id, state.time_range)
        if not self.isVisible():
            return
        if asked == self._asked:
            self._show_known()
            return
        if self._exploration.waiting:
            if self._failure is not None:
                self._show_text(_("Reading the plan…"), "muted")  # what was wrong was so with another query
            return
        self._asked = asked
        self._token.cancel()
        token = self._token = CancelToken()
        if not state.text.strip():
            self._show_text(_("No query yet."), "muted")
            return
        self._show_text(_("Reading the plan…"), "muted", with_steps=True)

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
        if self._error_in_sql:  # it may be about a later text
            self._show_text(_("No plan: the query has an error."), "muted")
        else:
            self._show_text(" ".join(part for part in (error.what, error.why, error.do) if part), "error")
        self._failure = error

    def _show_text(self, text: str, tone: Tone, *, with_steps: bool = False) -> None:
        self._failure = self._plan = None
        self._show_steps(None)
        self._pages.setVisible(with_steps)  # hidden, it would lose the focus
        self._forms.setVisible(with_steps)
        self.summary.setText(text)
        self.summary.set_tone(tone)

    def _show_steps(self, plan: QueryPlan | None) -> None:
        focused = QApplication.focusWidget()
        if focused is not None and self.diagram.isAncestorOf(focused):
            self._wait_for_steps()  # its box goes
        self.diagram.show_plan(plan)
        self.raw.setPlainText(plan_tree(plan.raw) if plan is not None else "")
        advice = _advice(plan, self.diagram.shares) if plan is not None else ""
        warnings = bool(plan is not None and plan_warnings(plan))
        self._advice_icon.show_icon("ph.lightning" if warnings else "ph.info", "warn" if warnings else "text.secondary")
        self.advice.setText(advice)
        self.advice.set_tone("text" if warnings else "secondary")
        self._foot.setVisible(bool(advice))

    def _show_form(self, form: str) -> None:
        self._pages.setCurrentWidget(self.raw if form == "text" else self._scroll)

    def focus_steps(self) -> None:
        """Focus what there is to look at first: the step with most of the work, or the text of the plan."""
        if self._pages.currentWidget() is self.raw and self.raw.isVisible():
            self.raw.setFocus(Qt.FocusReason.OtherFocusReason)
        elif not self.diagram.focus_first():
            self._wait_for_steps()

    def _wait_for_steps(self) -> None:
        self._waits_for_steps = True
        self._form_button().setFocus(Qt.FocusReason.OtherFocusReason)

    def _form_button(self) -> QPushButton:
        return next(one for one in self._forms.findChildren(QPushButton) if one.isChecked())

    def _show(self, plan: QueryPlan) -> None:
        known = self._known(plan)
        text = self._estimate(known)
        self._show_text(text, "secondary", with_steps=bool(plan.steps))
        self._plan = plan
        self._show_steps(known)
        if self._waits_for_steps and self._form_button().hasFocus():
            self.diagram.focus_first()
        self._waits_for_steps = False
        announce(self, " ".join(part for part in (text, self.advice.text()) if part))

    def _show_known(self) -> None:
        """Show what was counted since the plan came: the rows of the result, or of the table."""
        if self._plan is not None and (known := self._known(self._plan)).steps != self.diagram.steps:
            self.summary.setText(self._estimate(known))
            self._show_steps(known)

    def _known(self, plan: QueryPlan) -> QueryPlan:
        """The plan with what is known of the query besides."""
        state, result = self._exploration.state, self._exploration.result
        question = state.question
        rows = None
        if question is not None and question.source_id and not question.server:  # of a server it may be a sample
            found = self._exploration.statistics(question.source_id, question.table)
            rows = found.rows if found is not None else None
        answer = None
        if result is not None and (result.text, result.source_id) == (state.text, state.source_id):
            whole = result.table is not None and not result.table.truncated and result.part_start is None
            answer = len(result.table.rows) if result.table is not None and whole else None
            if result.table is not None and result.table.reduced is not None:
                answer = None
        worded = in_words_of(plan, question, self._exploration.table)
        table = question.table if question is not None else ""
        return with_known_rows(worded, table, rows, answer, limited="limit" in state.text.lower())

    @staticmethod
    def _estimate(plan: QueryPlan) -> str:
        """What is to be read, and that the rest is expected alone."""
        if not plan.steps:
            return _("The query reads no table.")
        if plan.read_rows is None:
            known = any(step.rows is not None or step.cost is not None for step in plan.walk())
            return _("Estimate") if known else _("The database doesn't say how many rows it expects.")
        is_counted = all(step.counted for step in plan.walk() if step.read_rows is not None)
        return _("Estimate: {rows} to read").format(rows=rows_text(plan.read_rows, counted=is_counted))


def _advice(plan: QueryPlan, shares: PlanShares) -> str:
    """What to look at first: what is slow for a reason that can be mended, or else where most of the work is."""
    parts = list(plan_warnings(plan))
    steps, places = list(plan.walk()), shares.most
    if not places:
        return " ".join(parts)
    names = in_sentence([quoted(steps[place].title) for place in reversed(places)])  # as it is done
    first, several = places[0], len(places) > 1
    if shares.basis == "cost":
        share = percent_text(shares.shares[first] or 0.0)
        each = _("{steps} cost the most: {share} of the expected cost each.")
        words = each if several else _("{steps} costs the most: {share} of the expected cost.")
        return " ".join([*parts, words.format(steps=names, share=share)])
    each = _("{steps} take the most: {rows} each.")
    words = each if several else _("{steps} takes the most: {rows}.")
    inputs = steps[first].steps or (steps[first],)
    rows = rows_text(shares.taken[first] or 0, counted=all(one.counted for one in inputs))
    return " ".join([*parts, words.format(steps=names, rows=rows)])
