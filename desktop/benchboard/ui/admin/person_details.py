"""PersonDetails: what the sections of a person's details know of the pane that they are in."""

from PySide6.QtCore import Signal

from benchboard.identity.users import Person
from benchboard.ui.context import Context
from benchboard.ui.widgets.detail_pane import DetailPane


class PersonDetails(DetailPane):
    """`person` is whose details are shown, None before they are read. `page_requested` asks the view to show them on
    the whole width.
    """

    page_requested = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__("person_detail")
        self._context = context
        self._person: Person | None = None

    @property
    def context(self) -> Context:
        return self._context

    @property
    def person(self) -> Person | None:
        return self._person

    def focus_more(self) -> None:
        """Focus the menu of what can be done with the account."""
        raise NotImplementedError
