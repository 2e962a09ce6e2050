"""The buttons that bring several chosen widgets into order."""

from collections.abc import Callable
from typing import Final

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.i18n import _
from benchboard.ui.studio import chosen
from benchboard.ui.studio.acts import act, cap
from benchboard.ui.studio.editor import Editor
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.labels import plain_tip

_ROWS: Final = (
    ("align_left", "align_centre", "align_right", "align_top", "align_middle", "align_bottom"),
    ("spread_across", "spread_down", "same_width", "same_height", "swap"),
)


class OrderBar(QWidget):
    """Each asks `run` for an act by its key; what cannot be done now says why."""

    def __init__(self, editor: Editor, run: Callable[[str], object]) -> None:
        super().__init__()
        self._editor = editor
        self._buttons: dict[str, Button] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(4)
        for keys in _ROWS:
            row = QHBoxLayout()
            row.setSpacing(4)
            for key in keys:
                row.addWidget(self._button(key, run))
            row.addStretch(1)
            column.addLayout(row)
        known = act("arrange")
        tip = f"{_(known.title)} ({cap(known.keys[0])})"
        row.addWidget(Button(_("Arrange"), lambda: run("arrange"), tip=tip, name="inspector_arrange"))
        self.refresh()

    def refresh(self) -> None:
        """Turn off what cannot be done with what is chosen."""
        for deed in chosen.ORDER:
            button = self._buttons.get(deed.key)
            if button is not None:
                why, known = deed.why_not(self._editor), act(deed.key)
                button.disable(_(why) if why else "")
                if not why:
                    button.setToolTip(plain_tip(f"{_(known.title)} ({cap(known.keys[0])})"))

    def _button(self, key: str, run: Callable[[str], object]) -> Button:
        known = act(key)
        button = Button(
            "", lambda: run(key), kind="quiet", icon=known.icon, tip=_(known.title), name=f"inspector_{key}"
        )
        self._buttons[key] = button
        return button
