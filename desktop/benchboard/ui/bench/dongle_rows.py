"""A row of the dongle list: the registry's record and the connected device, combined."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter
from typing import Any, Final

from benchboard.canbus.bus_load import BusLoad, bus_load
from benchboard.dongles import fleet
from benchboard.dongles.dongle_status import is_paired_elsewhere
from benchboard.dongles.fleet import DongleRecord
from benchboard.dongles.protocol import DongleConfig
from benchboard.dongles.ways_out import WayOut, ways_out
from benchboard.i18n import _
from benchboard.paging import Listing, Page
from benchboard.ui.bench.bench_format import (
    connection_mark,
    identity_mark,
    identity_reason,
    is_outdated,
    rates,
    reported_state,
    state_mark,
)
from benchboard.ui.bench.device_manager import DeviceManager
from benchboard.ui.bench.port_scanner import DetectedDevice
from benchboard.ui.context import Context
from benchboard.ui.paged.paged_model import NO_VALUE, Column
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.time_format import full_time, relative_time


@dataclass(frozen=True, slots=True)
class DongleRow:
    """A dongle in the registry, one that is connected, or both."""

    dongle: DongleRecord | None
    device: DetectedDevice | None
    partner: str = ""
    """The title of the other dongle in its group; empty if it is in none."""
    verified_at: datetime | None = None
    """When it last proved its identity in this session; None if it hasn't."""

    @property
    def device_id(self) -> str | None:
        """Its device id; None while it is unknown."""
        if self.dongle is not None:
            return self.dongle.device_id
        return self.device.device_id if self.device is not None else None

    @property
    def key(self) -> str:
        """What identifies it in the list: its device id, or the port's path while the id is unknown."""
        return self.device_id or (self.device.key if self.device is not None else "")

    @property
    def title(self) -> str:
        if self.dongle is not None:
            return self.dongle.title
        if self.device is not None and self.device.device_id is not None:
            return _("Dongle {id}").format(id=self.device.device_id[-4:].upper())
        return _("Dongle")

    @property
    def subtitle(self) -> str:
        """The second line: its id, or the port's description."""
        return self.device_id or (self.device.port.description if self.device is not None else "")

    @property
    def connected(self) -> bool:
        """Whether it is connected now: a port at which nothing has answered counts for none."""
        return self.device is not None and self.device.has_answered

    @property
    def is_silent(self) -> bool:
        """Whether it is connected, and doesn't respond any more."""
        return self.device is not None and self.device.is_silent

    @property
    def paired(self) -> bool:
        return self.dongle is not None and self.dongle.ownership_state == "CLAIMED_ACTIVE"

    @property
    def registered(self) -> bool:
        """Whether it is paired, or was until it was lost: then it can be released."""
        return self.dongle is not None and self.dongle.ownership_state in ("CLAIMED_ACTIVE", "LOST")

    @property
    def ways_out(self) -> tuple[WayOut, ...]:
        """What can be done about the state that it is in."""
        registered = self.dongle.ownership_state if self.dongle is not None else None
        info = self.device.info if self.device is not None else None
        if self.is_outdated and not self.paired:
            info = None
        return ways_out(registered, info, connected=self.device is not None)

    @property
    def paired_elsewhere(self) -> bool:
        """Whether it is connected and paired with another organisation."""
        registered = self.dongle.ownership_state if self.dongle is not None else None
        return is_paired_elsewhere(registered, reported_state(self.dongle, self.device))

    @property
    def is_outdated(self) -> bool:
        """Whether the dongle has to be asked again, because its row has changed since it was."""
        return is_outdated(self.dongle, self.device)

    @property
    def pairable(self) -> bool:
        """Whether it is connected, responds, and isn't paired."""
        info = self.device.info if self.device is not None else None
        if info is None or self.paired or self.is_outdated:
            return False
        return not info.is_benchboard or info.ownership_state != "CLAIMED_ACTIVE"

    @property
    def config(self) -> DongleConfig | None:
        """Its stored configuration as it was last read; None if it never was."""
        return self._reading[0]

    @property
    def config_read_at(self) -> datetime | None:
        """When `config` was read."""
        return self._reading[1]

    @property
    def _reading(self) -> tuple[DongleConfig | None, datetime | None]:
        registered = self.dongle.config if self.dongle is not None else None
        info = self.device.info if self.device is not None else None
        # What the registry has of a dongle that isn't paired (any more) may have been replaced since.
        if info is not None and info.config is not None and not (registered is not None and self.paired):
            return info.config, self.device.checked_at if self.device is not None else None
        return registered, self.dongle.configured_at if self.dongle is not None else None

    @property
    def bitrates(self) -> str:
        config = self.config
        return rates(config.bitrate, config.data_bitrate) if config is not None else "–"


def _no_load(_row: DongleRow) -> BusLoad:
    return bus_load(None)


def columns(load: Callable[[DongleRow], BusLoad] = _no_load) -> tuple[Column[DongleRow], ...]:
    """The columns of the list, in the present language. `load` returns the bus load of a row."""
    return (
        Column(
            "name",
            _("Name"),
            lambda row: row.title,
            True,
            second=lambda row: row.subtitle,
            second_mono=True,
            width=175,
            stretch=True,
        ),
        Column(
            "state",
            _("Status"),
            lambda row: state_mark(row.dongle, row.device).text,
            True,
            mark=lambda row: state_mark(row.dongle, row.device),
            second=_connection,
            tooltip=_seen_tip,
            width=200,
            stretch=True,
            whole=True,
        ),
        Column(
            "identity",
            _("Identity"),
            lambda row: identity_mark(row.dongle, row.device).text,
            True,
            badge=lambda row: identity_mark(row.dongle, row.device),
            tooltip=lambda row: identity_reason(row.dongle, row.device, row.verified_at),
            width=140,
            stretch=True,
        ),
        Column(
            "",
            _("Bus load"),
            lambda row: load(row).text,
            meter=lambda row: load(row).share,
            tooltip=lambda row: load(row).why,
            meter_width=56,
            align_right=True,
            width=144,
            whole=True,
        ),
        Column("bitrate", _("Bit rate"), lambda row: row.bitrates, True, align_right=True, width=130),
        Column(
            "",
            _("Port"),
            lambda row: _port_text(row.device),
            mono=lambda row: row.device is not None and not row.device.port.simulated,
            width=100,
            stretch=True,
            optional=True,
            middle=True,
            tooltip=lambda row: row.device.port.path if row.device is not None else "",
        ),
        Column(
            "",
            _("Group"),
            lambda row: _("with {name}").format(name=row.partner) if row.partner else "",
            muted=True,
            spoken="titled",
            width=140,
            stretch=True,
            sparse=True,
        ),
        Column(
            "last_seen_at",
            _("Last seen"),
            _last_seen,
            True,
            muted=True,
            spoken="titled",
            tooltip=_seen_tip,
            width=110,
            whole=True,
        ),
    )


def _connection(row: DongleRow) -> str:
    """That the dongle isn't connected, doesn't respond, is being checked or failed its last check. Empty where the
    other columns say so already: that it is connected by *now*, and the status of an unknown one that a check failed.
    """
    problem = row.device.problem if row.device is not None else None
    if row.connected and (problem is None or problem.code == "port.busy"):
        return ""
    if row.device is None and row.dongle is not None and row.dongle.last_seen_at is not None:
        return _("Disconnected")
    text = connection_mark(row.dongle, row.device).text
    return text if text != state_mark(row.dongle, row.device).text else ""


def _last_seen(row: DongleRow) -> str:
    """`now` while it is connected: what is stored of that is up to a minute old."""
    if row.connected and not row.is_silent:
        return _("now")
    seen = row.dongle.last_seen_at if row.dongle is not None else None
    return relative_time(seen) if seen is not None else NO_VALUE


def _seen_tip(row: DongleRow) -> str:
    return full_time(row.dongle.last_seen_at) if row.dongle is not None else ""


def _port_text(device: DetectedDevice | None) -> str:
    if device is None:
        return "–"
    if device.port.simulated:
        return _("Simulated") if device.is_simulated else "–"
    return device.port_name


def _seen_order(row: DongleRow) -> tuple[bool, float]:
    """Connected dongles are the latest; those never seen the earliest."""
    seen = row.dongle.last_seen_at if row.dongle is not None else None
    return row.connected, seen.timestamp() if isinstance(seen, datetime) else 0.0


_SORT_KEYS: Final[dict[str, Callable[[DongleRow], Any]]] = {
    "name": lambda row: row.title.casefold(),
    "state": lambda row: (state_mark(row.dongle, row.device).text.casefold(), _seen_order(row)),
    "identity": lambda row: identity_mark(row.dongle, row.device).text.casefold(),
    "last_seen_at": _seen_order,
    "bitrate": lambda row: row.config.bitrate if row.config is not None else 0,
}


def sorted_rows(rows: Iterable[DongleRow], listing: Listing) -> tuple[DongleRow, ...]:
    """`rows` in the order of `listing`, by what the table shows; equal ones by key."""
    key = _SORT_KEYS.get(listing.sort, _SORT_KEYS["name"])
    return tuple(sorted(rows, key=lambda row: (key(row), row.key), reverse=listing.descending))


def fetch(
    context: Context, devices: DeviceManager, session: DatabaseSession, listing: Listing, after: str | None, limit: int
) -> Page[DongleRow]:
    """The registry's page, with the connected dongles that the registry doesn't have on the first one.

    `scope`: `all`, or `here` for those that have answered. Rows that fit on one page are sorted together; of
    more, the unregistered ones come first.
    """
    scope = listing.filters.get("scope", "all")
    listing = replace(listing, filters={})
    connected = _at_ports(context, devices, session) if after is None or scope == "here" else []
    new = [row for row in connected if row.dongle is None] if after is None else []
    search = listing.search.strip().casefold()
    new = [row for row in new if search in f"{row.title} {row.subtitle}".casefold()]
    if scope == "here":
        matching = [row for row in connected if search in f"{row.title} {row.subtitle}".casefold()]
        return Page(sorted_rows((row for row in matching if row.connected), listing))
    page = fleet.list_dongles(session, context.actor, listing, after=after, limit=limit)
    here = _by_key(devices)
    partners = fleet.group_partners(session, context.actor, [dongle.id for dongle in page.rows])
    rows = tuple(
        DongleRow(one, here.get(one.device_id), partners.get(one.id, ""), devices.verified_at.get(one.device_id))
        for one in page.rows
    )
    if after is None and page.next_key is None:
        return Page(sorted_rows((*new, *rows), listing))
    return Page((*new, *rows), page.next_key)


@dataclass(frozen=True, slots=True)
class DongleCounts:
    """The counts for list, toolbar, status bar, banner and wizard, from one query of registry and ports.

    `total` is the rows of the unfiltered list, `connected` how many of them have answered at a port, `new` those
    that can be paired, `elsewhere` how many of the connected ones are paired with another organisation. `paired` of
    the total are paired with this one. `checking` are at a port and have yet to answer, `failing` can't be checked.
    `silent` of the connected ones have stopped responding.
    """

    total: int
    connected: int
    new: tuple[DongleRow, ...]
    elsewhere: int = 0
    paired: int = 0
    checking: int = 0
    failing: int = 0
    silent: int = 0


def count_dongles(context: Context, devices: DeviceManager, session: DatabaseSession) -> DongleCounts:
    """Count the organisation's dongles and the connected ones, each dongle once."""
    rows = _at_ports(context, devices, session)
    unknown = sum(row.dongle is None for row in rows)
    total = fleet.count_dongles(session, context.actor) + unknown
    new = tuple(row for row in rows if row.pairable)
    unanswered = [row.device for row in rows if row.device is not None and not row.connected]
    failing = sum(device.has_result for device in unanswered)
    return DongleCounts(
        total,
        sum(row.connected for row in rows),
        new,
        sum(row.paired_elsewhere for row in rows),
        fleet.count_dongles(session, context.actor, paired=True),
        len(unanswered) - failing,
        failing,
        sum(row.is_silent for row in rows),
    )


def _by_key(devices: DeviceManager) -> dict[str, DetectedDevice]:
    """The devices by key; one that has answered comes before any port that only claims the same id."""
    return {device.key: device for device in sorted(devices.devices, key=attrgetter("has_answered"))}


def _at_ports(context: Context, devices: DeviceManager, session: DatabaseSession) -> list[DongleRow]:
    """The dongles at this computer's ports, each once, with what the registry holds of them, from one query."""
    connected = _by_key(devices)
    device_ids = {device.device_id for device in connected.values() if device.device_id is not None}
    found = fleet.find_dongles(session, context.actor, device_ids)
    registered = {dongle.device_id: dongle for dongle in found}
    partners = fleet.group_partners(session, context.actor, [dongle.id for dongle in found])

    def row(device: DetectedDevice) -> DongleRow:
        dongle = registered.get(device.device_id or "")
        partner = partners.get(dongle.id, "") if dongle is not None else ""
        return DongleRow(dongle, device, partner, devices.verified_at.get(device.device_id or ""))

    return [row(device) for device in connected.values()]
