"""What is wrong with the grammar of an expression, in the words of who wrote it. An engine complains of the query
around it, such as of the AS that follows it there."""

from collections.abc import Collection, Sequence
from difflib import get_close_matches
from typing import Final, NamedTuple

from benchboard.analytics.query_builder.combined import quotes_advice
from benchboard.analytics.query_builder.question import Dialect
from benchboard.analytics.query_builder.safe_division import error_as_written
from benchboard.analytics.query_builder.sql_words import QueryWord, placed_words, unquoted_name
from benchboard.analytics.query_errors import column_advice, meant_fact, nearest_name
from benchboard.errors import AppError, Invalid
from benchboard.i18n import _

_Placed = Sequence[tuple[QueryWord, int, int]]
_SHOWN: Final = 40
"""Characters of a part of the expression in a message."""
_SIGNS: Final = frozenset(("+", "-", "*", "/", "%", "||", "=", "<>", "!=", "<", ">", "<=", ">="))
_UNARY: Final = ("+", "-")
_BINARY_WORDS: Final = frozenset(("and", "or", "in", "like", "ilike", "is", "between"))
_CASE_WORDS: Final = ("when", "then", "else", "end")
_VALUES: Final = frozenset(("null", "true", "false"))
_TYPES: Final = frozenset(("date", "time", "timestamp", "timestamptz", "interval"))
"""Types that a text may follow, as in `DATE '2026-01-31'`."""
_LIKE_CASE: Final = 0.75
"""How like CASE a word is that is perhaps a misspelling of it: 1 is the same word."""
_OTHER_WORDS: Final = frozenset(
    """
    all any array as asc at both by cast collate current day desc distinct div double escape except exclude exists
    extract filter first following for from group having hour if ignore interval isnull last leading limit minute mod
    month notnull nulls on order over partition placing preceding precision quarter range regexp respect rlike row rows
    second separator similar to trailing try_cast unbounded using varying week where window with within without xor year
    zone
    """.split()  # noqa: SIM905  # a list of them would be a page long
)
"""Words whose grammar isn't followed here: nothing is said of what stands beside them."""


class ExpressionFault(NamedTuple):
    """What is wrong, what to do, and where: its first character and the one after its last."""

    what: str
    do: str
    start: int
    end: int


def expression_error(
    error: AppError, asked: str, start: int, expression: str, dialect: Dialect, columns: Collection[str] = ()
) -> AppError:
    """What is wrong with the query `asked`, in which the guarded `expression` begins at `start`, said of the expression
    as it is written. Columns are those that it may name."""
    error = _with_quotes_advice(_with_column_advice(error, asked, columns), asked, expression, dialect)
    error = error_as_written(error, start, expression, dialect)
    if error.code != "query.syntax":
        return error
    place = error.facts.get("start")
    at = place - start if isinstance(place, int) else len(expression)
    fault = _misspelling(error, at, expression, dialect, columns) or expression_fault(expression, dialect)
    fault = fault or _unreadable(at, expression, dialect)
    return Invalid(
        error.code, fault.what, do=fault.do, field="expression", start=start + fault.start, end=start + fault.end
    )


def _with_column_advice(error: AppError, asked: str, columns: Collection[str]) -> AppError:
    """The error with the advice to use one of the columns that an expression may name: the source knows those of its
    tables alone."""
    start, end = error.facts.get("start"), error.facts.get("end")
    if error.code != "query.no-column" or not columns or not isinstance(start, int) or not isinstance(end, int):
        return error
    written = {one.casefold(): one for one in columns}
    meant = written.get(nearest_name(unquoted_name(asked[start:end]).casefold(), written), "")
    do = column_advice(meant or asked[start:end], list(columns))
    facts = {key: value for key, value in error.facts.items() if key != "meant"} | meant_fact(meant)
    return Invalid(error.code, error.what, why=error.why, do=do, **facts)


def _with_quotes_advice(error: AppError, asked: str, expression: str, dialect: Dialect) -> AppError:
    """The error with the advice to put in quotes what was taken for a column."""
    start, end = error.facts.get("start"), error.facts.get("end")
    if error.code != "query.no-column" or not isinstance(start, int) or not isinstance(end, int):
        return error
    advice = quotes_advice(asked[start:end], expression, dialect)
    return Invalid(error.code, error.what, why=error.why, do=f"{error.do} {advice}".strip(), **error.facts)


def _misspelling(
    error: AppError, at: int, expression: str, dialect: Dialect, columns: Collection[str]
) -> ExpressionFault | None:
    """That a word is perhaps a misspelt keyword, which no column has as its name."""
    found = next((one for one in placed_words(expression, dialect) or () if one[1] == at), None)
    if found is None or not error.facts.get("meant") or found[0].text in {one.casefold() for one in columns}:
        return None
    return ExpressionFault(_not_here(expression[found[1] : found[2]]), error.do, found[1], found[2])


def _not_here(word: str) -> str:
    return _("“{word}” can't be used here.").format(word=_shown(word))


def _unreadable(at: int, expression: str, dialect: Dialect) -> ExpressionFault:
    """That the expression can't be read at a character, of which no more is known."""
    placed = placed_words(expression, dialect) or ()
    word = next((one for one in placed if one[1] <= at < one[2]), None)
    if word is not None and word[0] != _CLOSE:
        return ExpressionFault(_not_here(expression[word[1] : word[2]]), _("Check what stands before it."), *word[1:])
    start, end = (placed[-1][1], placed[-1][2]) if word is None and placed else (0, len(expression))
    near = _("Check it near “{word}”.").format(word=_shown(expression[start:end]))
    return ExpressionFault(_("The formula can't be calculated as it is written."), near, start, end)


def expression_fault(text: str, dialect: Dialect) -> ExpressionFault | None:
    """What is wrong with the grammar of an expression that can't be read; None where that isn't known."""
    placed = placed_words(text, dialect) or ()
    for at in range(len(placed)):
        if fault := _case_fault(text, placed, at) or _fault_before(text, placed, at):
            return fault
    return None


def _fault_before(text: str, placed: _Placed, at: int) -> ExpressionFault | None:
    """What is wrong between a word and the one before it."""
    (word, start, end), before = placed[at], placed[at - 1][0] if at else None
    if at and _ends_operand(placed, at - 1) and _begins_operand(placed, at):
        first, last = _operand_start(placed, at - 1), _operand_end(placed, at)
        left, right = text[placed[first][1] : placed[at - 1][2]], text[start : placed[last][2]]
        what = _("An operator is missing between “{left}” and “{right}”.")
        return ExpressionFault(what.format(left=_shown(left), right=_shown(right)),
                               _("For example + or *."), placed[first][1], placed[last][2])  # fmt: skip
    if not _needs_operand(placed, at - 1) or not _cannot_begin(placed, at):
        return None
    if before == _OPEN and word == _CLOSE:
        what = _("There is nothing in these brackets.")
        return ExpressionFault(what, _("Add a value, or remove them."), placed[at - 1][1], end)
    if before is None or before == _OPEN:
        return _lacking(_("A value is missing before “{sign}”."), text[start:end], start, end)
    previous = placed[at - 1]
    if word == _CLOSE:
        return _lacking(_("A value is missing after “{sign}”."), text[previous[1] : previous[2]],
                        previous[1], previous[2])  # fmt: skip
    what = _("A value is missing between “{left}” and “{right}”.")
    left, right = text[previous[1] : previous[2]], text[start:end]
    return ExpressionFault(what.format(left=_shown(left), right=_shown(right)), "", previous[1], end)


def _lacking(words: str, sign: str, start: int, end: int) -> ExpressionFault:
    return ExpressionFault(words.format(sign=_shown(sign)), "", start, end)


def _case_fault(text: str, placed: _Placed, at: int) -> ExpressionFault | None:
    """That a word of CASE stands where none is open, or that one has no condition."""
    word, start, end = placed[at]
    if word.kind != "word" or word.text not in _CASE_WORDS:
        return None
    open_cases: list[list[str]] = []
    for one, _start, _end in placed[:at]:
        if one == _CASE:
            open_cases.append([])
        elif one == _END and open_cases:
            open_cases.pop()
        elif open_cases and one.kind == "word" and one.text in _CASE_WORDS:
            open_cases[-1].append(one.text)
    do = _("For example {example}.").format(example="CASE WHEN x > 0 THEN 1 ELSE 0 END")
    written = text[start:end]
    if not open_cases:
        meant = next((one for one in placed[:at] if get_close_matches(one[0].text, ("case",), cutoff=_LIKE_CASE)), None)
        if meant is not None and _is_name(meant[0]):
            do = _("Did you mean “{name}”?").format(name="CASE")
            return ExpressionFault(_not_here(text[meant[1] : meant[2]]), do, meant[1], meant[2])
        return ExpressionFault(_("“{word}” belongs in a CASE.").format(word=written), do, start, end)
    last = open_cases[-1][-1] if open_cases[-1] else ""
    if last not in _BEFORE_CASE_WORD[word.text]:
        return ExpressionFault(_("“{word}” can't follow here in a CASE.").format(word=written), do, start, end)
    return None


_BEFORE_CASE_WORD: Final = {"when": ("", "then"), "then": ("when",), "else": ("then",), "end": ("then", "else")}
"""Which words of CASE may come before one."""
_OPEN, _CLOSE = QueryWord("sign", "("), QueryWord("sign", ")")
_CASE, _END = QueryWord("word", "case"), QueryWord("word", "end")
_NOT: Final = QueryWord("word", "not")


def _is_name(word: QueryWord) -> bool:
    """Whether a word can be a column or a function."""
    if word.kind == "name":
        return True
    known = _BINARY_WORDS | _VALUES | _OTHER_WORDS | {"case", "not", *_CASE_WORDS}
    return word.kind == "word" and word.text not in known


def _ends_operand(placed: _Placed, at: int) -> bool:
    word = placed[at][0]
    is_value = word.kind in ("number", "text") or word in (_CLOSE, _END) or _is_name(word)
    return is_value or (word.kind == "word" and word.text in _VALUES)


def _begins_operand(placed: _Placed, at: int) -> bool:
    word, before = placed[at][0], placed[at - 1][0]
    if word == _OPEN:
        return not _is_name(before)  # else it has the arguments of a function
    if word.kind == "text" and before.kind == "word" and before.text in _TYPES:
        return False
    is_value = word.kind in ("number", "text") or word == _CASE or _is_name(word)
    return is_value or (word.kind == "word" and word.text in _VALUES)


def _needs_operand(placed: _Placed, at: int) -> bool:
    """Whether a column or a number has to come after a word, or at the beginning."""
    if at < 0:
        return True
    word = placed[at][0]
    if word.kind == "sign":
        return (word.text in _SIGNS and not _counts_rows(placed, at)) or word.text in ("(", ",", "::")
    return word.kind == "word" and word.text in (*_BINARY_WORDS, "when", "then", "else")


def _cannot_begin(placed: _Placed, at: int) -> bool:
    """Whether a word is a sign, or a word like one, that something has to come before."""
    word = placed[at][0]
    if word.kind == "word":
        return word.text in _BINARY_WORDS or word.text in ("when", "then", "else", "end")
    if word.kind != "sign" or word.text in _UNARY or word.text in ("(", "."):
        return False
    if word == _CLOSE and at >= 2 and placed[at - 1][0] == _OPEN:
        return not _is_name(placed[at - 2][0])  # a function without arguments
    return not _counts_rows(placed, at)


def _counts_rows(placed: _Placed, at: int) -> bool:
    """Whether a word is the sign in `count(*)`."""
    return [_text(placed, one) for one in (at - 1, at, at + 1)] == ["(", "*", ")"]


def _text(placed: _Placed, at: int) -> str:
    return placed[at][0].text if 0 <= at < len(placed) else ""


def _operand_start(placed: _Placed, at: int) -> int:
    """The first word of the operand that ends at a word: of a call, its function."""
    opening = {_CLOSE: _OPEN, _END: _CASE}.get(placed[at][0])
    depth, first = 0, at
    while opening is not None and first > 0:
        depth += (placed[first][0] == placed[at][0]) - (placed[first][0] == opening)
        if not depth:
            break
        first -= 1
    is_call = placed[at][0] == _CLOSE and first > 0 and _is_name(placed[first - 1][0])
    first -= is_call
    while first > 1 and _text(placed, first - 1) == ".":
        first -= 2
    return first


def _operand_end(placed: _Placed, at: int) -> int:
    """The last word of the operand that begins at a word: of a call, its closing bracket."""
    last = at
    while last + 2 < len(placed) and _text(placed, last + 1) == ".":
        last += 2
    if _is_name(placed[last][0]) and last + 1 < len(placed) and placed[last + 1][0] == _OPEN:
        last += 1
    closing = {_OPEN: _CLOSE, _CASE: _END}.get(placed[last][0])
    if closing is None:
        return last
    opening, depth = placed[last][0], 0
    for end in range(last, len(placed)):
        depth += (placed[end][0] == opening) - (placed[end][0] == closing)
        if not depth:
            return end
    return last


def _shown(text: str) -> str:
    """A part of the expression as a message names it."""
    whole = " ".join(text.split())
    return whole if len(whole) <= _SHOWN else f"{whole[: _SHOWN - 1]}…"
