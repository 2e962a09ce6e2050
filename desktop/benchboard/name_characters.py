"""Says which character keeps a text from being a name. Names are one line, and can be read as they are written."""

import unicodedata
from collections.abc import Callable

from benchboard.i18n import _

_LINE_BREAKS = frozenset("\n\r\v\f\x85\u2028\u2029")


def unusable_character(text: str, *, is_usable: Callable[[str], bool] = str.isprintable) -> str:
    """What is wrong with the first character of `text` that isn't usable, as a sentence; empty if all are."""
    found = next((sign for sign in text if not is_usable(sign)), "")
    if not found:
        return ""
    if found in _LINE_BREAKS:
        return _("It contains a line break.")
    code = f"U+{ord(found):04X}"
    if unicodedata.category(found) == "Cc":
        return _("It contains a control character ({code}).").format(code=code)
    return _("It contains an invisible or invalid character ({code}).").format(code=code)
