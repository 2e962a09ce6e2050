"""Names of columns in queries, made from the titles that people gave them: `Sıcaklık (°C)` becomes `sicaklik_c`."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

MAX_NAME: Final = 60
"""Characters of a name; room is left for a number that tells two apart."""
NAME: Final = re.compile(r"[a-z_][a-z0-9_]{0,62}", re.ASCII)
"""What a name in a query may be."""
_LETTERS: Final = str.maketrans({"ı": "i", "ß": "ss", "æ": "ae", "ø": "o", "đ": "d", "ł": "l", "œ": "oe", "þ": "th",
                                 "µ": "u", "μ": "u", "Ω": "ohm", "%": " pct ", "°": " "})  # fmt: skip
_KEYWORD_TEXT: Final = """
    all analyse analyze and anti any array as asc asof asymmetric at authorization binary both by case cast check
    collate collation column concurrently constraint create cross default deferrable desc describe distinct do
    else end except false fetch for foreign freeze from full glob group having ilike in initially inner
    intersect into is isnull join lambda lateral leading left like limit natural not notnull null offset on only
    or order outer overlaps pivot pivot_longer pivot_wider placing positional primary qualify references
    returning right select semi show similar some summarize symmetric table tablesample then to trailing true
    union unique unpack unpivot using variadic verbose when where window with
"""
_GERMAN: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_GERMAN_LETTERS: Final = re.compile("[äß]")
_OTHER_LETTERS: Final = re.compile("[åõşğıçñæø]")
"""Letters of languages that have ä, ö or ü too, and don't write them as two letters."""
KEYWORDS: Final = frozenset(_KEYWORD_TEXT.split())
"""DuckDB's words that would have to be quoted where a column stands."""


def query_name(title: str) -> str:
    """The name for a title: lower-case ASCII, at most `MAX_NAME` characters, no keyword; empty if nothing is left."""
    plain = unicodedata.normalize("NFKD", title.translate(_LETTERS).lower().translate(_LETTERS))
    words = re.findall("[a-z0-9]+", plain.encode("ascii", "ignore").decode() if plain.isascii() else _ascii(plain))
    name = "_".join(words)[:MAX_NAME].rstrip("_")
    if not name:
        return ""
    if name[0].isdigit():
        return f"c_{name}"[:MAX_NAME]
    return f"{name}_" if name in KEYWORDS else name


def query_names(titles: Iterable[str]) -> tuple[str, ...]:
    """A name for each title, all different: a second `value` is `value_2`, a column without a title `column_3`.

    In German titles ä, ö and ü become ae, oe and ue."""
    given = list(titles)
    if _is_german(given):
        given = [unicodedata.normalize("NFC", title).lower().translate(_GERMAN) for title in given]
    wanted = [query_name(title) or f"column_{place}" for place, title in enumerate(given, 1)]
    taken: set[str] = set()
    names = []
    for base in wanted:
        name, count = base, 1
        # A number must not make the name of another column: of a, a, a_2 the second is a_3.
        while name in taken or (count > 1 and name in wanted):
            count += 1
            name = f"{base.rstrip('_')}_{count}"
        taken.add(name)
        names.append(name)
    return tuple(names)


def _is_german(titles: Sequence[str]) -> bool:
    """Whether titles have letters that only German and its neighbours have, in words of two letters or more."""
    text = unicodedata.normalize("NFC", " ".join(title for title in titles if len(title.strip()) > 1)).lower()
    return _GERMAN_LETTERS.search(text) is not None and _OTHER_LETTERS.search(text) is None


def _ascii(text: str) -> str:
    """`text` with accents dropped, and a space for whatever else isn't ASCII."""
    kept = (sign for sign in text if not unicodedata.combining(sign))
    return "".join(sign if sign.isascii() else " " for sign in kept)
