"""Translation: every sentence for the user passes through `_` or `ngettext`.

Catalogues are gettext PO files (`resources/i18n/<language>.po`), read without compilation. English is the source
language and needs no catalogue.
"""

import gettext
import re
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

LANGUAGES: Final = {"en": "English", "tr": "Türkçe"}
"""The languages that there are, by their code, as each calls itself; any other is shown as English."""
_DECIMAL_COMMA: Final = frozenset({"tr"})
"""The languages that write 1,5; the others write 1.5."""
_THIN: Final = "\N{NARROW NO-BREAK SPACE}"
_MINUS: Final = "\N{MINUS SIGN}"
_NO_BREAK: Final = "\N{NO-BREAK SPACE}"
_CURRENCY: Final = re.compile("[A-Z]{3}")
_catalogue: gettext.NullTranslations = gettext.NullTranslations()
_point = "."
_language = "en"
_folder = Path()


def use(language: str, folder: Path, *, decimal_point: str | None = None) -> None:
    """Translate into `language` (`en`, `tr`) from now on; without a catalogue in `folder`, into English.

    Numbers have the language's decimal point, unless another `decimal_point` is given.
    """
    global _catalogue, _point, _language, _folder
    _folder = folder
    _language = language if language in LANGUAGES else "en"
    _point = decimal_point or ("," if _language in _DECIMAL_COMMA else ".")
    source = folder / f"{language}.po"
    # A language code is a few letters, never a path, whatever the settings file holds.
    if language == "en" or not re.fullmatch("[A-Za-z_]{2,11}", language) or not source.is_file():
        _catalogue = gettext.NullTranslations()
        return
    _catalogue = _read_catalogue(source, source.stat().st_mtime_ns)


@cache
def _read_catalogue(source: Path, _changed: int) -> gettext.GNUTranslations:
    """The catalogue in a file that was changed at a time (ns), read once: its 2,500 sentences take 0.25 s."""
    # Imported late: not needed for English, the default.
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = BytesIO()
    with source.open("rb") as file:
        write_mo(compiled, read_po(file, locale=source.stem))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _(message: str) -> str:
    """`message` in the selected language. Values go in afterwards: `_("{name} is busy").format(name=name)`."""
    return _catalogue.gettext(message)


def help_sentence(message: str) -> str:
    """A sentence of a command's help in the selected language. Their catalogue (`help/<language>.po`) is its own: no
    one but who asks for help waits for it.
    """
    source = _folder / "help" / f"{_language}.po"
    if _language == "en" or not message or not source.is_file():
        return message
    translated = _read_catalogue(source, source.stat().st_mtime_ns).gettext(message)
    return translated if translated != message else _(message)


def number(value: "float | Decimal", decimals: int | None = None, *, most: int = 2, grouped: bool = True) -> str:
    """`1 483.5`, or `1 483,5` in Turkish: a narrow no-break space every three digits; none in a field
    (`grouped=False`). Without `decimals`, those that the value has, at most `most`. A half is rounded away from zero.
    """
    from decimal import Decimal  # imported late: loading it takes longer than the rest of this module

    exact = Decimal(value) if isinstance(value, int | Decimal) else Decimal(repr(float(value)))
    if decimals is None and isinstance(value, float):
        exact = Decimal(_fixed(exact, most)).normalize()  # 0.1 + 0.2 is shown with one decimal
    if decimals is None:
        decimals = 0 if exact == exact.to_integral_value() else min(most, -int(exact.as_tuple().exponent))
    written = _fixed(exact.copy_abs(), decimals)
    sign = _MINUS if exact < 0 and written.strip("0.") else ""
    whole, _dot, part = written.partition(".")
    groups = [whole[max(end - 3, 0) : end] for end in range(len(whole), 0, -3)][::-1]
    return sign + (_THIN if grouped else "").join(groups) + (f"{_point}{part}" if part else "")


def rounded(value: float, decimals: int) -> float:
    """The number that `number` writes with this many decimals: 86.25 is 86.3 with one, where `round` gives 86.2."""
    from decimal import Decimal

    return float(_fixed(Decimal(repr(float(value))), decimals))


def _fixed(exact: "Decimal", decimals: int) -> str:
    """A number with this many decimals: people expect 0.5 as 1 and 2.5 as 3, not the even number next to it."""
    from decimal import ROUND_HALF_UP, localcontext

    with localcontext(rounding=ROUND_HALF_UP):
        return f"{exact:.{decimals}f}"


def percent(value: "float | Decimal", decimals: int | None = None, *, most: int = 2) -> str:
    """`87.5 %`, or `%87,5` in Turkish: a value in percent, with the decimals of `number`."""
    return with_percent_sign(number(value, decimals, most=most))


def sentence_start(text: str) -> str:
    """`text`, which is written for the middle of a sentence, as it begins one or a cell of a table."""
    first = "İ" if text[:1] == "i" and _language == "tr" else text[:1].upper()
    return first + text[1:]


def in_sentence(names: "Iterable[str]") -> str:
    """`a`, `a and b`, `a, b and c`: names as a sentence lists them."""
    *first, last = names
    return _("{names} and {last}").format(names=", ".join(first), last=last) if first else last


def any_of(names: "Iterable[str]") -> str:
    """`a`, `a or b`, `a, b or c`: names to choose from, in a sentence."""
    *first, last = names
    return _("{names} or {last}").format(names=", ".join(first), last=last) if first else last


def quoted(name: str) -> str:
    """`name` in the quotation marks of the language."""
    return _("“{name}”").format(name=name)


def allowed_numbers(
    low: "float | None" = None,
    high: "float | None" = None,
    *,
    whole: bool = False,
    unit: str = "",
    open_low: bool = False,
    grouped: bool = True,
) -> str:
    """What a number may be, as all errors say it: `a whole number from 1 to 64`, `a number from 0 to 100 %`, `a number
    above 0`. `open_low`: the least is not allowed itself. `grouped` as for `number`.
    """
    kind = _("a whole number") if whole else _("a number")
    if low is None:
        return kind
    least = number(low, most=6, grouped=grouped)
    if high is None:
        sentence = _("{kind} above {low}") if open_low else _("{kind} of {low} or more")
        return sentence.format(kind=kind, low=least)
    greatest = number(high, most=6, grouped=grouped)
    return _("{kind} from {low} to {high}").format(
        kind=kind, low=least, high=f"{greatest} {unit}" if unit else greatest
    )


def system_reason(error: OSError) -> str:
    """What the operating system says of an error, in the selected language as far as it is known; may be empty."""
    return _(error.strerror) if error.strerror else ""


def with_percent_sign(written: str) -> str:
    """A number already written by `number`, in percent. The minus stays in front of the sign."""
    sign = _MINUS if written.startswith(_MINUS) else ""
    return sign + _("{percent} %").format(percent=written.removeprefix(_MINUS))


def is_currency(code: object) -> bool:
    """Whether `code` has the form of a currency code of ISO 4217, such as EUR."""
    return isinstance(code, str) and _CURRENCY.fullmatch(code) is not None


def with_currency(written: str, currency: str) -> str:
    """A number already written by `number`, as an amount: `€ 2 474`, `−€ 5`, or `CHF 12.50` where the language has no
    symbol. `currency` is a code of ISO 4217."""
    symbol, is_before = _currency_symbol(currency, _language)
    sign, amount = (_MINUS, written[1:]) if written.startswith(_MINUS) else ("", written)
    return sign + (f"{symbol}{_NO_BREAK}{amount}" if is_before else f"{amount}{_NO_BREAK}{symbol}")


def load_currencies() -> None:
    """Read what amounts of money are written with, which takes a moment the first time; from any thread."""
    currency_decimals("EUR")
    _currency_symbol("EUR", _language)


@cache
def currency_decimals(currency: str) -> int:
    """How many decimals amounts of a currency have: two of euros, none of yen."""
    from babel.core import get_global  # not at the start, as below

    fractions = get_global("currency_fractions")
    return int(fractions.get(currency, fractions["DEFAULT"])[0])


@cache
def _currency_symbol(currency: str, language: str) -> tuple[str, bool]:
    """The symbol of a currency in a language, and whether it stands before the amount."""
    from babel.core import Locale  # not at the start: only what shows money pays for it

    locale = Locale.parse(language)
    pattern = locale.currency_formats["standard"].pattern
    return str(locale.currency_symbols.get(currency, currency)), pattern.index("\N{CURRENCY SIGN}") < pattern.index("#")


def month_number(name: str) -> int | None:
    """The month (1 to 12) that a word names in any of the languages, whole or shortened, such as “Jul” or “temmuz”;
    None for any other."""
    return _months().get(name.strip(".").casefold())


@cache
def _months() -> dict[str, int]:
    from babel.core import Locale  # not at the start, as above

    forms = (Locale.parse(one).months[use][width] for one in LANGUAGES for use in ("format", "stand-alone")
             for width in ("wide", "abbreviated"))  # fmt: skip
    return {str(name).strip(".").casefold(): month for names in forms for month, name in names.items()}


class TwoReadings(ValueError):
    """A number that is a thousand to some people and a little more than one to others, such as 1,250. Its text says so,
    and how to write either; `whole` is the thousand. `decimal`: the other one, where it has a shorter form."""

    def __init__(self, typed: str, plain: str, mark: str, decimal: str = "") -> None:
        self.whole = float(plain.replace(mark, ""))
        what = _("“{value}” can be read in two ways.").format(value=typed.strip())
        do = _("Write it as {whole} or {decimal}.")
        other = decimal or plain.replace(mark, _point)
        super().__init__(f"{what} {do.format(whole=plain.replace(mark, ''), decimal=other)}")


def parse_number(text: str) -> float:
    """Parse a number that the user typed, with either decimal separator. Raises ValueError, which is `TwoReadings` for
    one with three digits after the separator that isn't the language's own: it may stand before the thousands."""
    signed = "".join(text.split()).replace(_MINUS, "-")
    other = "." if _point == "," else ","
    if re.fullmatch(rf"[+-]?[1-9]\d{{0,2}}{re.escape(other)}\d{{3}}", signed, re.ASCII):
        raise TwoReadings(text, signed, other)
    plain = signed.replace(",", ".")
    if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", plain, re.ASCII) is None:
        raise ValueError("not a number")
    return float(plain)


def pgettext(context: str, message: str) -> str:
    """`message` in a `context`, for homonyms that other languages translate differently: the role “Admin” and the room
    “Admin”.
    """
    return _catalogue.pgettext(context, message)


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


_SYSTEM_REASONS: Final = (
    N_("No such file or directory"),
    N_("Permission denied"),
    N_("Operation not permitted"),
    N_("Is a directory"),
    N_("Not a directory"),
    N_("File exists"),
    N_("No space left on device"),
    N_("Disk quota exceeded"),
    N_("Read-only file system"),
    N_("File name too long"),
    N_("File too large"),
    N_("Too many levels of symbolic links"),
    N_("Too many open files"),
    N_("Too many open files in system"),
    N_("Device or resource busy"),
    N_("Text file busy"),
    N_("Input/output error"),
    N_("No such device"),
    N_("No such device or address"),
    N_("Invalid argument"),
    N_("Bad file descriptor"),
    N_("Broken pipe"),
    N_("Connection refused"),
    N_("Connection reset by peer"),
    N_("Connection timed out"),
    N_("Directory not empty"),
    N_("Invalid cross-device link"),
    N_("Operation not supported"),
    N_("Resource temporarily unavailable"),
    N_("Cannot allocate memory"),
    N_("Stale file handle"),
    N_("Inappropriate ioctl for device"),
    N_("No such process"),
)
"""What Linux says in English of most errors, to be translated by `system_reason`."""


def ngettext(one: str, many: str, count: int) -> str:
    """The form of a sentence that fits `count`; the caller formats the number in."""
    return _catalogue.ngettext(one, many, count)
