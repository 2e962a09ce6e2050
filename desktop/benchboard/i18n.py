"""Translation: every sentence a person reads passes through `_` or `ngettext`.

Catalogues are gettext PO files (`resources/i18n/<language>.po`), read as they are, so there is nothing to compile.
English is the source language and needs no catalogue.
"""

import gettext
import re
from functools import cache
from io import BytesIO
from pathlib import Path

_catalogue: gettext.NullTranslations = gettext.NullTranslations()


def use(language: str, folder: Path) -> None:
    """Translate into `language` (`en`, `tr`) from now on; without a catalogue in `folder`, into English."""
    global _catalogue
    source = folder / f"{language}.po"
    # A language code is a few letters, never a path, whatever the settings file holds.
    if language == "en" or not re.fullmatch("[A-Za-z_]{2,11}", language) or not source.is_file():
        _catalogue = gettext.NullTranslations()
        return
    # Imported late: English, the default, never pays for it.
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = BytesIO()
    with source.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    _catalogue = gettext.GNUTranslations(compiled)


def _(message: str) -> str:
    """`message` in the selected language. Values go in afterwards: `_("{name} is busy").format(name=name)`."""
    return _catalogue.gettext(message)


@cache
def all_translations(message: str, folder: Path) -> frozenset[str]:
    """A one-line message in English and in every language with a catalogue in `folder`."""
    quoted = message.replace("\\", "\\\\").replace('"', '\\"')
    pattern = re.compile(rf'^msgid "{re.escape(quoted)}"\nmsgstr "(.+)"$', re.MULTILINE)
    matches = (pattern.search(source.read_text(encoding="utf-8")) for source in sorted(folder.glob("*.po")))
    return frozenset((message, *(re.sub(r"\\(.)", r"\1", match[1]) for match in matches if match)))


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for it
    """Marks a message that is translated later, by `_(name)` where it is shown (a constant made at import)."""
    return message


def ngettext(one: str, many: str, count: int) -> str:
    """The form of a sentence that fits `count`; the caller formats the number in."""
    return _catalogue.ngettext(one, many, count)
