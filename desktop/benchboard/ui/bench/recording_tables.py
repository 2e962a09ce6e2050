"""The tables about a recording: how often and how regularly each ID comes, and what differs from another recording."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import Any, Final, TypeVar

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPolygonF

from benchboard.canbus.dbc import CanDatabase, Message
from benchboard.canbus.frame import Frame, TimeSource, Timestamp
from benchboard.canbus.frame_statistics import IdStatistics, bus_shares
from benchboard.canbus.protocols.j1939_sources import has_j1939, source_name
from benchboard.canbus.recording_comparison import ComparedId, IdDifference, counting_text
from benchboard.canbus.traffic_shares import share_text
from benchboard.i18n import _, number, percent
from benchboard.paging import Listing, Page
from benchboard.ui.bench.frame_format import identifier
from benchboard.ui.paged.paged_model import NO_VALUE, Column, Mark
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.theme import theme

DIFFERENT: Final = "different"
_SPARE: Final = 10_000
"""The most pixels of a column that takes all spare width, so that the last one ends at the edge."""
_ARROW: Final = 5
_MANY_TIMES: Final = 3.0
"""From how many times the period on it is told as that rather than in percent."""
KINDS: Final = {
    "ids": (IdDifference.ONLY_FIRST, IdDifference.ONLY_SECOND),
    "periods": (IdDifference.PERIOD,),
    "data": (
        IdDifference.LENGTH, IdDifference.CONSTANT, IdDifference.FREEZES, IdDifference.CHANGES, IdDifference.ALWAYS,
        IdDifference.BYTES,
    ),
}  # fmt: skip
"""Groups of differences that are shown alone, by the key of the filter."""
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class StatisticsRow:
    """An ID with its statistics, the node that sends it, and its share (0..1) in the bits of the frames of its
    channel."""

    statistics: IdStatistics
    name: str
    node: str = ""
    share: float = 0.0

    @property
    def key(self) -> tuple[int, bool, bool, bool, str]:
        """What identifies it."""
        one = self.statistics
        return one.id, one.extended, one.remote, one.sent, one.channel

    @property
    def channel(self) -> str:
        return self.statistics.channel

    @property
    def frame(self) -> Frame:
        """A frame with its ID."""
        one = self.statistics
        return Frame(one.id, extended=one.extended, remote=one.remote, sent=one.sent, channel=one.channel)

    # What a CSV file has, by the names of its columns.

    @property
    def id(self) -> str:
        return identifier(self.frame)

    @property
    def type(self) -> str:
        return "RTR" if self.statistics.remote else "data"

    @property
    def direction(self) -> str:
        return "sent" if self.statistics.sent else "received"

    @property
    def count(self) -> int:
        return self.statistics.count

    @property
    def bus_share(self) -> float:
        return round(self.share, 6)

    @property
    def rate(self) -> float | None:
        return self.statistics.rounded_rate

    @property
    def min_ms(self) -> float | None:
        return _in_ms(self.statistics, self.statistics.min_s)

    @property
    def mean_ms(self) -> float | None:
        return _in_ms(self.statistics, self.statistics.mean_s)

    @property
    def max_ms(self) -> float | None:
        return _in_ms(self.statistics, self.statistics.max_s)

    @property
    def jitter_ms(self) -> float | None:
        return _in_ms(self.statistics, self.statistics.jitter_s)

    @property
    def changes(self) -> int:
        return self.statistics.changes


STATISTICS_FILE: Final = (
    "channel", "id", "name", "node", "type", "direction", "count", "bus_share", "rate", "min_ms", "mean_ms", "max_ms",
    "jitter_ms", "changes",
)  # fmt: skip
"""The columns of the CSV file."""


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """An ID as two recordings have it."""

    compared: ComparedId
    message: Message | None = None

    @property
    def name(self) -> str:
        """The message that a database defines for it; empty without one."""
        return self.message.name if self.message is not None else ""

    @property
    def key(self) -> tuple[int, bool, bool, bool, str]:
        """What identifies it."""
        one = self.compared
        side = one.first or one.second
        return one.id, one.extended, one.remote, side is not None and side.sent, one.channel

    @property
    def channel(self) -> str:
        return self.compared.channel

    @property
    def id(self) -> str:
        return identifier(Frame(self.compared.id, extended=self.compared.extended))

    @property
    def type(self) -> str:
        return "RTR" if self.compared.remote else "data"

    @property
    def count_a(self) -> int:
        return self.compared.first.count if self.compared.first is not None else 0

    @property
    def count_b(self) -> int:
        return self.compared.second.count if self.compared.second is not None else 0

    @property
    def mean_ms_a(self) -> float | None:
        return _in_ms(self.compared.first, self.compared.first.mean_s) if self.compared.first is not None else None

    @property
    def mean_ms_b(self) -> float | None:
        return _in_ms(self.compared.second, self.compared.second.mean_s) if self.compared.second is not None else None

    @property
    def changes_a(self) -> int:
        return self.compared.first.changes if self.compared.first is not None else 0

    @property
    def changes_b(self) -> int:
        return self.compared.second.changes if self.compared.second is not None else 0

    @property
    def difference(self) -> str:
        return ", ".join(one.value for one in self.compared.differences)


COMPARISON_FILE: Final = (
    "channel", "id", "name", "type", "count_a", "count_b", "mean_ms_a", "mean_ms_b", "changes_a", "changes_b",
    "difference",
)  # fmt: skip
"""The columns of the CSV file."""


def statistics_rows(ids: Iterable[IdStatistics], database: CanDatabase) -> list[StatisticsRow]:
    """A row for each ID, named by the database. A node that it doesn't name is known by its address on J1939."""
    every = list(ids)
    rows, is_j1939 = [], has_j1939(every)
    for one, share in zip(every, bus_shares(every), strict=True):
        message = database.find(Frame(one.id, extended=one.extended))
        name, node = (message.name, message.sender) if message is not None else ("", "")
        rows.append(StatisticsRow(one, name, node or (source_name(one) if is_j1939 else ""), share))
    return rows


def node_shares(rows: Iterable[StatisticsRow]) -> list[tuple[str, float]]:
    """The nodes that send, and the share (0..1) of each in the bits of all frames, the busiest first; empty if no node
    is known. What is sent by no node that is known counts for the whole only.
    """
    every = list(rows)
    bits: dict[str, int] = {}
    for row in every:
        bits[row.node] = bits.get(row.node, 0) + row.statistics.bits
    whole = sum(bits.values())
    found = [(node, count / whole) for node, count in bits.items() if node and whole]
    return sorted(found, key=lambda one: (-one[1], one[0]))


def comparison_rows(compared: Iterable[ComparedId], database: CanDatabase) -> list[ComparisonRow]:
    """A row for each compared ID, named by the database."""
    return [ComparisonRow(one, database.find(Frame(one.id, extended=one.extended))) for one in compared]


# ---- statistics


def statistics_columns(has_channels: Callable[[], bool]) -> tuple[Column[StatisticsRow], ...]:
    """The columns of the table; that of the channel has texts if there are several."""

    def time(key: str, title: str, *, optional: bool = False) -> Column[StatisticsRow]:
        def text(row: StatisticsRow) -> str:
            return _time(getattr(row, key), row.statistics)

        def is_zero(row: StatisticsRow) -> bool:
            return not getattr(row, key)

        return Column(key, title, text, True, True, width=102, optional=optional, muted=is_zero)

    return (
        Column("id", _("ID"), lambda row: row.id, True, mono=True, ink="accent.text", width=130, whole=True),
        _channel_column(lambda row: row.channel if has_channels() else ""),
        Column("name", _("Name"), lambda row: row.name or NO_VALUE, True, width=150, stretch=True, most=_SPARE),
        Column("node", _("Node"), lambda row: row.node or NO_VALUE, True, width=100, sparse=True),
        Column("kind", _("Type"), _unusual_type_text, True, width=90, optional=True, sparse=True),
        Column("count", _("Count"), lambda row: number(row.count), True, True, width=84),
        Column(
            "share",
            _("Bus share"),
            lambda row: share_text(row.share),
            True,
            align_right=True,
            meter=lambda row: row.share,
            meter_width=72,
            meter_warns=False,
            tooltip=lambda _row: _("Its share in the bits of all frames of its channel, with stuff bits."),
            width=156,
            whole=True,
        ),
        Column(
            "rate", _("Rate (1/s)"), lambda row: _or_dash(row.rate, row.statistics.rate_decimals), True, True, width=96
        ),
        Column(
            "",
            _("Period"),
            lambda _row: "",
            drawing=_draw_periods,
            drawing_width=72,
            width=104,
            tooltip=_periods_tip,
            spoken="never",
            optional=True,
        ),
        time("min_ms", _("Min (ms)"), optional=True),
        time("mean_ms", _("Mean (ms)")),
        time("max_ms", _("Max (ms)"), optional=True),
        time("jitter_ms", _("Jitter (ms)")),
        Column("changes", _("Changes"), lambda row: number(row.changes), True, True, width=92, optional=True),
    )


def _periods_tip(row: StatisticsRow) -> str:
    one = row.statistics
    if one.min_s is None:
        return ""
    shown = _("From {least} ms to {most} ms, mean {mean} ms")
    least, most, mean = (_time(value, one) for value in (row.min_ms, row.max_ms, row.mean_ms))
    return shown.format(least=least, most=most, mean=mean)


def _draw_periods(painter: QPainter, box: QRectF, row: StatisticsRow) -> None:
    """Draw from the shortest to the longest time between frames, on a line from none to twice their mean, with a tick
    at the mean: what comes regularly is a tick alone. Where the longest is beyond the line, an arrow head says so."""
    least, mean, most = row.min_ms, row.mean_ms, row.max_ms
    if least is None or mean is None or most is None or not mean:
        return
    middle = round(box.center().y())

    def x(value: float) -> float:
        return box.left() + box.width() * min(value / mean, 2.0) / 2

    painter.fillRect(QRectF(box.left(), middle, box.width(), 1), theme().color("border.strong"))
    end = x(most) if most <= 2 * mean else box.right() - _ARROW
    painter.fillRect(QRectF(x(least), middle - 2, max(end - x(least), 2.0), 5), theme().chart(0))
    if most > 2 * mean:
        _paint_arrow(painter, QPointF(box.right(), middle + 0.5))
    painter.fillRect(QRectF(x(mean) - 1, middle - 6, 2, 13), theme().color("text"))


def _paint_arrow(painter: QPainter, tip: QPointF) -> None:
    """An arrow head to the right."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme().chart(0))
    painter.drawPolygon(QPolygonF([tip, tip + QPointF(-_ARROW - 1, -_ARROW), tip + QPointF(-_ARROW - 1, _ARROW)]))
    painter.restore()


_STATISTICS_KEYS: Final[dict[str, Callable[[StatisticsRow], Any]]] = {
    "name": lambda row: (not row.name, row.name.casefold()),
    "channel": lambda row: row.channel,
    "kind": lambda row: (row.type, row.direction),
    "count": lambda row: row.count,
    "share": lambda row: row.share,
    "node": lambda row: (not row.node, row.node.casefold()),
    "changes": lambda row: row.changes,
    **{key: partial(lambda key, row: _known_first(getattr(row, key)), key)
       for key in ("rate", "min_ms", "mean_ms", "max_ms", "jitter_ms")},
}  # fmt: skip


def statistics_page(
    rows: Sequence[StatisticsRow], _session: DatabaseSession, listing: Listing, _after: str | None, _limit: int
) -> Page[StatisticsRow]:
    """The rows that the search matches, in the order of the listing: all on one page."""
    found = [row for row in rows if _matches(listing, row.id, row.name, row.node)]
    return Page(_sorted(found, _STATISTICS_KEYS.get(listing.sort), listing))


# ---- comparison


def comparison_columns() -> tuple[Column[ComparisonRow], ...]:
    """The columns of the table."""
    return (
        Column("id", _("ID"), lambda row: row.id, True, mono=True, ink="accent.text", width=130),
        _channel_column(lambda row: row.channel),
        Column("name", _("Name"), lambda row: row.name or NO_VALUE, True, width=150, stretch=True),
        Column("count_a", _("Count A"), lambda row: number(row.count_a), True, True, width=104, series=0,
               muted=lambda row: not row.count_a),
        Column("count_b", _("Count B"), lambda row: number(row.count_b), True, True, width=104, series=1,
               muted=lambda row: not row.count_b),
        Column("mean_ms_a", _("Mean A (ms)"), lambda row: _pair(row)[0], True, True, width=132, series=0),
        Column("mean_ms_b", _("Mean B (ms)"), lambda row: _pair(row)[1], True, True, width=132, series=1),
        Column("period", _("Period"), _period_text, True, True, width=96, optional=True),
        Column("difference", _("Difference"), difference_text, True, badges=difference_badges,
               tooltip=_difference_tip, width=300, stretch=True),
    )  # fmt: skip


_COMPARISON_KEYS: Final[dict[str, Callable[[ComparisonRow], Any]]] = {
    "name": lambda row: (not row.name, row.name.casefold()),
    "channel": lambda row: row.channel,
    "count_a": lambda row: row.count_a,
    "count_b": lambda row: row.count_b,
    "mean_ms_a": lambda row: _known_first(row.mean_ms_a),
    "mean_ms_b": lambda row: _known_first(row.mean_ms_b),
    "period": lambda row: _known_first(row.compared.period_change),
    "difference": lambda row: row.compared.weight,
}


def comparison_page(
    rows: Sequence[ComparisonRow], _session: DatabaseSession, listing: Listing, _after: str | None, _limit: int
) -> Page[ComparisonRow]:
    """The rows that the search and the filter match, in the order of the listing: all on one page."""
    shown = str(listing.filters.get("shown", ""))
    found = [row for row in rows if is_shown(row, shown) and _matches(listing, row.id, row.name)]
    return Page(_sorted(found, _COMPARISON_KEYS.get(listing.sort), listing))


def is_shown(row: ComparisonRow, shown: str) -> bool:
    """Whether the filter `shown` shows this row: one of `KINDS`, `DIFFERENT` or empty for all."""
    differences = row.compared.differences
    if shown in KINDS:
        return any(one in KINDS[shown] for one in differences)
    return bool(differences) if shown == DIFFERENT else True


def difference_text(row: ComparisonRow) -> str:
    """How an ID differs, or what is the same, in words, with the signals that a database knows."""
    return row.compared.text_by(row.message)


def _difference_tip(row: ComparisonRow) -> str:
    text = difference_text(row)
    return f"{text}. {counting_text()}" if row.compared.tells_bytes else text


def difference_badges(row: ComparisonRow) -> tuple[Sequence[Mark], str]:
    """A badge for each kind of difference, and what more there is to say of it; what is the same, where nothing
    differs."""
    differences = row.compared.differences
    if not differences:
        return (), difference_text(row)
    marks: dict[str, Mark] = {}
    for one in differences:
        mark = _badge(one, row)
        marks.setdefault(mark.text, mark)
    told = [one for one in differences if one not in _TOLD_BY_BADGE]
    return tuple(marks.values()), row.compared.text_of(told, row.message)


_TOLD_BY_BADGE: Final = (IdDifference.ONLY_FIRST, IdDifference.ONLY_SECOND, IdDifference.PERIOD)


def _badge(one: IdDifference, row: ComparisonRow) -> Mark:
    if one is IdDifference.ONLY_FIRST:
        return Mark("neutral", _("Only in A"), "ph.minus")
    if one is IdDifference.ONLY_SECOND:
        return Mark("neutral", _("Only in B"), "ph.plus")
    if one is IdDifference.PERIOD:
        pace = pace_text(row.compared.period_change or 0.0)
        return Mark("warn", _("B {pace}").format(pace=pace), "ph.clock")
    if one is IdDifference.LENGTH:
        return Mark("info", _("Length"), "ph.ruler")
    return Mark("info", _("Data"), "ph.pencil-simple")


def pace_text(change: float) -> str:
    """By how much the second recording is slower or faster, of the change of its period."""
    ratio = 1 + change
    if ratio >= _MANY_TIMES:
        return _("{count} × slower").format(count=number(ratio, most=1))
    if 0 < ratio <= 1 / _MANY_TIMES:
        return _("{count} × faster").format(count=number(1 / ratio, most=1))
    shown = _("{percent} slower") if change > 0 else _("{percent} faster")
    return shown.format(percent=percent(100 * (change if change > 0 else 1 / ratio - 1), 0))


def _period_text(row: ComparisonRow) -> str:
    change = row.compared.period_change
    if change is None:
        return "–"
    return ("+" if change > 0 else "") + percent(100 * change, 1)


# ---- what both have


def _channel_column(text: "Callable[[Row], str]") -> "Column[Row]":
    return Column("channel", _("Channel"), text, True, width=90, sparse=True)


def _sorted(rows: "list[Row]", key: "Callable[[Row], Any] | None", listing: Listing) -> "tuple[Row, ...]":
    """The rows in the order of the listing: by this key, those that are equal by their IDs; without one, by these."""
    by_id = sorted(rows, key=attrgetter("key"), reverse=key is None and listing.descending)
    return tuple(by_id if key is None else sorted(by_id, key=key, reverse=listing.descending))


def _matches(listing: Listing, *texts: str) -> bool:
    search = listing.search.strip().casefold()
    return any(search in text.casefold() for text in texts)


def _unusual_type_text(row: StatisticsRow) -> str:
    """The type, where it is one worth telling: most are data that were received."""
    return _type_text(row) if row.statistics.remote or row.statistics.sent else ""


def _type_text(row: StatisticsRow) -> str:
    kind = "RTR" if row.statistics.remote else _("Data")
    return _("{type}, sent").format(type=kind) if row.statistics.sent else kind


def _in_ms(row: IdStatistics, seconds: float | None) -> float | None:
    rounded = row.rounded(seconds)
    return None if rounded is None else round(1000 * rounded, 6)  # a thousand times a float has noise again


def time_text(row: IdStatistics | None, seconds: float | None) -> str:
    """A time of an ID in milliseconds, no finer than its stamps; a dash if it isn't known."""
    return _time(_in_ms(row, seconds), row) if row is not None else "–"


def _time(milliseconds: float | None, row: IdStatistics) -> str:
    """A time, no finer than the stamps."""
    return _or_dash(milliseconds, _time_decimals(row))


def _time_decimals(row: IdStatistics) -> int:
    """The decimals of a millisecond that the stamps have."""
    decimals = Timestamp(0.0, TimeSource.DEVICE, row.uncertainty_s).decimals if row.uncertainty_s else 6
    return max(decimals - 3, 0)


def _pair(row: ComparisonRow) -> tuple[str, str]:
    """The mean periods (ms) of both recordings, no finer than the stamps of either."""
    sides = (row.compared.first, row.compared.second)
    decimals = min((_time_decimals(side) for side in sides if side is not None), default=0)
    return _or_dash(row.mean_ms_a, decimals), _or_dash(row.mean_ms_b, decimals)


def _or_dash(value: float | None, decimals: int) -> str:
    return "–" if value is None else number(value, decimals)


def _known_first(value: float | None) -> tuple[bool, float]:
    return value is None, value or 0.0
