"""The ways to data that the empty pages of Studio offer."""

from collections.abc import Callable

from benchboard.i18n import _
from benchboard.ui.widgets.choice_card import ChoiceCard


def add_data_card(run: Callable[[], object], name: str) -> ChoiceCard:
    """Asks what a person wants to add."""
    return ChoiceCard(
        "ph.database", _("Add data"), _("A file, a folder, a database server or a REST API"), run, name=name
    )


def sample_card(run: Callable[[], object], name: str) -> ChoiceCard:
    """Adds the sample data that come with the program."""
    return ChoiceCard("ph.table", _("Try sample data"), _("600 orders of a shop, to try things out"), run, name=name)
