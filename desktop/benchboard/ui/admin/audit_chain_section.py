"""The section of an audit entry's details that shows it in the chain of seals."""

from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.i18n import _, number
from benchboard.identity.audit_chain import AuditChain, ChainLink, find_chain
from benchboard.identity.audit_titles import entry_title
from benchboard.ui.admin.audit_columns import SEAL_DIGITS
from benchboard.ui.context import Context
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Badge, Elided, Paragraph, Text, fill_column, hairline
from benchboard.ui.widgets.badges import Kind, paint_icon
from benchboard.ui.widgets.detail_pane import DetailSection
from benchboard.ui.widgets.labels import plain_tooltip
from benchboard.ui.widgets.readable_rows import ReadableList, ReadableRow

_MARK: Final = 16
_MARK_ROOM: Final = 28
"""The width of the column that the links are drawn in, in pixels."""


class AuditChainSection(DetailSection):
    """The entries sealed before and after one, the seals of all three, and whether this one's fits."""

    def __init__(self, context: Context) -> None:
        self._fits = Badge("neutral", "")
        super().__init__(_("In the chain"), self._fits)
        self._context = context
        self._place: int | None = None
        self._holder: QWidget = self
        self._rows = ReadableList(_("In the chain"))
        self._rows.set_spacing(0)
        note = _("A seal is the SHA-256 of the seal before it, the entry's number and its content.")
        self.fill(self._rows, Paragraph(note, "caption", "muted"))

    def with_line(self) -> QWidget:
        """The section with a line above it; both are shown only of an entry that has a seal."""
        self._holder = QWidget()
        fill_column(self._holder, hairline(), self)
        self._holder.hide()
        return self._holder

    def show_chain(self, place: int | None) -> None:
        """Show the organisation's `place`-th sealed entry; nothing of one without a seal."""
        actor = self._context.actor
        if place != self._place:
            self._place = place
            self._holder.hide()
        if place is None:
            return

        def show(chain: AuditChain | None) -> None:
            if place == self._place:
                self._show(chain)

        self._context.tasks.read(self, lambda session: find_chain(session, actor, place), show)

    def _show(self, chain: AuditChain | None) -> None:
        self._holder.setVisible(chain is not None)
        if chain is None:
            return
        tone: Kind = "ok" if chain.fits else "error"
        words = _("Seal fits") if chain.fits else _("Seal doesn't fit")
        self._fits.show_state(tone, words, "ph.circle-wavy-check-fill" if chain.fits else "")
        named = ((_("Next"), chain.following), (_("This entry"), chain.current), (_("Previous"), chain.previous))
        links = [(name, link) for name, link in named if link is not None]
        self._rows.show_rows(
            [
                _LinkRow(name, link, tone if link is chain.current else "", ends=(at == 0, at == len(links) - 1))
                for at, (name, link) in enumerate(links)
            ]
        )


class _LinkRow(ReadableRow):
    """One entry: its number, what was done, and the first digits of its seal. `tone` is the colour of the mark of the
    entry that the details are of; empty: another one's. `ends`: whether it is the first and the last row, beyond which
    the line that joins them doesn't go."""

    def __init__(self, name: str, link: ChainLink, tone: str, *, ends: tuple[bool, bool]) -> None:
        super().__init__()
        self.setObjectName(f"chain_{link.number}")
        self._tone, self._ends = tone, ends
        title = _("{name}, {number}").format(name=name, number=number(link.number))
        what = entry_title(link.entry) if link.entry is not None else _("The entry is gone.")
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(Text(title, "body_strong" if tone else "body"))
        words.addWidget(Elided(what, "caption", "muted"))
        digits, half = link.seal[:SEAL_DIGITS], SEAL_DIGITS // 2
        seal = Text(f"{digits[:half]} {digits[half:]}", "mono", "secondary")
        seal.setToolTip(plain_tooltip(link.seal))
        line = QHBoxLayout(self)
        line.setContentsMargins(_MARK_ROOM, 5, 0, 5)
        line.setSpacing(theme().px("spacing.3"))
        line.addLayout(words, 1)
        line.addWidget(seal, 0, Qt.AlignmentFlag.AlignVCenter)
        self.setAccessibleName(", ".join((title, what, _("Seal {digits}").format(digits=digits))))

    def copied_text(self) -> str:
        return self.accessibleName()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        middle, x = self.height() / 2, _MARK / 2
        with QPainter(self) as painter:
            painter.setPen(QPen(theme().color("border.strong"), 1))
            first, last = self._ends
            if not first:
                painter.drawLine(QPointF(x, 0), QPointF(x, middle - _MARK / 2 - 2))
            if not last:
                painter.drawLine(QPointF(x, middle + _MARK / 2 + 2), QPointF(x, self.height()))
            colour = theme().color(self._tone or "text.muted")
            paint_icon(painter, "ph.link", QRectF(0, middle - _MARK / 2, _MARK, _MARK), colour)
