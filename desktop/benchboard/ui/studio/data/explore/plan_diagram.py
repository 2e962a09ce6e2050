"""The steps of a plan as boxes from left to right: what is read first, and at the right the last step."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from benchboard.analytics.plan_shares import PlanShares, percent_text, plan_shares, reads_too_much
from benchboard.analytics.query_plan import PlanStep, QueryPlan, rows_text
from benchboard.i18n import _, number
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import Role
from benchboard.ui.widgets.labels import plain_tooltip
from benchboard.ui.widgets.readable_rows import ReadableRow, make_readable

_WIDTH, _HEIGHT = 216, 56
_SHARE_HEIGHT: Final = 12
_NOTE_HEIGHT: Final = 18
"""Pixels of a box, and how much less high is one without a share, or without what the engine expects of it."""
_GAP_X, _GAP_Y = 28, 8
_MARGIN: Final = 4
"""Around all boxes: the focus ring of the outermost."""
_PADDING: Final = 11
_BAR: Final = 4
_ARROW: Final = 5.0
_THICKEST: Final = 2.0
"""How much thicker than a line for no rows is that for the most rows."""


@dataclass(slots=True, eq=False)
class _Node:
    """A step and where its box is; `column` counts from the last step, `row` in boxes from above."""

    step: PlanStep
    column: int
    inputs: list["_Node"]
    row: float = 0.0
    output: "_Node | None" = None
    box: "StepBox | None" = None


class StepBox(ReadableRow):
    """A step: what it does, how many rows it takes and gives, and its work as a bar: its share of the expected cost,
    which is also written, or else its rows beside those of the step with most.

    One with more work than others has the colour of a warning, as one that is slow without need.
    """

    def __init__(self, parent: "PlanDiagram", step: PlanStep, shares: PlanShares, place: int) -> None:
        super().__init__(parent)
        self.step, is_cost = step, shares.basis == "cost"
        known = [share for share in shares.shares if share is not None]
        says_something = is_cost or (len(known) > 1 and len(shares.all_largest) < len(known))
        self.share = shares.shares[place] if says_something else None  # beside none, or as long as all, a bar doesn't
        most = max(known, default=0.0)
        self._filled = (self.share or 0.0) if is_cost or not most else (self.share or 0.0) / most
        self._label = _("{share} of cost").format(share=percent_text(self.share)) if is_cost and self.share else ""
        self._note = _taken_and_given(step, shares.taken[place])
        height = _HEIGHT - (_SHARE_HEIGHT if self.share is None else 0) - (0 if self._note else _NOTE_HEIGHT)
        self.setFixedSize(_WIDTH, height)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.warns = reads_too_much(step) or step.action == "cross" or place in shares.most
        parts = [step.title, self._note, self._label]
        self.setAccessibleName(", ".join(part for part in parts if part))
        self.setToolTip(plain_tooltip("\n".join(part for part in parts if part)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        diagram = self.parentWidget()
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if plain and isinstance(diagram, PlanDiagram) and (target := diagram.beside(self, event.key())) is not None:
            target.setFocus(Qt.FocusReason.TabFocusReason)
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            box, radius = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), theme().px("radius.control")
            painter.setPen(QPen(theme().color("warn" if self.warns else "border.strong"), 1))
            painter.setBrush(theme().color("raised"))
            painter.drawRoundedRect(box, radius, radius)
            inner = box.adjusted(_PADDING, 5, -_PADDING, -5)
            self._paint_texts(painter, inner)
            if self.share is not None:
                self._paint_share(painter, inner)

    def _paint_texts(self, painter: QPainter, inner: QRectF) -> None:
        left, right = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, Qt.AlignmentFlag.AlignRight
        shown, room = self._label, inner.width()
        if shown:
            painter.setFont(theme().font("caption"))
            painter.setPen(theme().color("warn" if self.warns else "text.secondary"))
            painter.drawText(inner.adjusted(0, 1, 0, 0), right | Qt.AlignmentFlag.AlignTop, shown)
            room -= QFontMetricsF(painter.font()).horizontalAdvance(shown) + 8
        lines = (("body_strong", "text", self.step.title, 0.0, room),
                 ("caption", "text.secondary", self._note, 19.0, inner.width()))  # fmt: skip
        for font, ink, text, top, width in lines:
            painter.setFont(theme().font(font))
            painter.setPen(theme().color(ink))
            elided = QFontMetricsF(painter.font()).elidedText(text, Qt.TextElideMode.ElideRight, width)
            painter.drawText(QRectF(inner.left(), inner.top() + top, width + 1, 18), left, elided)

    def _paint_share(self, painter: QPainter, inner: QRectF) -> None:
        assert self.share is not None
        track = QRectF(inner.left(), inner.bottom() - _BAR + 1, inner.width(), _BAR)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("border"))
        painter.drawRoundedRect(track, 2, 2)
        painter.setBrush(theme().color("warn" if self.warns else "text.muted"))
        filled = max(track.width() * min(self._filled, 1.0), _BAR if self.share > 0 else 0.0)
        painter.drawRoundedRect(QRectF(track.topLeft(), track.size()).adjusted(0, 0, filled - track.width(), 0), 2, 2)


class PlanDiagram(QWidget):
    """The boxes of a plan with the lines between them, as wide as they need. It is one stop of Tab; Left and Right go
    along the lines, Up and Down to the box above and below."""

    accessible_role = Role.List

    def __init__(self) -> None:
        super().__init__()
        make_readable(self, _("Steps of the plan"))
        self._roots: list[_Node] = []
        self._nodes: list[_Node] = []
        self.shares = PlanShares("rows", ())
        self.steps: tuple[PlanStep, ...] = ()
        """Of the plan that is shown."""

    @property
    def boxes(self) -> tuple[StepBox, ...]:
        """The boxes, in the order of `QueryPlan.walk`."""
        return tuple(node.box for node in self._nodes if node.box is not None)

    def show_plan(self, plan: QueryPlan | None) -> None:
        """Show another plan, or none."""
        for old in self.boxes:
            old.hide()
            old.setParent(None)
            old.deleteLater()
        self._nodes = []
        self.steps = steps = plan.steps if plan is not None else ()
        self.shares = plan_shares(plan) if plan is not None else PlanShares("rows", ())
        self._roots = [self._node(step, 0) for step in steps]
        row = 0.0
        for root in self._roots:
            row = _place(root, row)
        self._lay_out()

    def focus_first(self) -> bool:
        """Focus the step with most of the work, or else the last one; returns whether there is one."""
        boxes = self.boxes
        if boxes:
            boxes[self.shares.largest or 0].setFocus(Qt.FocusReason.OtherFocusReason)
        return bool(boxes)

    def beside(self, box: StepBox, key: int) -> StepBox | None:
        """The box to which an arrow leads from another; None for another key, or where there is none."""
        node = next((one for one in self._nodes if one.box is box), None)
        if node is None:
            return None
        column = sorted((one for one in self._nodes if one.column == node.column), key=lambda one: one.row)
        at = column.index(node)
        targets = {
            Qt.Key.Key_Left: node.inputs[0] if node.inputs else node,
            Qt.Key.Key_Right: node.output or node,
            Qt.Key.Key_Up: column[max(at - 1, 0)],
            Qt.Key.Key_Down: column[min(at + 1, len(column) - 1)],
        }
        found = targets.get(Qt.Key(key))
        return found.box if found is not None else None

    def _node(self, step: PlanStep, column: int) -> _Node:
        node = _Node(step, column, [])
        node.box = StepBox(self, step, self.shares, len(self._nodes))
        self._nodes.append(node)
        for one in step.steps:
            inner = self._node(one, column + 1)
            inner.output = node
            node.inputs.append(inner)
        return node

    def _lay_out(self) -> None:
        last = max((node.column for node in self._nodes), default=0)
        rows = max((node.row for node in self._nodes), default=0.0)
        for node in self._nodes:
            if node.box is not None:
                x = _MARGIN + (last - node.column) * (_WIDTH + _GAP_X)
                y = _MARGIN + node.row * (_HEIGHT + _GAP_Y) + (_HEIGHT - node.box.height()) / 2
                node.box.move(x, round(y))
                node.box.show()
        width = 2 * _MARGIN + (last + 1) * _WIDTH + last * _GAP_X if self._nodes else 0
        height = 2 * _MARGIN + _HEIGHT + round(rows * (_HEIGHT + _GAP_Y)) if self._nodes else 0
        self.setFixedSize(width, height)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        most = max((node.step.rows or 0 for node in self._nodes), default=0)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for node in self._nodes:
                for inner in node.inputs:
                    if node.box is not None and inner.box is not None:
                        _paint_line(painter, inner.box, node.box, (inner.step.rows or 0) / most if most else 0.0)


def _taken_and_given(step: PlanStep, taken: int | None) -> str:
    """How many rows a step takes and gives: `600 rows in, about 60 out`; of one that reads a table, what it reads."""
    if not step.steps or taken is None or step.rows is None:
        return step.note
    counted = all(one.counted for one in step.steps)
    rows_in = _("{rows} in").format(rows=rows_text(taken, counted=counted))
    given = _("{count} out") if step.counted else _("about {count} out")
    return f"{rows_in}, {given.format(count=number(step.rows))}"


def _place(node: _Node, row: float) -> float:
    """Give the boxes of a step and those below it their rows, from `row` on; returns the next free row."""
    if not node.inputs:
        node.row = row
        return row + 1
    for inner in node.inputs:
        row = _place(inner, row)
    node.row = (node.inputs[0].row + node.inputs[-1].row) / 2
    return row


def _paint_line(painter: QPainter, start: QWidget, end: QWidget, share: float) -> None:
    """A curve from a box to the one that takes its rows, thicker the more there are."""
    one = QPointF(start.x() + start.width(), start.y() + start.height() / 2)
    tip = QPointF(end.x() - 1, end.y() + end.height() / 2)
    other = tip - QPointF(_ARROW, 0)
    path = QPainterPath(one)
    bend = (other.x() - one.x()) * 0.6
    path.cubicTo(one + QPointF(bend, 0), other - QPointF(bend, 0), other)
    ink = theme().color("text.muted")
    painter.setPen(QPen(ink, 1 + _THICKEST * share))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    painter.drawPolygon(QPolygonF([tip, tip + QPointF(-_ARROW - 2, -_ARROW), tip + QPointF(-_ARROW - 2, _ARROW)]))
