"""Spaces at the start and the end of values, which nobody sees: with them, one value looks like two.

A space is what Python's `str.strip` removes, so the non-breaking ones of web pages and spreadsheets too.
"""

from typing import Final

_SPACE: Final = r"[\s\v\x1c-\x1f\x{85}\pZ]"


def trimmed(text: str) -> str | None:
    """The text without spaces around it; None if nothing is left."""
    return text.strip() or None


def trimmed_sql(raw: str) -> str:
    """The text that the expression `raw` holds, without spaces around it; NULL if nothing is left."""
    # Replacing takes three times as long as looking whether there are any, which few values have; and a pattern longer
    # than to see that the last sign is a letter or a digit.
    begins = rf"{raw} < '!' OR ({raw} > '~' AND regexp_matches({raw}, '\A{_SPACE}'))"
    spaced = rf"{begins} OR (({raw})[-1] NOT BETWEEN '!' AND '~' AND regexp_matches({raw}, '{_SPACE}\z'))"
    plain = rf"nullif(regexp_replace({raw}, '\A{_SPACE}+|{_SPACE}+\z', '', 'g'), '')"
    return f"CASE WHEN {spaced} THEN {plain} ELSE {raw} END"
