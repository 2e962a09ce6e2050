"""The names that people, teams and roles can have."""

import unicodedata
from typing import Final

from benchboard.errors import Invalid
from benchboard.i18n import _
from benchboard.name_characters import unusable_character

_REVERSING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def require_name(name: str) -> None:
    """Raise `Invalid` (`people.name`) for a name that is too long or has invalid characters."""
    if len(name) > 100:
        raise Invalid("people.name", _("Names can have up to 100 characters."), field="name")
    # Control characters, lone surrogates, line ends, and signs that reverse what is written round them.
    if why := unusable_character(name, is_usable=_is_usable_in_names):
        raise Invalid(
            "people.name",
            _("Names can't contain control characters."),
            why=why,
            do=_("Use letters, punctuation, digits and spaces."),
            field="name",
        )


def _is_usable_in_names(sign: str) -> bool:
    return unicodedata.category(sign) not in ("Cc", "Cs", "Zl", "Zp") and sign not in _REVERSING
