"""The choice of the data source that a query reads."""

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal

from benchboard.analytics.sources import services
from benchboard.errors import AppError
from benchboard.i18n import _
from benchboard.identity.permissions import has_permission
from benchboard.paging import Listing
from benchboard.ui.widgets import Select

if TYPE_CHECKING:
    from benchboard.ui.context import Context

_MOST: Final = 200
"""Most sources that are offered."""


class SourceSelect(Select):
    """Benchboard's own data and the organisation's data sources; `current_key` is the id of the chosen one, empty for
    Benchboard's own data."""

    chosen = Signal()
    """The person chose another source."""

    def __init__(self, context: "Context", name: str) -> None:
        super().__init__([("", _("Benchboard"))], name=name, label=_("Source"))
        self._known: list[tuple[str, str]] = []
        self._is_listed = self._opens = False
        self.activated.connect(lambda _place: self.chosen.emit())
        actor = context.actor
        if has_permission(actor, "sources:read"):
            context.tasks.read(
                self,
                lambda session: services.list_sources(session, actor, Listing(sort="name"), limit=_MOST).rows,
                lambda rows: self._listed([(one.id, one.name) for one in rows]),
                self._not_listed,
            )

    def show_source(self, source_id: str) -> None:
        """Show a source; one that isn't listed is shown as missing."""
        choices = [("", _("Benchboard")), *self._known]
        if source_id not in dict(choices):
            choices.append((source_id, _("Missing source")))
        self.blockSignals(True)
        self.set_choices(choices)
        self.set_current_key(source_id)
        self.blockSignals(False)

    def open_list(self) -> None:
        """Open the list, as soon as it is filled."""
        self._opens = not self._is_listed
        if self._is_listed:
            self.showPopup()

    def _listed(self, found: list[tuple[str, str]]) -> None:
        self._known, self._is_listed = found, True
        self.show_source(self.current_key())
        if self._opens and self.isVisible():
            self.open_list()

    def _not_listed(self, _error: AppError) -> None:
        """The query itself says what is wrong with its source."""
