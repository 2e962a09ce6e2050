"""Names of weekdays and months, which have an order: as categories of a chart they go from left to right."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QLocale

_FORMATS: Final = (QLocale.FormatType.LongFormat, QLocale.FormatType.ShortFormat)
_LANGUAGES: Final = (QLocale.Language.English, QLocale.Language.Turkish)
"""The languages of data, besides the program's own."""


def ordinal_places(names: Sequence[str]) -> list[int] | None:
    """The places of weekdays or months in the week or year, from 1; None if any of them is something else."""
    for locale in [QLocale(), *map(QLocale, _LANGUAGES)]:
        for names_of, count in (
            ((locale.dayName, locale.standaloneDayName), 7),
            ((locale.monthName, locale.standaloneMonthName), 12),
        ):
            places = {
                name_of(place, form).casefold(): place
                for name_of in names_of
                for form in _FORMATS
                for place in range(1, count + 1)
            }
            if names and all(name.casefold() in places for name in names):
                return [places[name.casefold()] for name in names]
    return None


def short_ordinals(names: Sequence[str]) -> list[str] | None:
    """The names of weekdays or months in short form, as “Mon” for Monday; None if any of them is something else."""
    locales = [QLocale(), *map(QLocale, _LANGUAGES)]
    for locale in locales:
        for names_of, count in (
            ((locale.dayName, locale.standaloneDayName), 7),
            ((locale.monthName, locale.standaloneMonthName), 12),
        ):
            short = {
                name_of(place, form).casefold(): name_of(place, QLocale.FormatType.ShortFormat)
                for name_of in names_of
                for form in _FORMATS
                for place in range(1, count + 1)
            }
            if names and all(name.casefold() in short for name in names):
                return [short[name.casefold()] for name in names]
    return None
