"""The bar above a page that can't be edited now: the reason, and a button that leads to an editable page."""

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout

from benchboard.i18n import _
from benchboard.ui.widgets.banners import PageBar
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.paragraph import Paragraph
from benchboard.ui.widgets.surfaces import Icon, set_surface


class ReadOnlyBar(PageBar):
    """Not wanted while the page can be edited."""

    def __init__(self, duplicate: Callable[[], object], arrange: Callable[[], object]) -> None:
        super().__init__()
        self.setObjectName("studio_looking")
        set_surface(self, "alt")
        self._why = Paragraph("", tone="secondary")
        self.copy = Button(
            _("Duplicate to edit"), duplicate, icon="ph.copy", size="sm", name="studio_duplicate_to_change"
        )
        self.arrange = Button(_("Exit preview"), arrange, icon="ph.pencil-simple", size="sm", name="studio_arrange")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 12, 8)
        row.setSpacing(8)
        row.addWidget(Icon("ph.eye", "text.muted"))
        row.addWidget(self._why, 1)
        row.addWidget(self.copy)
        row.addWidget(self.arrange)
        row.addWidget(self.more)

    def show_reason(self, reason: str, *, copies: bool = False) -> None:
        """Show why the page can't be edited; hide the bar if it can. `copies`: the reason is that copies are shown."""
        self._why.setText(reason)
        self.setAccessibleName(reason)
        for button, wanted in ((self.copy, not copies), (self.arrange, copies)):
            button.setAccessibleDescription(reason)
            button.setVisible(wanted)
        self.set_wanted(bool(reason))
