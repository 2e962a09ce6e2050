"""Examples of triggers that technicians often want, each added by one click while there is none yet."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QWidget

from benchboard.canbus.trigger_table import TriggerActions, TriggerRow
from benchboard.canbus.triggers import Trigger
from benchboard.i18n import _
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Button, Text

_AFTER_S = 10.0
"""Seconds that the recording of an example goes on after an error frame; as long before it is in it, too."""
_SILENCE_S = 1.0


def example_rows() -> Sequence[tuple[str, str, TriggerRow]]:
    """The object name of each example's button, its title, and its trigger."""
    records = TriggerActions(records=True, after_s=_AFTER_S)
    notifies = TriggerActions(notifies=True)
    return (
        ("trigger_example_errors", _("Notify of error frames"), TriggerRow(Trigger("error"), actions=notifies)),
        ("trigger_example_record", _("Record around error frames"), TriggerRow(Trigger("error"), actions=records)),
        (
            "trigger_example_silence",
            _("Notify when the bus is silent"),
            TriggerRow(Trigger("", silence_s=_SILENCE_S), actions=notifies),
        ),
    )


class TriggerExamples(QWidget):
    """A link for each example; `add` is called with the trigger of the one that is clicked."""

    def __init__(self, add: Callable[[TriggerRow], object]) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme().px("spacing.4"))
        row.addWidget(Text(_("Examples:"), tone="muted"))
        for name, title, trigger in example_rows():
            row.addWidget(Button(title, partial(add, trigger), kind="link", name=name))
