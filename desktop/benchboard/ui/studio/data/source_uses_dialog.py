"""The list of what uses a data source."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from benchboard.analytics.sources.lineage import LineageUse, uses_text
from benchboard.i18n import _
from benchboard.ui.studio.data.uses_table import UsesTable
from benchboard.ui.widgets import Button, Dialog, Paragraph

if TYPE_CHECKING:
    from benchboard.ui.context import Context


class SourceUsesDialog(Dialog):
    """Lists dashboards, data models and alerts that read a source; Enter on one goes there and closes the list."""

    def __init__(self, window: QWidget, context: "Context", name: str, uses: Sequence[LineageUse]) -> None:
        title = _("What uses “{name}”").format(name=name)
        super().__init__(window, title, size=QSize(560, 420), name="source_uses_dialog")
        self.content.addWidget(Paragraph(_("Used by {uses}").format(uses=uses_text(uses)), "body", "secondary"))
        listed = UsesTable(context, "source_uses_list")
        listed.show_uses(uses)
        listed.opened.connect(lambda _place: self.dismiss())
        self.content.addWidget(listed, 1)
        self.add_button(Button(_("Close"), self.dismiss, name="dialog_close"))
