"""Rows that say what a person can reach, or who can reach a thing, and by which paths."""

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.ui.widgets import Avatar, Elided, Icon, Paragraph, Text
from benchboard.ui.widgets.readable_rows import ReadableRow


class ReachRow(ReadableRow):
    """A thing or a person, what is allowed at the right end, and below it why. Of a thing `icon`, of a person the
    initials stand before it."""

    def __init__(
        self, title: str, level: str, why: str, *, icon: str = "", name: str = "", muted: bool = False
    ) -> None:
        super().__init__()
        self.setObjectName(name)
        mark: QWidget = Icon(icon, "text.muted" if muted else "text.secondary") if icon else Avatar(title)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(Elided(title, "body" if muted else "body_strong", "muted" if muted else "text"), 1)
        if level:
            line.addWidget(Text(level, "body", "muted" if muted else "secondary"))
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addLayout(line)
        if why:
            words.addWidget(Paragraph(why, "caption", "muted"))
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 2, 0, 2)
        whole.setSpacing(10)
        whole.addWidget(mark)
        whole.addLayout(words, 1)
        self.setAccessibleName(", ".join(part for part in (title, level, why) if part))
