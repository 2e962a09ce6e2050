"""What the templates say, marked for the catalogue: the files themselves are in English."""

from typing import Final

from benchboard.i18n import N_, _

WORDS: Final = (
    N_("Twelve numbers you can read from across the room."),
    N_("Orders"),
    N_("this week"),
    N_("Fulfilled"),
    N_("Paid"),
    N_("Pending"),
    N_("Refunded"),
    N_("Cancelled"),
    N_("Euro"),
    N_("US dollar"),
    N_("Pound sterling"),
    N_("Average euro order"),
    N_("Largest euro order"),
    N_("Shops with orders"),
    N_("Backlog, throughput and problems, each in its own row."),
    N_("Backlog"),
    N_("Unpaid"),
    N_("Paid, not shipped"),
    N_("Oldest paid orders to ship"),
    N_("Throughput"),
    N_("Ordered and fulfilled per day"),
    N_("Orders by weekday"),
    N_("Problems"),
    N_("Order lifecycle"),
    N_("Placed, paid, shipped, delivered"),
    N_("Refunds, 7 days"),
    N_("Cancelled, 7 days"),
    N_("Refunds and cancellations per week"),
    N_("Order volume, revenue, status and latest orders."),
    N_("Orders, 7 days"),
    N_("Euro revenue, 7 days"),
    N_("Orders per day"),
    N_("Orders by status"),
    N_("Latest orders"),
    N_("Revenue in each currency, without conversion."),
    N_("Euro, 7 days"),
    N_("US dollar, 7 days"),
    N_("Pound sterling, 7 days"),
    N_("Revenue per week"),
    N_("Orders by currency"),
    N_("Shops by revenue"),
    N_("Average order by currency"),
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
    N_("New orders, orders to ship and notes."),
    N_("Orders, last day"),
    N_("previous day"),
    N_("Euro revenue, last day"),
    N_("Paid, to ship"),
    N_("To ship, oldest first"),
    N_("Notes"),
    N_("- Parcels leave at 16:00\n- Handle refunds the same day\n- Add notes for the next shift here"),
    N_("Orders by hour"),
    N_("Last two weeks"),
    N_("Recent orders, with totals alongside."),
    N_("By status"),
    N_("By weekday"),
    N_("One tab per topic of the weekly meeting."),
    N_("This week"),
    N_("**Decide today**\n\n- What went well?\n- What do we change?\n- Who does it, and by when?"),
    N_("Review"),
    N_("Orders per week"),
    N_("Revenue"),
    N_("Revenue per week, by currency"),
    N_("Shops"),
    N_("Orders by shop"),
)
"""Every word of the templates but their names, which `templates` has."""
_DAYS: Final = "Mon Tue Wed Thu Fri Sat Sun"
_SAID: Final = ("title", "description", "text", "alt", "compare")


def translated(value: object) -> object:
    """A template's decoded JSON in the language that is spoken now: its words, and the days its queries name."""
    if isinstance(value, list):
        return [translated(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {key: _word(key, one) if isinstance(one, str) else translated(one) for key, one in value.items()}


def _word(key: str, text: str) -> str:
    if key in _SAID and text:
        return _(text)
    if key != "query":
        return text
    for day, ours in zip(_DAYS.split(), _("Mon Tue Wed Thu Fri Sat Sun").split(), strict=True):
        text = text.replace(f"'{day}'", f"'{ours}'")
    return text
