"""The kinds of columns as people call them."""

from typing import Final

from benchboard.analytics.files.value_expressions import ColumnKind
from benchboard.i18n import N_, _

_TITLES: Final[dict[ColumnKind, str]] = {
    "text": N_("Text"), "integer": N_("Whole number"), "decimal": N_("Decimal"),
    "float": N_("Number, with decimals"), "boolean": N_("Yes or no"), "timestamp": N_("Date and time"),
    "date": N_("Date"),
}  # fmt: skip


def kind_title(kind: str) -> str:
    """A kind as people call it; an unknown one by its name."""
    return next((_(title) for known, title in _TITLES.items() if known == kind), kind)
