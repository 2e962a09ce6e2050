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
from benchboard.analytics.query_plan import QueryPlan, rows_text
from benchboard.errors import AppError, Cancelled
from benchboard.i18n import _, in_sentence
from benchboard.ui.studio.data.explore.exploration import Exploration
from benchboard.ui.studio.data.explore.plan_diagram import PlanDiagram
from benchboard.ui.studio.data.explore.plan_words import in_words_of
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
        if not self.isVisible() or asked == self._asked:
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
        self._failure = None
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
        self.raw.setPlainText(plan.raw if plan is not None else "")
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
        text = _("Estimated, not run.")
        if plan.read_rows is not None:
            text = _("{rows} to read.").format(rows=rows_text(plan.read_rows)) + " " + text
            text = text[:1].upper() + text[1:]
        if not plan.steps:
            text = _("The query reads no table.")
        self._show_text(text, "secondary", with_steps=bool(plan.steps))
        state = self._exploration.state
        self._show_steps(in_words_of(plan, state.question, self._exploration.table))
        if self._waits_for_steps and self._form_button().hasFocus():
            self.diagram.focus_first()
        self._waits_for_steps = False
        announce(self, " ".join(part for part in (text, self.advice.text()) if part))


def _advice(plan: QueryPlan, shares: PlanShares) -> str:
    """What to look at first: what is slow for a reason that can be mended, or else where most of the work is."""
    parts = list(plan_warnings(plan))
    steps, places = list(plan.walk()), shares.all_largest
    if len(places) > 1:
        words = _("{steps} cost the same.") if shares.basis == "cost" else _("{steps} take the same number of rows.")
        names = [steps[place].title for place in reversed(places)]  # in the order in which they are done
        return " ".join([*parts, words.format(steps=in_sentence(names))])
    share = shares.shares[places[0]] if places else None
    if share is not None and len(steps) > 1:
        whole = _("{share} of the expected cost") if shares.basis == "cost" else _("{share} of the rows")
        largest = _("Largest step: {step}, {share}.")
        parts.append(largest.format(step=steps[places[0]].title, share=whole.format(share=percent_text(share))))
    return " ".join(parts)
