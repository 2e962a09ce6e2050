"""What is wrong with the grammar of a formula, in the words of who wrote it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.analytics import duckdb_parser, query_parser
from benchboard.analytics.data_models.definition import ModelDefinition, ModelField, ModelMeasure, ModelTable
from benchboard.analytics.data_models.measures import check_measure
from benchboard.analytics.query_builder.combined import check_expression
from benchboard.analytics.query_builder.expression_errors import expression_error, expression_fault
from benchboard.analytics.query_builder.question import Dialect
from benchboard.analytics.query_builder.safe_division import guarded
from benchboard.errors import AppError, Invalid
from support.examples import examples

COLUMNS = ("price", "amount", "a", "b")
DIALECTS: tuple[Dialect, ...] = ("own", "duckdb", "postgresql", "mysql")


def parse(asked: str, dialect: Dialect) -> None:
    if dialect == "duckdb":
        duckdb_parser.parse_query(asked)
    else:
        query_parser.parse_query(asked, mysql=dialect == "mysql")


def error_of(text: str, dialect: Dialect) -> AppError | None:
    """What the check of a formula says of it, as far as it is said by its grammar."""
    whole = guarded(text, dialect)
    asked = f"SELECT value FROM (SELECT *, {whole} AS value FROM orders) LIMIT 5"
    start = asked.index(f"{whole} AS value")
    try:
        check_expression(text, dialect)
        parse(asked, dialect)
    except AppError as error:
        if error.code.startswith("calculation."):
            return error
        found = expression_error(error, asked, start, text, dialect, COLUMNS)
        for place in ("start", "end"):
            if isinstance(at := found.facts.get(place), int):
                found.facts[place] = at - start
        return found
    return None


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(("text", "said", "spot"), [
    ("price amount", "An operator is missing between “price” and “amount”.", (0, 12)),
    ("2 * price amount + 1", "An operator is missing between “price” and “amount”.", (4, 16)),
    ("round(a, 2) abs(b)", "An operator is missing between “round(a, 2)” and “abs(b)”.", (0, 18)),
    ("(a + b) 2", "An operator is missing between “(a + b)” and “2”.", (0, 9)),
    ("coalesce(price amount, 0)", "An operator is missing between “price” and “amount”.", (9, 21)),
    ("2 (a)", "An operator is missing between “2” and “(a)”.", (0, 5)),
    ("CASE WHEN a > 1 THEN 1 ELSE 0 END b",
     "An operator is missing between “CASE WHEN a > 1 THEN 1 ELSE 0 END” and “b”.", (0, 35)),
    ("a * / b", "A value is missing between “*” and “/”.", (2, 5)),
    ("(a + b *)", "A value is missing after “*”.", (7, 8)),
    ("/ a + b", "A value is missing before “/”.", (0, 1)),
    ("a + ()", "There is nothing in these brackets.", (4, 6)),
    ("a + THEN b", "“THEN” belongs in a CASE.", (4, 8)),
    ("CASE a END", "“END” can't follow here in a CASE.", (7, 10)),
])  # fmt: skip
def test_fault_is_said_in_the_words_of_the_formula_at_its_place(
    text: str, said: str, spot: tuple[int, int], dialect: Dialect
) -> None:
    found = error_of(text, dialect)
    if found is None or not found.code.startswith(("query.", "calculation.")):
        pytest.skip("this language reads it")
    if found.code == "query.syntax":
        assert (found.what, (found.facts["start"], found.facts["end"])) == (said, spot)


@pytest.mark.parametrize(("text", "said", "spot"), [
    ("price amount", "An operator is missing between “price” and “amount”.", (0, 12)),
    ("sum(a) sum(b)", "An operator is missing between “sum(a)” and “sum(b)”.", (0, 13)),
    ("price * (amount price)", "An operator is missing between “amount” and “price”.", (9, 21)),
    ("price * * amount", "A value is missing between “*” and “*”.", (6, 9)),
])  # fmt: skip
def test_missing_operator_is_said_of_a_formula_over_measures(text: str, said: str, spot: tuple[int, int]) -> None:
    others = tuple(ModelMeasure(name, "sum", name, "decimal") for name in ("price", "amount"))
    fields = tuple(ModelField(name, name, "decimal") for name in COLUMNS)
    definition = ModelDefinition((ModelTable("", "orders", fields),), measures=others)
    with pytest.raises(Invalid) as caught:
        check_measure(definition, ModelMeasure("ratio", "formula", text, "decimal"), "duckdb")
    assert (caught.value.what, (caught.value.facts["start"], caught.value.facts["end"])) == (said, spot)


@pytest.mark.parametrize(
    "text",
    [
        "a + b",
        "-a * -b",
        "count(*)",
        "now()",
        "CASE WHEN a > 1 THEN b WHEN a IS NOT NULL THEN 2 ELSE 0 END",
        "CASE a WHEN 1 THEN CASE b WHEN 2 THEN 3 END END",
        "a NOT IN (1, 2) AND NOT b LIKE 'x'",
        "CAST(a AS int) BETWEEN 1 AND 2",
        "DATE '2026-01-31'",
        "sum(a) OVER (PARTITION BY b ORDER BY a DESC NULLS LAST)",
        "extract(year FROM a)",
        "a::double precision",
    ],
)
def test_expression_that_can_be_read_has_no_fault(text: str) -> None:
    assert expression_fault(text, "duckdb") is None


def test_misspelt_keyword_is_named_unless_it_is_a_column() -> None:
    found = error_of("CASEE WHEN a > 1 THEN 1 END", "duckdb")
    assert found is not None
    assert found.what == "“CASEE” can't be used here."
    assert "CASE" in found.do


_WORDS = st.sampled_from(
    """
    price amount + - * / % ( ) , 'x' 2 case when then end else = < and or not round(price,2) coalesce(amount,0) between
    in is null distinct || . :: from order by cas "price" sum(a) over having group limit where union like interval date
    """.split()  # noqa: SIM905  # a list of them would be half a page long
)
_PARSERS_WORDS = re.compile(
    r"\bAS\b|\bEOF\b|[Uu]nexpected|[Tt]oken|[Pp]arse|sqlglot|[Ee]xpect(ed|ing)|_PAREN|IDENTIFIER|LITERAL|\bVAR\b"
    r"|SELECT|query is incomplete|nullif\("
)


@examples(300)
@given(words=st.lists(_WORDS, min_size=1, max_size=7), dialect=st.sampled_from(DIALECTS))
def test_no_malformed_formula_is_answered_in_the_words_of_a_parser(words: list[str], dialect: Dialect) -> None:
    text = " ".join(words)
    found = error_of(text, dialect)
    if found is None:
        return
    said = " ".join((found.what, found.why, found.do))
    assert not _PARSERS_WORDS.search(said), said
    if found.code == "query.syntax":
        start, end = found.facts["start"], found.facts["end"]
        assert 0 <= start < end <= len(text), said
