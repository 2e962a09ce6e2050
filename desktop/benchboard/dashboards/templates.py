"""Dashboards to begin from: documents that ride in the resources, over the tables every organisation has."""

from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from benchboard.dashboards.document import Document, fitted, parse_document
from benchboard.dashboards.layout import decode
from benchboard.dashboards.templatewords import spoken
from benchboard.i18n import N_, everywhere
from benchboard.storage import locate


@dataclass(frozen=True, slots=True)
class Template:
    """A dashboard to begin from. Title and sentence are marked and translated where they are shown."""

    key: str
    title: str
    about: str

    @property
    def document(self) -> Document:
        """What it holds in the language that is spoken now, free of overlaps."""
        return fitted(parse_document(spoken(_read(self.key))))


TEMPLATES: Final = (
    Template("orders-overview", N_("Orders overview"), N_("How many, how much, in which state, and the latest ones")),
    Template("revenue-by-currency", N_("Revenue by currency"), N_("Each currency by itself; nothing is converted")),
    Template("shop-owners-day", N_("Shop owner's day"), N_("What came in, what has to go out, what to remember")),
    Template("operations-board", N_("Operations board"), N_("What waits, how it flows, what went wrong")),
    Template("kpi-wall", N_("KPI wall"), N_("Twelve numbers to be read from across the room")),
    Template("table-and-details", N_("Table and details"), N_("Every order, and beside it what they add up to")),
    Template("weekly-review", N_("Weekly review"), N_("One tab for each question of the weekly meeting")),
    Template("rows", N_("Blank page with rows"), N_("Three rows with headings, to be filled")),
)


def begun(document: Document, template: Template) -> Document:
    """A document that begins anew from a template. It keeps the title and the description somebody gave it, its
    variables and unknown fields."""
    fresh = template.document
    return replace(
        fresh,
        title=fresh.title if _given("title", document.title) else document.title,
        description=fresh.description if _given("description", document.description) else document.description,
        variables=document.variables or fresh.variables,
        source={**fresh.source, **document.source},
    )


def _given(field: str, words: str) -> bool:
    """Whether a template gave a document these words, or nobody."""
    said = (str(_read(one.key).get(field, "")) for one in TEMPLATES)
    return not words or any(words in everywhere(one, locate.resources() / "i18n") for one in said if one)


@cache
def _read(key: str) -> dict[str, object]:
    value = decode((locate.resources() / "templates" / f"{key}.json").read_bytes())
    assert isinstance(value, dict)
    return value
