"""The question before a session ends with work that is kept nowhere."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QWidget

from benchboard.i18n import _
from benchboard.ui.widgets import Confirm


class EndQuestion(Confirm):
    """Asks whether unsaved work may be lost. There is one in a window: a later one takes the place of the one before,
    as when the window is closed while it asks about signing out."""

    def __init__(self, window: QWidget, lost: Sequence[str], end: Callable[[], object]) -> None:
        for before in window.findChildren(EndQuestion):
            before.dismiss()
        super().__init__(
            window, _("Discard your changes?"), _("Not saved yet: {names}.").format(names=", ".join(lost)),
            act=_("Discard changes"), keep=_("Keep editing"), run=end,
        )  # fmt: skip
