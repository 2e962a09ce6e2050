"""Dashboards to begin from: documents that ride in the resources, over the tables every organisation has."""

from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from benchboard import package_data
from benchboard.dashboards.document.document import Document, fitted, parse_document
from benchboard.dashboards.layout import decode
from benchboard.dashboards.template_strings import translated
from benchboard.i18n import N_, everywhere


@dataclass(frozen=True, slots=True)
class Template:
    """A dashboard to begin from. Title and sentence are marked and translated where they are shown."""

    key: str
    title: str
    about: str

    @property
    def document(self) -> Document:
        """What it holds in the language that is spoken now, free of overlaps."""
        return fitted(parse_document(translated(_read(self.key))))


TEMPLATES: Final = (
    Template("orders-overview", N_("Orders overview"), N_("Order volume, revenue, status and latest orders")),
    Template("revenue-by-currency", N_("Revenue by currency"), N_("Revenue in each currency, without conversion")),
    Template("shop-owners-day", N_("Shop owner's day"), N_("New orders, orders to ship and notes")),
    Template("operations-board", N_("Operations board"), N_("Backlog, throughput and problems")),
    Template("kpi-wall", N_("KPI wall"), N_("Twelve numbers you can read from across the room")),
    Template("table-and-details", N_("Table and details"), N_("All orders, with totals alongside")),
    Template("weekly-review", N_("Weekly review"), N_("One tab per topic of the weekly meeting")),
    Template("rows", N_("Blank dashboard with rows"), N_("Three titled rows, ready to fill")),
)

NEW_TITLE: Final = N_("New dashboard")
"""What a dashboard is called until somebody names it, in the language of whoever makes it."""


def apply_template(document: Document, template: Template) -> Document:
    """A document that begins anew from a template. It keeps the title and the description somebody gave it, its
    variables and unknown fields."""
    fresh = template.document
    return replace(
        fresh,
        title=fresh.title if _is_default("title", document.title) else document.title,
        description=fresh.description if _is_default("description", document.description) else document.description,
        variables=document.variables or fresh.variables,
        source={**fresh.source, **document.source},
    )


def _is_default(field: str, text: str) -> bool:
    """Whether nobody wrote this title or description: it is empty, a template's, or a new dashboard's, in any language.

    The stored text is in the language of whoever made the dashboard, which need not be the reader's.
    """
    defaults = [str(_read(one.key).get(field, "")) for one in TEMPLATES]
    if field == "title":
        defaults.append(NEW_TITLE)
    return not text or any(text in everywhere(one, package_data.resources_folder() / "i18n") for one in defaults if one)


@cache
def _read(key: str) -> dict[str, object]:
    value = decode((package_data.resources_folder() / "templates" / f"{key}.json").read_bytes())
    assert isinstance(value, dict)
    return value
