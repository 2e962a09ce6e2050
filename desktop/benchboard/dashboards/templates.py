"""The dashboard templates: documents in the resources, over the tables that every organisation has."""

from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from benchboard import package_data
from benchboard.dashboards.document.document import Document, fitted_document, parse_document
from benchboard.dashboards.layout import decode
from benchboard.i18n import N_, _, all_translations


@dataclass(frozen=True, slots=True)
class Template:
    """A dashboard to start from. `title` and `about` are marked for translation where they are shown."""

    key: str
    title: str
    about: str

    @property
    def document(self) -> Document:
        """Its dashboard in the current language, without overlaps."""
        return fitted_document(parse_document(translated(_read(self.key))))

    @property
    def shows_orders(self) -> bool:
        """Whether its widgets are of no use without orders."""
        return _has_query(_read(self.key))


TEMPLATES: Final = (
    Template("orders-overview", N_("Orders overview"), N_("Order volume, revenue, status and latest orders")),
    Template("revenue-by-currency", N_("Revenue by currency"), N_("Revenue in each currency, without conversion")),
    Template("shop-owners-day", N_("Shop owner's day"), N_("New orders, orders to ship and notes")),
    Template("operations-board", N_("Operations board"), N_("Backlog, throughput and problems")),
    Template("kpi-wall", N_("KPI wall"), N_("Twelve numbers you can read from across the room")),
    Template("table-and-details", N_("Table and details"), N_("All orders, with totals alongside")),
    Template("weekly-review", N_("Weekly review"), N_("One tab per topic of the weekly meeting")),
    Template("rows", N_("Blank with rows"), N_("Three titled rows, ready to fill")),
)

NEW_TITLE: Final = N_("New dashboard")
"""The title of a new dashboard, translated into its creator's language."""


def apply_template(document: Document, template: Template) -> Document:
    """A document that starts over from a template.

    It keeps a title and description that a user wrote, its variables and unknown fields.
    """
    fresh = template.document
    return replace(
        fresh,
        title=fresh.title if _is_default("title", document.title) else document.title,
        description=fresh.description if _is_default("description", document.description) else document.description,
        variables=document.variables or fresh.variables,
        source={**fresh.source, **document.source},
    )


def _is_default(field: str, text: str) -> bool:
    """Whether this title or description isn't a user's: it is empty, a template's, or a new dashboard's, in any
    language.

    The stored text is in the language of the dashboard's creator, which may not be the reader's.
    """
    defaults = [str(_read(one.key).get(field, "")) for one in TEMPLATES]
    if field == "title":
        defaults.append(NEW_TITLE)
    return not text or any(
        text in all_translations(one, package_data.resources_folder() / "i18n") for one in defaults if one
    )


def _has_query(value: object) -> bool:
    if isinstance(value, list):
        return any(map(_has_query, value))
    return isinstance(value, dict) and ("query" in value or any(map(_has_query, value.values())))


@cache
def _read(key: str) -> dict[str, object]:
    value = decode((package_data.resources_folder() / "templates" / f"{key}.json").read_bytes())
    assert isinstance(value, dict)
    return value


def translated(value: object) -> object:
    """A template's decoded JSON in the current language: its texts, and the weekdays in its queries."""
    if isinstance(value, list):
        return [translated(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {key: _translated_text(key, one) if isinstance(one, str) else translated(one) for key, one in value.items()}


def _translated_text(key: str, text: str) -> str:
    if key in _TRANSLATED_FIELDS and text:
        return _(text)
    if key != "query":
        return text
    for day, ours in zip(_DAYS.split(), _("Mon Tue Wed Thu Fri Sat Sun").split(), strict=True):
        text = text.replace(f"'{day}'", f"'{ours}'")
    return text


_DAYS: Final = "Mon Tue Wed Thu Fri Sat Sun"
_TRANSLATED_FIELDS: Final = ("title", "description", "text", "alt", "compare", "label")
WORDS: Final = (
    N_("Twelve numbers you can read from across the room. Revenue leaves out cancelled orders."),
    N_("Orders, 7 days"),
    N_("vs previous 7 days"),
    N_("Fulfilled orders, 7 days"),
    N_("Paid orders, 7 days"),
    N_("Pending orders, 7 days"),
    N_("Refunds, 7 days"),
    N_("Cancelled orders, 7 days"),
    N_("Revenue (EUR), 7 days"),
    N_("US dollar revenue, 7 days"),
    N_("Pound revenue, 7 days"),
    N_("Average order (EUR), 7 days"),
    N_("Largest order (EUR), 7 days"),
    N_("Shops with orders, 7 days"),
    N_("Backlog, throughput and problems, each in its own row."),
    N_("Backlog"),
    N_("Unpaid"),
    N_("Paid, not shipped"),
    N_("Oldest paid orders to ship"),
    N_("Throughput"),
    N_("Ordered and fulfilled per day"),
    N_("Order lifecycle"),
    N_("Placed, paid, shipped, delivered"),
    N_("Orders by weekday"),
    N_("Problems"),
    N_("Refunds and cancellations per week"),
    N_("Order volume, revenue without cancelled orders, status and latest orders."),
    N_("Orders per day"),
    N_("Orders by status"),
    N_("Latest orders"),
    N_("Revenue in each currency, without cancelled orders and without conversion."),
    N_("Weekly revenue (EUR)"),
    N_("US dollar revenue per week"),
    N_("Pound revenue per week"),
    N_("Orders by currency"),
    N_("Revenue by currency and shop"),
    N_("Orders and revenue by currency"),
    N_("Three titled rows, ready to fill."),
    N_("Key numbers"),
    N_("First row"),
    N_("Add the two or three numbers that matter most."),
    N_("Breakdown"),
    N_("Second row"),
    N_("Add charts that explain the numbers."),
    N_("Reference"),
    N_("Third row"),
    N_("Tables and notes you need now and then. This row is collapsed; click the arrow to expand it."),
    N_("New orders, revenue without cancelled orders, orders to ship and notes."),
    N_("Orders, last day"),
    N_("vs previous day"),
    N_("Revenue (EUR), last day"),
    N_("Paid, to ship"),
    N_("To ship, oldest first"),
    N_("Notes"),
    N_("- Parcels leave at 16:00\n- Handle refunds the same day\n- Add notes for the next shift here"),
    N_("Orders by hour"),
    N_("Last two weeks"),
    N_("Recent orders, with totals alongside."),
    N_("Orders"),
    N_("By status"),
    N_("By weekday"),
    N_("One tab per topic of the weekly meeting. Revenue leaves out cancelled orders."),
    N_("This week"),
    N_("**Decide today**\n\n- What went well?\n- What do we change?\n- Who does it, and by when?"),
    N_("Review"),
    N_("Orders per week"),
    N_("Revenue"),
    N_("Shops"),
    N_("Orders by shop"),
)
"""Every text in the templates' files, which are in English, marked for the catalogue. `TEMPLATES` has their names."""
