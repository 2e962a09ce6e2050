"""What DuckDB's errors mean, in words and at the place in the query: `Invalid` with facts `field`, `start`, `end`.

DuckDB counts places in bytes of UTF-8, we count characters.
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from benchboard.analytics.duckdb_variables import MarkedText
from benchboard.analytics.query_errors import (
    CHANGING_STATEMENTS,
    FIRST_KEYWORDS,
    KEYWORDS,
    column_advice,
    meant_fact,
    nearest_name,
    similar_keyword,
)
from benchboard.errors import AppError, Invalid
from benchboard.i18n import _, in_sentence

Place = tuple[int, int]
"""The first byte and the number of bytes; (0, 0) where it isn't known."""
NOWHERE: Final[Place] = (0, 0)
_WORD: Final = re.compile(r'"(?:[^"]|"")*"|\'(?:[^\']|\'\')*\'|\w+|\S')
_COMMENTS: Final = re.compile(r"\s+|--[^\n]*|/\*.*?\*/|[(;]", re.DOTALL)
_CONTINUED: Final = re.compile(r"\w|[,(=+*/<>|.-]")
_NOT_GROUPED: Final = re.compile(r'column "(.*?)" must appear in the GROUP BY')
_ARGUMENTS: Final = re.compile(r"given name and argument types '(.*?)\((.*)\)'", re.DOTALL)
_UNDECIDED: Final = re.compile(r"best candidate function for the function call \"(.*?)\((.*)\)\"", re.DOTALL)
_NO_TYPE: Final = re.compile(r"Type with name \"?(.*?)\"? does not exist")
_AMBIGUOUS: Final = re.compile(r"Ambiguous reference to column name \"(.*?)\" \(use: ['\"](.*?)['\"]")
_NOT_IN_TABLE: Final = re.compile(r'Values list "(.*?)" does not have a column named "(.*?)"')
_UNREADABLE: Final = re.compile(r"Could not convert string [\"'](.*?)[\"'] to|date field value out of range: \"(.*?)\"|"
                                r"invalid \w+ field format: \"(.*?)\"", re.DOTALL)  # fmt: skip
_SHOWN: Final = 40
"""Characters of a word that an error shows."""


@dataclass(frozen=True, slots=True)
class SourceText:
    """A query's text as DuckDB parses it and as it was written; both have the same places."""

    marked: MarkedText
    written: str

    @property
    def text(self) -> str:
        return self.marked.text

    @property
    def variables(self) -> Mapping[int, str]:
        """The names of the variables by the byte where each is used."""
        return self.marked.variables

    def error(
        self, code: str, what: str, do: str = "", place: Place = NOWHERE, why: str = "", *, meant: str = ""
    ) -> Invalid:
        """An error (`query.<code>`) in the query at a place; `meant` is the word that was perhaps meant there."""
        facts = {} if place == NOWHERE else dict(zip(("start", "end"), self.characters(place), strict=True))
        return Invalid(f"query.{code}", what, why=why, do=do, field="query", **facts, **meant_fact(meant))

    def characters(self, place: Place) -> tuple[int, int]:
        """The characters of a place: the first, and the one after the last. At least one character."""
        content = self.text.encode()
        start = len(content[: place[0]].decode(errors="replace"))
        end = len(content[: place[0] + place[1]].decode(errors="replace"))
        return min(start, max(len(self.written) - 1, 0)), max(end, min(start + 1, len(self.written)))

    def at(self, place: Place) -> str:
        """What stands at a place."""
        start, end = self.characters(place)
        return self.written[start:end]

    def similar(self, name: str, known: Collection[str]) -> str:
        """The advice to use a name like this one; empty where none is like it."""
        close = nearest_name(name.lower(), sorted(known))
        return _("Did you mean “{name}”?").format(name=close) if close else ""


def not_select(source: SourceText) -> Invalid:
    """The error that a text is a statement but no query, at its first word."""
    start = _first_word(source.written)
    found = _WORD.match(source.written, start)
    word = found[0] if found else ""
    what = _("Only SELECT is supported.")
    if word.upper() in CHANGING_STATEMENTS:
        what = _("Only SELECT is supported: queries can't change data.")
    return source.error("not-select", what, "", _bytes(source.written, start, start + len(word)))


def syntax_error(source: SourceText, error: Exception) -> Invalid:
    """What the parser couldn't understand."""
    facts = _facts(error)
    place = _place(facts)
    if place == NOWHERE and "position" not in facts:
        end = len(source.written.rstrip())
        what, do = _("This query is incomplete."), _("Check for an unclosed quote or bracket.")
        return source.error("syntax", what, do, _bytes(source.written, max(end - 1, 0), end))
    start, end = source.characters(place)
    word = source.written[start:end]
    first = _first_word(source.written)
    if start == first:
        if word.upper() not in CHANGING_STATEMENTS and (meant := similar_keyword(word, FIRST_KEYWORDS)):
            return _unexpected(source, word, place, meant)
        if word.upper() not in FIRST_KEYWORDS:
            return not_select(source)
    # The parser takes a misspelt keyword for a name and stumbles over the word that follows it.
    before = list(_WORD.finditer(source.written, 0, start))[-1:]
    for found_word, found_place in ((word, place), *((one[0], _bytes(source.written, *one.span())) for one in before)):
        meant = similar_keyword(found_word, KEYWORDS)
        if meant and found_word.upper() != meant.partition(" ")[0]:
            return _unexpected(source, found_word, found_place, meant)
    if word[:1] in ("'", '"', "$") or source.written.startswith("/*", start):
        what, do = _("This query is incomplete."), _("Check for an unclosed quote or bracket.")
        return source.error("syntax", what, do, place)
    if not source.written[end:].strip(" \t\r\n;") and _CONTINUED.match(word):
        return source.error("syntax", _("Something is missing after “{word}”.").format(word=word[:_SHOWN]), "", place)
    return _unexpected(source, word, place)


def _unexpected(source: SourceText, word: str, place: Place, meant: str = "") -> Invalid:
    do = _("Did you mean “{name}”?").format(name=meant) if meant else ""
    return source.error("syntax", _("Unexpected “{word}”.").format(word=word[:_SHOWN]), do, place, meant=meant)


def query_error(source: SourceText, error: Exception, place_of: "PlaceOf", columns: Sequence[str] = ()) -> AppError:
    """What an engine's error about the query means. `place_of` finds the place in the text as it was written; `columns`
    are those that the query can name, if they are known."""
    facts = _facts(error)
    kind, subtype = str(facts.get("exception_type", "")), str(facts.get("error_subtype", ""))
    message, place = str(facts.get("exception_message", "")), place_of(_place(facts))
    name = str(facts.get("name", ""))[:80]
    if subtype == "COLUMN_NOT_FOUND":
        what = _("There's no column “{name}”.").format(name=name)
        similar = _similar_columns(facts)
        # DuckDB itself names only some that are similar.
        advice = column_advice(name, columns) if columns else column_advice(name, similar, complete=False)
        return source.error("no-column", what, advice, place, meant=nearest_name(name, columns or similar))
    if found := _NOT_IN_TABLE.search(message):
        what = _("There's no column “{name}”.").format(name=".".join(found.groups())[:80])
        advice, meant = column_advice(found[2], columns), nearest_name(found[2], columns)
        return source.error("no-column", what, advice, place, meant=meant)
    if found := _AMBIGUOUS.search(message):
        table = found[2].rpartition(".")[0] or found[2]
        if "." in table:  # the engine's own name of a table that has no other, because it is joined with itself
            what = _("“{name}” is used twice.").format(name=table.rpartition(".")[2])
            return source.error("ambiguous", what, _("Rename one of them with AS."), place)
        what = _("“{name}” is in more than one table.").format(name=found[1])
        do = _("Add the table name, for example {table}.{name}.").format(table=table, name=found[1])
        return source.error("ambiguous", what, do, place)
    if kind == "Catalog" and subtype == "MISSING_ENTRY" and str(facts.get("type", "")) == "Table":
        return source.error("no-table", _("There's no table “{name}”.").format(name=name), "", place)
    if found := _NOT_GROUPED.search(message):
        what = _("“{name}” must be in GROUP BY or inside an aggregate.").format(name=found[1])
        do = _("Add it to GROUP BY, or use an aggregate such as min({name}).").format(name=found[1])
        return source.error("ungrouped", what, do, place)
    if found := _ARGUMENTS.search(message) or _UNDECIDED.search(message):
        what = _("“{name}” can't be used with {types}.").format(name=found[1], types=_types(found[2]))
        do = _("Convert one of them, for example CAST(value AS double).")
        if found[1].isidentifier() and "," not in found[2]:
            do = _("Convert its argument, for example {name}(CAST(value AS double)).").format(name=found[1])
        return source.error("kind", what, do, place)
    if found := _NO_TYPE.search(message):
        return source.error("no-type", _("There's no type “{name}”.").format(name=found[1][:_SHOWN]), "", place)
    if kind == "Conversion" and (found := _UNREADABLE.search(message)):
        value = next((group for group in found.groups() if group is not None), "")
        what = _("“{value}” can't be converted.").format(value=value[:_SHOWN])
        return source.error("cast", what, _("To leave such values empty, use TRY_CAST(value AS type)."), place)
    if kind == "Out of Range":
        return source.error("number", _("A number that the query calculates is too large to be exact."), "", place)
    why = message.partition("\n")[0].partition("LINE ")[0].strip()[:300].rstrip(".") + "."
    return source.error("refused", _("The database rejected this query."), "", place, why)


class PlaceOf:
    """Finds the place in the written text of one in a statement made of it: behind a prefix, with edits."""

    def __init__(self, edits: Sequence[tuple[int, int, int]] = (), prefix: int = 0) -> None:
        self._edits, self._prefix = edits, prefix

    def __call__(self, place: Place) -> Place:
        if place == NOWHERE:
            return place
        start, end = self._original(place[0]), self._original(place[0] + place[1])
        return (start, max(end - start, 0)) if start >= 0 else NOWHERE

    def _original(self, at: int) -> int:
        at, moved = at - self._prefix, 0
        for start, before, after in self._edits:
            if at >= start + moved + after:
                moved += after - before
            elif at > start + moved:
                return start
        return at - moved


def _similar_columns(facts: Mapping[str, Any]) -> list[str]:
    similar = [one.strip().strip('"').rpartition(".")[2] for one in str(facts.get("candidates", "")).split(",")]
    return [one for one in similar if one]


_TYPE_NAMES: Final = (
    (("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT",
      "INTEGER_LITERAL"), "integer"),
    (("DECIMAL", "DOUBLE", "FLOAT"), "decimal"),
    (("VARCHAR", "STRING_LITERAL"), "text"),
    (("BOOLEAN",), "boolean"),
    (("TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "TIMESTAMP_NS", "TIMESTAMP_S", "TIMESTAMP_MS"), "timestamp"),
    (("DATE",), "date"),
)  # fmt: skip


def _types(written: str) -> str:
    """The types in a list of arguments, as people read them: `INTEGER, VARCHAR` is a whole number and text."""
    from benchboard.analytics.query_types import kind_name

    found = []
    for one in re.split(r",\s*(?![^(]*\))", written):
        name = re.sub(r"\(.*\)", "", one).strip()
        kind = next((kind for names, kind in _TYPE_NAMES if name in names), None)
        found.append(kind_name(kind) if kind is not None else name.lower())  # type: ignore[arg-type]  # the table's own
    return in_sentence(dict.fromkeys(found))


def _facts(error: Exception) -> dict[str, Any]:
    """What DuckDB tells of an error (its setting errors_as_json); only its message if it isn't told as JSON."""
    text = str(error)
    start = text.find("{")
    try:
        found = json.JSONDecoder().raw_decode(text[start:])[0] if start >= 0 else {}
    except (ValueError, RecursionError):
        found = {}
    return found if isinstance(found, dict) and found else {"exception_message": text.partition(": ")[2] or text}


def _place(facts: Mapping[str, Any]) -> Place:
    found = re.fullmatch(r"\[(\d+),(\d+)\]", str(facts.get("location", "")))
    if found:
        return int(found[1]), int(found[2])
    position = str(facts.get("position", ""))
    return (int(position), 1) if position.isdecimal() else NOWHERE


def _first_word(text: str) -> int:
    at = 0
    while found := _COMMENTS.match(text, at):
        at = found.end()
    return at


def _bytes(text: str, start: int, end: int) -> Place:
    first = len(text[:start].encode())
    return first, len(text[:end].encode()) - first
