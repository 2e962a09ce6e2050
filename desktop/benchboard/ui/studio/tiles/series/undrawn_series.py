"""The series that a chart leaves out, by name, and how to see them."""

from benchboard.i18n import _, in_sentence, ngettext, number
from benchboard.ui.studio.tiles.series.chart_table import ChartTable


def undrawn_list(table: ChartTable) -> list[str]:
    """The names of the series that a chart leaves out, the largest first; of very many, the last entry counts the
    rest."""
    listed = list(table.undrawn_names)
    if more := table.undrawn - len(listed):
        listed.append(ngettext("{count} more", "{count} more", more).format(count=number(more)))
    return listed


def undrawn_advice() -> str:
    """How to see the series that a chart leaves out."""
    return _("Filter the query to see them in the chart, or show it as a table.")


def undrawn_names_text(table: ChartTable) -> str:
    """The names of the series that a chart leaves out, and how to see them; empty if it draws all."""
    if not table.undrawn:
        return ""
    return _("Not drawn: {names}.").format(names=in_sentence(undrawn_list(table))) + " " + undrawn_advice()
