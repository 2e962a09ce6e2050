"""The result of a widget's query."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from benchboard.analytics.converted_amounts import ConvertedAmounts
from benchboard.analytics.mixed_currencies import MixedCurrencies
from benchboard.analytics.period_step import step_of
from benchboard.analytics.queries import ResultTable
from benchboard.analytics.query_builder.combined import RepeatedRows
from benchboard.analytics.query_extent import QueryExtent
from benchboard.analytics.sources.file_news import SourceNews
from benchboard.dashboards.document.time_range import Period, whole_days
from benchboard.dashboards.period_before import PeriodBefore
from benchboard.dashboards.variables.variable_queries import names_in
from benchboard.errors import AppError
from benchboard.ui.studio.tiles.image_painting import DecodedImage
from benchboard.ui.studio.tiles.series.chart_legend import LegendChoice
from benchboard.ui.studio.tiles.series.chart_table import SeriesNames
from benchboard.ui.studio.tiles.series.value_colours import Colours


@dataclass(frozen=True, slots=True)
class QueryResult:
    """The result of a widget's query, or its decoded image.

    Without table, picture and error it is still loading; `late` is set after `LOADING_DELAY_MS`.
    """

    query: str
    table: ResultTable | None = None
    error: AppError | None = None
    late: bool = False
    slow: bool = False
    """Whether a newer result has been loading for two seconds or more."""
    picture: DecodedImage | None = None
    quiet: bool = False
    """Whether the page says, for all of its widgets at once, that they have no rows."""
    read_at: datetime | None = field(default=None, compare=False)
    """When the table was read."""
    period: Period | None = None
    """The period that the query named; None if it named none."""
    filters: str = ""
    """The dashboard's filters that the query named, with their selected values; empty if it named none."""
    data_span: Period | None = None
    """The days from the first to the last time in the table that the query is over, where they are known."""
    ranged_span: Period | None = None
    """The days from the first to the last time by which the time range filters, where they are known."""
    data_elsewhere: Period | None = None
    """The days of which the table has rows, if none of them is in the time range."""
    series_names: SeriesNames | None = None
    """The series of the table that the query is over, where they are known."""
    colours: Colours | None = None
    """The colours of the values that it draws; None where they have those of their places."""
    source: SourceNews | None = None
    """Whether the data source has changed since its copy was made; None for Benchboard's own data."""
    before: PeriodBefore | None = None
    """What the query returns for the period before, if the widget compares with it; a table has it in its columns."""
    repeated: tuple[RepeatedRows, ...] = ()
    """The measures that count rows several times because of a join."""
    mixed: MixedCurrencies | None = None
    """The measures that add up amounts in several currencies."""
    converted: tuple[ConvertedAmounts, ...] = ()
    """What it converts into one currency by tables of rates."""
    undated: int = 0
    """The rows without a date that its time range leaves out."""
    window: tuple[float, float] | None = None
    """The part of the x axis of lines that is shown, in seconds since 1970 or as numbers; None: all of it."""
    legend: LegendChoice = field(default_factory=LegendChoice)
    """What the reader hides by its legend."""
    legend_beside: bool = False
    """Whether a table beside the chart is its legend."""

    def with_extent(self, extent: QueryExtent) -> "QueryResult":
        """The same with what is known of the table that the query is over."""
        ranged = whole_days(*extent.ranged) if extent.ranged is not None else None
        shown = self.period
        apart = ranged is not None and shown is not None and (ranged.end <= shown.start or ranged.start >= shown.end)
        span = whole_days(*extent.grouped) if extent.grouped is not None else None
        ends = [shown.end] if shown is not None and "to" in names_in(self.query) else []
        ends += [span.end] if span is not None else []
        step = step_of(self.query, shown.interval if shown is not None else "")
        return replace(
            self,
            table=replace(self.table, known_until=min(ends, default=None), step=step) if self.table else None,
            data_span=span,
            ranged_span=ranged,
            data_elsewhere=ranged if apart else None,
            series_names=SeriesNames(extent.series_columns, extent.series),
        )

    @property
    def is_pending(self) -> bool:
        """Whether there is no table, picture or error yet."""
        return self.table is None and self.picture is None and self.error is None
