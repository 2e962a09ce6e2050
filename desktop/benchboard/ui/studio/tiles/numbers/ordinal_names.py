"""Names of weekdays and months, which have an order: as categories of a chart they go from left to right."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QLocale

_SHORT: Final = QLocale.FormatType.ShortFormat
_FORMATS: Final = (_SHORT, QLocale.FormatType.LongFormat)
_LANGUAGES: Final = (QLocale.Language.English, QLocale.Language.Turkish)
"""The languages of data, besides the program's own."""
_DAYS: Final = 7
_MONTHS: Final = 12


@dataclass(frozen=True, slots=True)
class _Names:
    """Names that are all weekdays, or all months (`count`), in one language. `found` has for each its place from 1, its
    form, and the function of a `QLocale` that answers it."""

    locale: QLocale
    count: int
    found: list[tuple[int, QLocale.FormatType, str]]


def _matched(names: Sequence[str]) -> _Names | None:
    for locale in [QLocale(), *map(QLocale, _LANGUAGES)]:
        for methods, count in (
            (("standaloneDayName", "dayName"), _DAYS),
            (("standaloneMonthName", "monthName"), _MONTHS),
        ):
            known = {
                _name(locale, method, place, form).casefold(): (place, form, method)
                for form in _FORMATS
                for method in methods
                for place in range(1, count + 1)
            }
            if names and all(name.casefold() in known for name in names):
                return _Names(locale, count, [known[name.casefold()] for name in names])
    return None


def _name(locale: QLocale, method: str, place: int, form: QLocale.FormatType) -> str:
    name_of: Callable[[int, QLocale.FormatType], str] = getattr(locale, method)
    return name_of(place, form)


def ordinal_places(names: Sequence[str]) -> list[int] | None:
    """The places of weekdays, from Monday, or of months, from 1; None if any of them is something else."""
    found = _matched(names)
    return [place for place, _form, _method in found.found] if found is not None else None


def calendar_places(names: Sequence[str]) -> list[int] | None:
    """The same, of weekdays from the day that weeks begin with in the system's region."""
    found = _matched(names)
    if found is None:
        return None
    # Not of the language: Qt takes English alone for that of the United States.
    first = QLocale.system().firstDayOfWeek().value if found.count == _DAYS else 1
    return [(place - first) % found.count + 1 for place, _form, _method in found.found]


def short_ordinals(names: Sequence[str]) -> list[str] | None:
    """The names of weekdays or months in short form, as “Mon” for Monday; None if any of them is something else."""
    found = _matched(names)
    if found is None:
        return None
    return [_name(found.locale, method, place, _SHORT) for place, _form, method in found.found]


def in_language(names: Sequence[str]) -> list[str]:
    """Weekdays and months in the program's language, “Monday” as “Pazartesi”; all other names as they are. Queries get
    them in that of the database, mostly English."""
    found = _matched(names)
    if found is None or found.locale.language() == QLocale().language():
        return list(names)
    return [_name(QLocale(), method, place, form) for place, form, method in found.found]
