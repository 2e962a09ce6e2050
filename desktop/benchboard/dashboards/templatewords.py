"""What the templates say, marked for the catalogue: the files themselves are in English."""

from typing import Final

from benchboard.i18n import N_, _

WORDS: Final = (
    N_("Twelve numbers to be read from across the room."),
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
    N_("What waits, how it flows, and what went wrong, each in a row of its own."),
    N_("Waiting"),
    N_("Not paid yet"),
    N_("Paid, not sent"),
    N_("Oldest paid orders"),
    N_("Flow"),
    N_("In and out per day"),
    N_("Orders by weekday"),
    N_("Trouble"),
    N_("The way of an order"),
    N_("Placed, paid, sent, arrived"),
    N_("Refunds, 7 days"),
    N_("Cancelled, 7 days"),
    N_("Refunds and cancellations per week"),
    N_("How many, how much, in which state, and the latest ones."),
    N_("Orders, 7 days"),
    N_("Euro revenue, 7 days"),
    N_("Orders per day"),
    N_("Orders by state"),
    N_("Latest orders"),
    N_("Each currency by itself; nothing is converted."),
    N_("Euro, 7 days"),
    N_("US dollar, 7 days"),
    N_("Pound sterling, 7 days"),
    N_("Revenue per week"),
    N_("Orders by currency"),
    N_("Shops by revenue"),
    N_("Average order by currency"),
    N_("Three rows with headings, to be filled."),
    N_("What matters most"),
    N_("First row"),
    N_("Put the two or three numbers here that decide the day."),
    N_("What explains it"),
    N_("Second row"),
    N_("Charts that say why the numbers are as they are."),
    N_("What to look up"),
    N_("Third row"),
    N_("Tables and notes one needs now and then. This row is closed; open it at its arrow."),
    N_("What came in, what has to go out, and what to remember."),
    N_("Orders of the last day"),
    N_("day before"),
    N_("Takings of the last day"),
    N_("Paid, to be sent"),
    N_("To be sent, oldest first"),
    N_("Notes"),
    N_("- Parcels leave at 16:00\n- Answer refunds the same day\n- Write here what the next shift should know"),
    N_("Orders by hour"),
    N_("The last two weeks"),
    N_("Every order of the last weeks, and beside it what they add up to."),
    N_("By state"),
    N_("By weekday"),
    N_("One tab for each question of the weekly meeting."),
    N_("This week"),
    N_("**Decide today**\n\n- What went well?\n- What do we change?\n- Who does it, until when?"),
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


def spoken(value: object) -> object:
    """A template's decoded JSON in the language that is spoken now: its words, and the days its queries name."""
    if isinstance(value, list):
        return [spoken(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {key: _word(key, one) if isinstance(one, str) else spoken(one) for key, one in value.items()}


def _word(key: str, text: str) -> str:
    if key in _SAID and text:
        return _(text)
    if key != "query":
        return text
    for day, ours in zip(_DAYS.split(), _("Mon Tue Wed Thu Fri Sat Sun").split(), strict=True):
        text = text.replace(f"'{day}'", f"'{ours}'")
    return text
