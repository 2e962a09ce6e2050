"""`benchboard dongle`: list, identify, pair and configure dongles. The group and `simulate` are in `dongle_group`."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, fields, replace
from functools import partial
from operator import itemgetter
from typing import Any, Final

import click

from benchboard.canbus import link
from benchboard.canbus.timing.figures import bit_rate, frequency
from benchboard.canbus.usb_adapters import adapter_name
from benchboard.cli.command_context import (
    CommandContext,
    DatabaseOptions,
    database_options,
    paging_options,
    resolve_actor,
    sort_options,
    with_context,
)
from benchboard.cli.dongle_group import dongle
from benchboard.cli.dongle_port import PORT, dongle_as_typed, find_port
from benchboard.cli.empty_lists import empty_text
from benchboard.cli.options import Choice, Frequency, Number, RenamedOption, SegmentsType, SegmentValues, rounded
from benchboard.cli.table import cell_text, print_pairs, value_text
from benchboard.cli.terminal import printable
from benchboard.dongles import fleet, provisioning
from benchboard.dongles.device import IDENTIFY_SECONDS, Device
from benchboard.dongles.device_errors import failure_title, failure_word
from benchboard.dongles.dongle_status import connection_title, is_paired_elsewhere, pairing_title
from benchboard.dongles.firmware_detection import DongleInfo, expected_id, observed_id, probe, probe_open
from benchboard.dongles.protocol import (
    CanFilter,
    DongleConfig,
    ErrorCode,
    Hello,
    OwnershipState,
    ProtocolError,
    StoredConfig,
    messages,
)
from benchboard.dongles.titles import default_title
from benchboard.errors import AppError, Invalid
from benchboard.i18n import N_, _, allowed_numbers, number, pgettext
from benchboard.paging import Listing, Page, Scalar

_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_STATUSES: Final = {
    "not-paired": "UNCLAIMED",
    "pairing-incomplete": "CLAIM_PENDING",
    "paired": "CLAIMED_ACTIVE",
    "transfer-pending": "TRANSFER_PENDING",
    "released": "REVOKED",
    "written-off": "WRITTEN_OFF",
    "lost": "LOST",
}
_SORTS: Final = {
    "name": "name",
    "id": "device_id",
    "status": "state",
    "connection": "last_seen_at",
    "bit-rate": "bitrate",
    "identity": "identity",
    "created": "created_at",
}
_MODES: Final = {
    "normal": "NORMAL",
    "listen-only": "LISTEN_ONLY",
    "loopback": "LOOPBACK",
    "silent-loopback": "SILENT_LOOPBACK",
}
_FIELDS: Final = frozenset(one.name for one in fields(DongleConfig))


@dongle.command("list")
@click.option(
    "--probe/--no-probe",
    "probe_ports",
    default=None,
    help="Identify the devices on all ports, or on none; default: on ports that look like a dongle.",
)
@click.option("--search", default="", help="Part of a name or ID.")
@click.option(
    "--status",
    "--state",
    "state",
    cls=RenamedOption,
    type=Choice(_STATUSES),
    help="Only dongles with this status.",
)
@sort_options(_SORTS, "name")
@paging_options
@with_context
def list_(
    context: CommandContext,
    probe_ports: bool | None,
    search: str,
    state: str | None,
    sort: str,
    descending: bool,
    limit: int,
    after: str | None,
) -> None:
    """List your organisation's dongles, then the other ports of this computer."""
    filters: dict[str, Scalar] = {"state": state} if state else {}
    with context.database.read() as session:
        listing = Listing(search, filters, sort, descending)
        known = fleet.list_dongles(session, context.actor, listing, after=after, limit=limit)
    connected = [_port_row(port, probe_ports) for port in link.discover()]
    ports = {str(row["device_id"]): row for row in connected if row["device_id"]}
    rows = [_dongle_row(dongle, ports.get(dongle.device_id)) for dongle in known.rows]
    if after is None and not search and not state:
        listed = {row["device_id"] for row in rows}
        rows += [row for row in connected if row["device_id"] is None or row["device_id"] not in listed]
    shown = _COLUMNS if context.as_json else _SHORT
    columns: dict[str, Callable[[Any], object]] = {name: itemgetter(name) for name in shown}
    if context.as_json:
        columns |= {"status": _status_word, "connection": _connection_word}
    else:
        columns |= {name: partial(_text_of, name) for name in ("name", "bitrate")}
        columns |= {"ownership_state": _pairing_text, "connection": _connection_text}
    empty = empty_text(
        pgettext("no match", "dongles"),
        _("No dongles or serial ports found. Plug in a dongle, or run “benchboard dongle simulate”."),
        "dongle list",
        search=search,
        filters={"--status": next((word for word, stored in _STATUSES.items() if stored == state), None)},
    )
    context.list_page(Page(tuple(rows), known.next_key), columns, empty=empty)


_COLUMNS: Final = (
    "id", "device_id", "name", "ownership_state", "identity_kind", "port", "path", "description", "simulated",
    "dialect", "firmware", "key_version", "bitrate", "data_bitrate", "last_seen_at", "problem", "status", "connection",
)  # fmt: skip
_READ: Final = ("bitrate", "sample_point", "data_bitrate", "data_sample_point")
"""What is shown of the configuration that was read with the firmware."""
_SHORT: Final = ("name", "device_id", "ownership_state", "connection", "port", "bitrate")


def _pairing_text(row: Mapping[str, Any]) -> str | None:
    """Whether the dongle is paired; None for a port that wasn't asked, so that nothing is known."""
    registered, reported = _states(row)
    if registered is None and row["dialect"] is None and row["problem"] is None:
        return None
    return pairing_title(registered, reported=reported, failure=row.get("failure", ""))


def _states(row: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """The status that is registered, and the ownership state that the dongle reported."""
    return row.get("registered"), row.get("reported", row["ownership_state"])


def _status_word(row: Mapping[str, Any]) -> str | None:
    """`_pairing_text` as a word for programs, one of `--status` or `paired-elsewhere`; None where nothing is known."""
    registered, reported = _states(row)
    if is_paired_elsewhere(registered, reported):
        return "paired-elsewhere"
    if registered == "CLAIMED_ACTIVE" and reported in ("UNCLAIMED", "REVOKED"):
        registered = "LOST" if reported == "UNCLAIMED" else "REVOKED"
    if registered is None and row["dialect"] is not None:
        registered = "UNCLAIMED"
    return next((word for word, stored in _STATUSES.items() if stored == registered), None)


def _connection_word(row: Mapping[str, Any]) -> str:
    """`_connection_text` as a word for programs."""
    if word := row.get("failure_word"):
        return str(word)
    if row["path"] is None:
        return "disconnected" if row["last_seen_at"] is not None else "never-connected"
    return "connected" if row.get("checked") else "not-checked"


def _connection_text(row: Mapping[str, Any]) -> str:
    """Whether it is connected to this computer, or when it was last seen."""
    seen = cell_text(row["last_seen_at"]) if row["last_seen_at"] is not None else ""
    return connection_title(
        connected=row["path"] is not None,
        checked=row.get("checked", False),
        failure=row.get("failure", ""),
        last_seen=seen,
    )


def _text_of(name: str, row: Mapping[str, object]) -> object:
    """A value as people read it; JSON has the value itself."""
    value = row[name]
    if name == "name" and not value and row.get("device_id"):
        return default_title(str(row["device_id"]))
    if value is None:
        return None
    if name == "ownership_state":
        return fleet.ownership_title(str(value))
    return value_text(name, value)


def _port_row(port: link.Port, probe_ports: bool | None) -> dict[str, object]:
    """A port as a row of the list. Only a probe identifies its dongle, except for stock firmware's USB identity."""
    row: dict[str, object] = dict.fromkeys(_COLUMNS)
    row |= {"port": port.path, "path": port.path, "description": port.description, "simulated": port.simulated}
    row["device_id"] = observed_id(port)
    if probe_ports is None:
        probe_ports = port.simulated or adapter_name(port.vid, port.pid) is not None
    row["checked"] = probe_ports  # no column of its own
    if probe_ports:
        try:
            row |= {
                name: value for name, value in _info_row(probe(port.path)).items() if name in row and value is not None
            }
        except AppError as error:
            row |= {"problem": error.what, "failure": failure_title(error), "failure_word": failure_word(error)}
            row["device_id"] = expected_id(port)
    return row


def _dongle_row(dongle: fleet.DongleRecord, port_row: Mapping[str, object] | None) -> dict[str, object]:
    row: dict[str, object] = dict(port_row) if port_row is not None else dict.fromkeys(_COLUMNS)
    row["reported"] = row["ownership_state"]  # no column of its own
    for name in ("id", "device_id", "name", "ownership_state", "identity_kind", "dialect", "firmware", "key_version"):
        row[name] = getattr(dongle, name)
    row["registered"] = dongle.status  # no column of its own
    row["last_seen_at"] = dongle.last_seen_at
    # What the registry has of a dongle that isn't paired (any more) may have been replaced since.
    if dongle.config is not None and (dongle.ownership_state == "CLAIMED_ACTIVE" or row["bitrate"] is None):
        row |= {"bitrate": dongle.config.bitrate, "data_bitrate": dongle.config.data_bitrate}
    return row


def _info_row(info: DongleInfo) -> dict[str, object]:
    row = asdict(info)
    row["device_key"] = info.device_key.hex() if info.device_key is not None else None
    config = row.pop("config")
    return row | {name: config[name] if config is not None else None for name in _READ}


@dongle.command()
@PORT
@_JSON
def info(port: str, as_json: bool) -> None:
    """Show what a dongle says about itself.

    Asks only the dongle. What your organisation knows about it is in “benchboard dongle list”.

    \b
    Example:
      benchboard dongle info --port /dev/ttyACM0
    """
    row = _info_row(probe(find_port(port)))
    if as_json:
        click.echo(json.dumps(row))
        return
    # The dongle knows that it is paired, and not with whom it is to whoever asks.
    state = {"ownership_state": _("Paired with an organisation")} if row["ownership_state"] == "CLAIMED_ACTIVE" else {}
    print_pairs({name: _text_of(name, row) for name in row} | state)


@dongle.command()
@PORT
@click.option(
    "--seconds",
    type=Number(0, 60),
    metavar="SECONDS",
    default=float(IDENTIFY_SECONDS),
    show_default=True,
    help="How long to blink.",
)
@_JSON
def identify(port: str, seconds: float, as_json: bool) -> None:
    """Blink a dongle's light to find it.

    \b
    Example:
      benchboard dongle identify --port /dev/ttyACM0
    """
    typed, port = port, find_port(port)
    with link.open_port(port) as handle:
        device = Device(handle)
        device.close_channel()
        device.identify(seconds)
    if as_json:
        click.echo(json.dumps({"port": port, "seconds": seconds}))
        return
    sentence = _("The light of {name} blinks for {seconds} s.")
    if not seconds:
        sentence = _("The light of {name} no longer blinks.")
    click.echo(printable(sentence.format(name=dongle_as_typed(typed), seconds=number(seconds))))


@dongle.command()
@PORT
@click.option("--yes", is_flag=True, help="Don't ask for confirmation.")
@click.option("--name", default="", help="Name of the dongle.")
@with_context
def pair(context: CommandContext, port: str, yes: bool, name: str) -> None:
    """Pair a dongle with your organisation, or resume an earlier attempt.

    \b
    Example:
      benchboard dongle pair --port /dev/ttyACM0 --name "Conveyor A"
    """
    if name:
        with context.database.read() as session:
            fleet.require_free_name(session, context.actor, name)
    port = find_port(port, context)
    with _named_options(), link.open_port(port) as handle:
        info = probe_open(handle)
        already_claimed = _is_claimed(context, info)
        if not yes and not already_claimed:
            _confirm(context, port, info)
        if info.is_benchboard:
            paired = _pair(context, Device(handle), name)
            dongle_id, resumed = paired.dongle_id, paired.resumed
            already_claimed = already_claimed and resumed
        else:
            ports = link.discover(typed=[port])
            connected = next(one for one in ports if one.path == port)
            with context.database.change() as session:
                dongle_id = provisioning.observe(session, context.actor, port=connected, info=info, present=ports)
                if name:
                    fleet.rename_dongle(session, context.actor, dongle_id, name)
            resumed = False
    with context.database.read() as session:
        dongle = fleet.get_dongle(session, context.actor, dongle_id)
    sentence = (
        _("{name} is already paired with {organisation}.")
        if already_claimed
        else _("Paired {name} with {organisation}.")
    )
    context.report(
        sentence.format(name=dongle.title, organisation=context.actor.organisation),
        id=dongle.id,
        device_id=dongle.device_id,
        name=dongle.name,
        ownership_state=dongle.ownership_state,
        identity_kind=dongle.identity_kind,
        key_version=dongle.key_version,
        resumed=resumed,
        already_ours=already_claimed,
    )


@contextmanager
def _named_options() -> Iterator[None]:
    """Name the options that open another database, where only the one that paired the dongle can change it."""
    try:
        yield
    except AppError as error:
        if error.code in ("dongle.already-claimed", "dongle.signature-required"):
            error.do = _(
                "Use the database that paired it: --demo, --url or --org. Or take the dongle back with “benchboard"
                " dongle reset --port PORT”."
            )
        raise


def _is_claimed(context: CommandContext, info: DongleInfo) -> bool:
    if not info.is_benchboard or info.device_id is None:
        return False
    with context.database.read() as session:
        known = fleet.find_dongle(session, context.actor, info.device_id)
    return known is not None and known.ownership_state == "CLAIMED_ACTIVE" == info.ownership_state


def _confirm(context: CommandContext, port: str, info: DongleInfo) -> None:
    identity = info.device_id or _("stock firmware, monitoring only")
    question = _("Pair the dongle on {port} ({who}) with {organisation}?")
    text = question.format(port=port, who=identity, organisation=context.actor.organisation)
    click.confirm(text, abort=True, err=True)


def _pair(context: CommandContext, device: Device, name: str) -> provisioning.PairedDongle:
    reported: set[object] = set()

    def on_step(step: provisioning.PairingStep, seconds: float | None) -> None:
        waits_for_press = step is provisioning.PairingStep.PRESENCE and seconds is not None
        if (step, waits_for_press) in reported:
            return
        reported.add((step, waits_for_press))
        sentence = (
            _("Press the button on the dongle within {seconds} seconds.") if waits_for_press else _STEPS.get(step)
        )
        if sentence is not None:
            click.echo((sentence if waits_for_press else _(sentence)).format(seconds=round(seconds or 0)), err=True)

    data_key = context.workspace.data_keys.of(context.actor.organisation_id)
    paired = provisioning.pair(context.database, context.actor, data_key, device, name=name, on_step=on_step)
    stored = device.config_read()
    with context.database.change() as session:
        fleet.store_config(session, context.actor, paired.dongle_id, stored)
    return paired


# The words of the checklist in the window's pairing wizard.
_STEPS: Final = {
    provisioning.PairingStep.HELLO: N_("Check identity"),
    provisioning.PairingStep.BEGIN: N_("Agree on keys"),
    provisioning.PairingStep.PRESENCE: N_("Prepare the pairing"),
    provisioning.PairingStep.PERSIST: N_("Send the encrypted pairing key"),
    provisioning.PairingStep.CONFIRM: N_("Confirm the pairing"),
}


@dongle.command()
@PORT
@click.option("--read", is_flag=True, help="Show the stored settings; the default.")
@click.option(
    "--write",
    metavar="JSON",
    help='Settings to change, such as {"mode": "listen-only"}, with the names that “benchboard dongle config --json” '
    "prints; use - for standard input.",
)
@click.option(
    "--clock",
    type=Frequency(*messages.CLOCK_HZ),
    callback=rounded,
    help="CAN clock, such as 80M or 80000000.",
)
@click.option("--timing", type=SegmentsType(), help="Bit timing, such as 10/6/7/2/2.")
@click.option("--data-timing", type=SegmentsType(), help="Bit timing of the CAN FD data phase, such as 2/6/7/2/2.")
@click.option("--mode", type=Choice(_MODES), help="Mode of the channel.")
@click.option(
    "--org", envvar="BENCHBOARD_ORG", metavar="NAME", help="Short name of the organisation that owns the dongle."
)
@click.option("--as", "as_email", metavar="EMAIL", help="Act as the account with this email address, if permitted.")
@_JSON
@database_options
def config(
    options: DatabaseOptions,
    port: str,
    read: bool,
    write: str | None,
    clock: int | None,
    timing: SegmentValues | None,
    data_timing: SegmentValues | None,
    mode: str | None,
    org: str | None,
    as_email: str | None,
    as_json: bool,
) -> None:
    """Show or change a dongle's bit timing and other settings.

    Once a dongle is paired, changing it needs the database that holds its key. A bit timing is prescaler,
    propagation, phase 1, phase 2 and SJW; “benchboard timing solve” finds those of a bit rate.

    \b
    Examples:
      benchboard dongle config --port /dev/ttyACM0
      benchboard dongle config --port /dev/ttyACM0 --timing 10/6/7/2/2 --mode listen-only
    """
    changes: dict[str, object] = _read_changes(write) if write is not None else {}
    changes |= {name: value for name, value in (("clock_hz", clock), ("mode", mode)) if value is not None}
    writes = bool(changes or timing or data_timing)
    if read and writes:
        raise click.UsageError(_("Read or write settings, not both."))
    if any(segments is not None and segments[0] == 0 for segments in (timing, data_timing)):
        raise click.UsageError(_("The prescaler must be 1 or more."))
    with link.open_port(find_port(port)) as handle:
        device = Device(handle)
        device.close_channel()
        hello, stored = device.hello(), device.config_read()
        if writes:
            # What was stored by an earlier firmware may be another dongle's hardware.
            own = replace(stored.config, controller=hello.controller, clock_hz=hello.clock_hz)
            new = _config_with(own, changes, timing, data_timing)
            stored = _write_config(options, device, new, org, as_email)
            if not as_json:
                click.echo(_("Wrote the settings and read them back."), err=True)
            if hello.state != OwnershipState.CLAIMED_ACTIVE and not as_json:
                click.echo(_("This dongle isn't paired: anyone can change its settings."), err=True)
    _show_config(stored, hello, as_json=as_json)


def _write_config(
    options: DatabaseOptions, device: Device, new: DongleConfig, org: str | None, as_email: str | None
) -> StoredConfig:
    opened = options.open()
    try:
        actor = resolve_actor(opened, org=org, as_email=as_email)
        data_key = opened.data_keys.of(actor.organisation_id)
        with _named_options():
            return fleet.write_config(opened.database.bind(actor), actor, data_key, device, new)
    finally:
        opened.close()


def _read_changes(text: str) -> dict[str, object]:
    if text == "-":
        text = sys.stdin.read(65_536)
    try:
        changes = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _invalid_settings(_("The input isn't valid JSON.")) from error
    if not isinstance(changes, dict):
        raise _invalid_settings(_("The input isn't a JSON object."))
    if unknown := changes.keys() - _FIELDS:
        raise _invalid_settings(_("Unknown setting “{name}”.").format(name=min(unknown)[:40]))
    return changes


def _invalid_settings(why: str) -> Invalid:
    return Invalid(
        "dongle.settings",
        _("These settings aren't valid."),
        why=why,
        do=_("For an example, run “benchboard dongle config --port PORT --json”."),
        field="write",
    )


def _config_with(
    config: DongleConfig, changes: Mapping[str, object], timing: SegmentValues | None, data_timing: SegmentValues | None
) -> DongleConfig:
    values = dict(changes)
    if isinstance(mode := values.get("mode"), str):
        values["mode"] = _MODES.get(mode.lower(), mode)
    clock = values.get("clock_hz", config.clock_hz)
    for segments, prefix in ((timing, ""), (data_timing, "data_")):
        if segments is not None and isinstance(clock, int):
            values |= _settings_of(segments, clock, prefix)
    if data_timing is not None:
        values["fd_enabled"] = True
    try:
        return messages.config_with_changes(config, values)
    except ProtocolError as error:
        raise _invalid_settings(_setting_problem(error)) from error


def _setting_problem(error: ProtocolError) -> str:
    """What is wrong with which setting, as a sentence."""
    if error.code is ErrorCode.MALFORMED and error.member:
        return _("“{name}” must be {allowed}.").format(name=error.member, allowed=_allowed(error.member))
    return _(
        "The clock, prescaler and segments don't give the bit rate within 5 %, SJW exceeds phase 2, or the data phase"
        " doesn't fit “fd_enabled”."
    )


def _allowed(name: str) -> str:
    """The values that the setting `name` may have."""
    check = messages.CONFIG[name]
    if isinstance(check, messages.Nullable):
        return _("{allowed} or null").format(allowed=_allowed_by(name, check.check))
    return _allowed_by(name, check)


def _allowed_by(name: str, check: messages.Check) -> str:
    if name.endswith("sample_point"):
        return _("a percentage between 0 and 100")
    if isinstance(check, messages.IntegerRange):
        numbers = allowed_numbers(check.low, check.high, whole=True, grouped=False)
        unit = next((text for end, text in _UNITS.items() if name.endswith(end)), None)
        if unit is None:
            return numbers
        return "{} ({})".format(numbers, _("{low} to {high}").format(low=unit(check.low), high=unit(check.high)))
    if name == "mode":
        return _("one of {names}").format(names=", ".join(_MODES))
    if name == "filters":
        return _("up to {count} lists [ID, mask, extended], such as [291, 2047, false]").format(
            count=messages.MAX_FILTERS
        )
    return _("a text of up to 32 characters") if name == "controller" else _("true or false")


_UNITS: Final[Mapping[str, Callable[[float], str]]] = {"clock_hz": frequency, "bitrate": bit_rate}
"""How people write the settings with these names, which JSON has in Hz and bit/s."""


def _settings_of(segments: SegmentValues, clock: int, prefix: str) -> dict[str, object]:
    """The settings of a phase that are a bit timing, with the CAN clock in Hz."""
    prescaler, prop, seg1, seg2, sjw = segments
    quanta = 1 + prop + seg1 + seg2
    bitrate, sample_point = round(clock / (prescaler * quanta)), (1 + prop + seg1) / quanta * 100
    names = ("bitrate", "sample_point", "prescaler", "prop_seg", "phase_seg1", "phase_seg2", "sjw")
    values = (bitrate, round(sample_point, 3), prescaler, prop, seg1, seg2, sjw)
    return {prefix + name: value for name, value in zip(names, values, strict=True)}


def _show_config(stored: StoredConfig, hello: Hello, *, as_json: bool) -> None:
    row: dict[str, Any] = {**asdict(stored.config), "revision": stored.revision}
    row |= {"reported_controller": hello.controller, "reported_clock_hz": hello.clock_hz}
    row["filters"] = [[filter_.id, filter_.mask, filter_.extended] for filter_ in stored.config.filters]
    if as_json:
        click.echo(json.dumps(row))
    else:
        row["filters"] = ", ".join(map(_filter_text, stored.config.filters))
        _print_pairs(row)


def _filter_text(filter_: CanFilter) -> str:
    """`standard 0x123 mask 0x7FF`"""
    digits = 8 if filter_.extended else 3
    sentence = _("extended {id} mask {mask}") if filter_.extended else _("standard {id} mask {mask}")
    return sentence.format(id=f"0x{filter_.id:0{digits}X}", mask=f"0x{filter_.mask:0{digits}X}")


def _print_pairs(row: Mapping[str, object]) -> None:
    print_pairs({name: _text_of(name, row) for name in row})
