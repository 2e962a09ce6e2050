"""The registry: lists, names, settings stored after they were read back, when a dongle was last seen."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from benchboard.canbus.link import Port
from benchboard.dongles import fleet, provisioning
from benchboard.dongles.device import Device
from benchboard.dongles.firmware_detection import DongleInfo
from benchboard.dongles.fleet import DongleRecord
from benchboard.dongles.protocol import CanFilter
from benchboard.errors import Conflict, Denied, DeviceFailure, Invalid, NotFound
from benchboard.paging import Listing
from benchboard.storage import change_tracking
from benchboard.storage.models.dongles import CanConfig as ConfigRow
from benchboard.storage.models.dongles import Dongle as DongleRow
from benchboard.storage.models.dongles import DongleGroup
from support.benchdata import Bench, paired, write
from support.databases import unbound
from support.loopback_dongle import CONFIG, LoopbackDongle


def titles(bench: Bench, listing: Listing, limit: int = 50) -> list[str]:
    found: list[str] = []
    after = None
    while True:
        with unbound(bench.database).read() as session:
            page = fleet.list_dongles(session, bench.technician, listing, after=after, limit=limit)
        found += [one.title for one in page.rows]
        after = page.next_key
        if after is None:
            return found


SORT_VALUES: dict[str, Callable[[DongleRecord], object]] = {
    "name": lambda one: one.name,
    "device_id": lambda one: one.device_id,
    "state": lambda one: one.ownership_state,
    "identity": lambda one: one.identity_kind,
    "bitrate": lambda one: one.config.bitrate if one.config is not None else 0,
    "last_seen_at": lambda one: one.last_seen_at,
    "created_at": lambda one: one.created_at,
}


def test_group_partners_are_the_others_of_this_organisation(bench: Bench) -> None:
    first, second, alone = (paired(bench, LoopbackDongle(), name) for name in ("Conveyor A", "Conveyor B", "Rig"))
    with unbound(bench.database).change() as session:
        change_tracking.unaudited(session, "dongle_groups")
        session.add(
            DongleGroup(
                organisation_id=bench.technician.organisation_id, user_id=bench.technician.user_id,
                dongle_a_id=first.id, dongle_b_id=second.id,
            )
        )  # fmt: skip
    every = [first.id, second.id, alone.id]
    with unbound(bench.database).read() as session:
        found = fleet.group_partners(session, bench.technician, every)
        assert found == {first.id: "Conveyor B", second.id: "Conveyor A"}
        assert fleet.group_partners(session, bench.technician, [second.id]) == {second.id: "Conveyor A"}
        assert fleet.group_partners(session, bench.rival, every) == {}
        with pytest.raises(Denied):
            fleet.group_partners(session, bench.analyst, every)


@pytest.fixture
def various(bench: Bench) -> list[DongleRecord]:
    """Dongles that differ in every column that the list can be sorted by."""
    made = [paired(bench, LoopbackDongle(), name) for name in ("Rig 100%", "Conveyor B", "")]
    for bitrate, prescaler in ((250_000, 20), (125_000, 40)):
        dongle = LoopbackDongle()
        made.append(paired(bench, dongle, f"At {bitrate}"))
        write(bench, dongle, replace(CONFIG, bitrate=bitrate, prescaler=prescaler))
    lost = LoopbackDongle()
    made.append(paired(bench, lost, "Conveyor A"))
    lost.factory_reset()
    provisioning.reconcile(
        bench.database.bind(bench.technician), bench.technician, bench.data_key, Device(lost, clock=lost.clock)
    )
    port = Port("/dev/ttyACM5", "stick", 0x16D0, 0x117E, "3A71", False, "usb:stick")
    info = DongleInfo(port.path, "canable", "normaldotcom", "")
    with unbound(bench.database).change() as session:
        observed = provisioning.observe(session, bench.technician, port=port, info=info, present=[port])
    with unbound(bench.database).read() as session:
        ids = [one.id for one in made] + [observed]
        return [fleet.get_dongle(session, bench.technician, dongle_id) for dongle_id in ids]


@pytest.mark.parametrize("descending", [False, True])
def test_list_dongles_sorts_by_each_column_whatever_the_page_size(
    bench: Bench, various: list[DongleRecord], *, descending: bool
) -> None:
    """A missing value is smaller than any; equal ones go by id."""
    for sort, value in SORT_VALUES.items():
        keys = {one.id: (value(one) is not None, value(one), one.id) for one in various}
        expected = [one.title for one in sorted(various, key=lambda one: keys[one.id], reverse=descending)]
        for limit in (1, 3, len(various), 50):
            assert titles(bench, Listing(sort=sort, descending=descending), limit) == expected, (sort, limit)


def test_count_dongles_counts_the_organisations_own(bench: Bench, various: list[DongleRecord]) -> None:
    with unbound(bench.database).read() as session:
        assert fleet.count_dongles(session, bench.technician) == len(various)
        assert fleet.count_dongles(session, bench.rival) == 0
        with pytest.raises(Denied):
            fleet.count_dongles(session, bench.analyst)


def test_list_dongles_with_search_or_filter_finds_matches(bench: Bench) -> None:
    first = paired(bench, LoopbackDongle(), "Conveyor A")
    paired(bench, LoopbackDongle(), "Rig 100%")
    lost = LoopbackDongle()
    paired(bench, lost, "Gone")
    lost.factory_reset()
    device = Device(lost, clock=lost.clock)
    provisioning.reconcile(bench.database.bind(bench.technician), bench.technician, bench.data_key, device)
    assert titles(bench, Listing("conveyor")) == ["Conveyor A"]
    assert titles(bench, Listing("0%")) == ["Rig 100%"]
    assert titles(bench, Listing(first.device_id[3:9].upper())) == ["Conveyor A"]
    assert titles(bench, Listing(filters={"state": "LOST"})) == ["Gone"]
    assert titles(bench, Listing(filters={"identity": "observed"})) == []
    for wrong in ({"state": "lost"}, {"owner": "x"}):
        with pytest.raises(Invalid) as caught, unbound(bench.database).read() as session:
            fleet.list_dongles(session, bench.technician, Listing(filters=wrong))
        assert (caught.value.code, caught.value.facts["field"]) == ("dongles.filter", next(iter(wrong)))


def test_paired_dongles_are_those_that_proved_themselves_by_title(bench: Bench, various: list[DongleRecord]) -> None:
    expected = [one for one in various if one.ownership_state == "CLAIMED_ACTIVE" and one.identity_kind != "observed"]
    assert 0 < len(expected) < len(various)
    with unbound(bench.database).read() as session:
        found = fleet.paired_dongles(session, bench.technician)
        assert found == sorted(expected, key=lambda one: one.title.casefold())
        assert fleet.paired_dongles(session, bench.rival) == []
        with pytest.raises(Denied):
            fleet.paired_dongles(session, bench.analyst)


def test_find_dongles_finds_those_that_are_registered(bench: Bench) -> None:
    first, second, _third = (paired(bench, LoopbackDongle(), name) for name in ("Axle", "Brake", "Clutch"))
    asked = [second.device_id, "0" * 16, first.device_id]
    with unbound(bench.database).read() as session:
        found = fleet.find_dongles(session, bench.technician, asked)
        assert sorted(found, key=lambda one: one.title) == [first, second]
        assert fleet.find_dongles(session, bench.technician, []) == []
        assert fleet.find_dongles(session, bench.rival, asked) == []
        with pytest.raises(Denied):
            fleet.find_dongles(session, bench.analyst, asked)


def test_changes_by_an_operations_manager_are_denied(bench: Bench) -> None:
    dongle = LoopbackDongle()
    one = paired(bench, dongle, "Conveyor A")
    who = bench.ops_manager
    stored = Device(dongle, clock=dongle.clock).config_read()
    with unbound(bench.database).read() as session:
        assert [row.id for row in fleet.list_dongles(session, who, Listing()).rows] == [one.id]
        assert fleet.find_dongle(session, who, one.device_id) == fleet.get_dongle(session, who, one.id) == one

    def sent() -> None:
        raise AssertionError("nothing is asked of the dongle")

    dongle.before_write = sent
    with pytest.raises(Denied):
        fleet.write_config(bench.database.bind(who), who, bench.data_key, Device(dongle, clock=dongle.clock), NEW)
    for change in (
        lambda session: fleet.rename_dongle(session, who, one.id, "Mine"),
        lambda session: fleet.store_config(session, who, one.id, stored),
    ):
        with pytest.raises(Denied), unbound(bench.database).change() as session:
            change(session)
    with unbound(bench.database).read() as session:
        assert fleet.get_dongle(session, bench.technician, one.id) == one


def test_list_and_get_by_another_organisation_find_nothing(bench: Bench) -> None:
    ours = paired(bench, LoopbackDongle(), "Conveyor A")
    with unbound(bench.database).read() as session:
        assert fleet.list_dongles(session, bench.rival, Listing()).rows == ()
        assert fleet.find_dongle(session, bench.rival, ours.device_id) is None
        with pytest.raises(NotFound):
            fleet.get_dongle(session, bench.rival, ours.id)
        with pytest.raises(Denied):
            fleet.list_dongles(session, bench.analyst, Listing())


def test_get_dongle_matching_finds_one_by_id_or_name_in_any_case(bench: Bench) -> None:
    one, other = paired(bench, LoopbackDongle(), "Rig 1"), paired(bench, LoopbackDongle("loop1"), "Rig 12")
    with unbound(bench.database).read() as session:
        for text in (one.device_id, one.device_id.upper(), "Rig 1", " rig  1 "):
            assert fleet.get_dongle_matching(session, bench.technician, text).id == one.id
        assert fleet.get_dongle_matching(session, bench.technician, "rig 12").id == other.id
        for text in ("Rig", "", " ", "%", one.device_id[:8]):
            with pytest.raises(NotFound):
                fleet.get_dongle_matching(session, bench.technician, text)
        with pytest.raises(NotFound):
            fleet.get_dongle_matching(session, bench.rival, "Rig 1")
        with pytest.raises(Denied):
            fleet.get_dongle_matching(session, bench.analyst, "Rig 1")


def test_get_dongle_matching_of_two_with_one_name_asks_for_the_id(bench: Bench) -> None:
    both = [paired(bench, LoopbackDongle(path), "Rig 1") for path in ("loop0", "loop1")]
    with unbound(bench.database).read() as session, pytest.raises(Conflict) as caught:
        fleet.get_dongle_matching(session, bench.technician, "Rig 1")
    assert caught.value.code == "dongles.ambiguous"
    assert all(one.device_id in caught.value.do for one in both)


def test_dongle_cannot_be_named_like_an_id(bench: Bench) -> None:
    one, other = paired(bench, LoopbackDongle()), paired(bench, LoopbackDongle("loop1"))
    end = other.device_id[-4:]
    for wrong in ("0123456789abcdef", other.device_id.upper(), end, end.upper(), other.device_id[-7:]):
        with pytest.raises(Invalid) as caught, unbound(bench.database).change() as session:
            fleet.rename_dongle(session, bench.technician, one.id, wrong)
        assert (caught.value.code, caught.value.why) == ("dongles.name", "It is the ID of a dongle, or its end.")
    unused = next(text for text in ("beef", "cafe", "face") if not one.device_id.endswith(text))
    with unbound(bench.database).change() as session:
        assert fleet.rename_dongle(session, bench.technician, one.id, unused).name == unused


def test_text_that_is_the_name_of_one_dongle_and_ends_the_id_of_another_is_ambiguous(bench: Bench) -> None:
    one, other = paired(bench, LoopbackDongle()), paired(bench, LoopbackDongle("loop1"))
    with unbound(bench.database).change() as session:  # as it could be named once
        change_tracking.unaudited(session, "dongles")
        session.get_one(DongleRow, one.id).name = other.device_id[-4:]
    with unbound(bench.database).read() as session:
        with pytest.raises(Conflict) as caught:
            fleet.get_dongle_matching(session, bench.technician, other.device_id[-4:])
        assert caught.value.code == "dongles.ambiguous"
        assert fleet.get_dongle_matching(session, bench.technician, other.device_id).id == other.id


def test_rename_dongle_accepts_100_printable_characters(bench: Bench) -> None:
    one = paired(bench, LoopbackDongle(), "  Conveyor   A ")
    assert one.name == "Conveyor A"
    with unbound(bench.database).change() as session:
        assert (
            fleet.rename_dongle(session, bench.technician, one.id, "").title == f"Dongle {one.device_id[-4:].upper()}"
        )
    for wrong in ("x" * 101, "bell\a"):
        with pytest.raises(Invalid) as caught, unbound(bench.database).change() as session:
            fleet.rename_dongle(session, bench.technician, one.id, wrong)
        assert caught.value.code == "dongles.name"
    with unbound(bench.database).change() as session:
        assert fleet.rename_dongle(session, bench.technician, one.id, f" {'x' * 100} ").name == "x" * 100
    assert bench.last_event("dongle.rename").details == {
        "before": None,
        "after": "x" * 100,
        "device_id": one.device_id,
    }
    before = bench.events("dongle.rename")
    with unbound(bench.database).change() as session:
        fleet.rename_dongle(session, bench.technician, one.id, "x" * 100)
    assert bench.events("dongle.rename") == before
    with pytest.raises(NotFound), unbound(bench.database).change() as session:
        fleet.rename_dongle(session, bench.rival, one.id, "Mine")


def config_rows(bench: Bench) -> list[ConfigRow]:
    with unbound(bench.database).read() as session:
        return list(session.scalars(select(ConfigRow)))


NEW = replace(CONFIG, prescaler=1, prop_seg=95, phase_seg1=32, phase_seg2=32, sjw=32, sample_point=80.0)
FD = replace(
    NEW, fd_enabled=True, data_bitrate=2_000_000, data_sample_point=75.125, data_prescaler=2, data_prop_seg=8,
    data_phase_seg1=6, data_phase_seg2=5, data_sjw=5, tdc_enabled=True, tdc_offset=30, mode="LISTEN_ONLY",
    auto_retransmit=False, auto_restart_ms=100, triple_sampling=True, termination_ohm=120,
    filters=(CanFilter(0x100, 0x700), CanFilter(0x18FEF100, 0x1FFFFFFF, True)),
)  # fmt: skip


def test_write_config_that_reads_back_the_same_is_stored(bench: Bench) -> None:
    dongle = LoopbackDongle()
    one = paired(bench, dongle)
    for config in (NEW, FD, replace(NEW, sample_point=87.513)):
        stored = write(bench, dongle, config)
        assert stored.config == dongle.saved.config == config
        with unbound(bench.database).change() as session:
            assert fleet.get_dongle(session, bench.technician, one.id).config == config
            assert fleet.store_config(session, bench.technician, one.id, stored) is False, "it is no news"
    details = bench.last_event("dongle.configure").details
    assert (details["bitrate"], details["mode"], details["revision"]) == (NEW.bitrate, NEW.mode, 3)


def test_write_config_outside_the_controllers_limits_is_refused_in_words(bench: Bench) -> None:
    dongle = LoopbackDongle()
    paired(bench, dongle)
    before = dongle.saved
    wrong = replace(
        NEW, bitrate=200_501, sample_point=75.188, prop_seg=200, phase_seg1=99, phase_seg2=99, sjw=99
    )  # fmt: skip
    with pytest.raises(Invalid) as caught:
        write(bench, dongle, wrong)
    assert caught.value.code == "timing.does-not-fit"
    assert caught.value.what == "Propagation and phase 1 is 299; FDCAN allows 2 to 256."
    with pytest.raises(Invalid, match=r"Data phase 2 is 20; FDCAN allows 1 to 16\."):
        write(bench, dongle, replace(FD, data_prop_seg=0, data_phase_seg1=19, data_phase_seg2=20, data_prescaler=1))
    assert dongle.saved == before
    # What is on a dongle already doesn't keep its other settings from being changed.
    dongle.saved = replace(before, config=wrong)
    dongle.power_cycle()
    assert write(bench, dongle, replace(wrong, mode="LISTEN_ONLY")).config.mode == "LISTEN_ONLY"


def test_write_config_that_reads_back_otherwise_is_not_stored(bench: Bench) -> None:
    dongle = LoopbackDongle()
    paired(bench, dongle)
    before = dongle.saved
    dongle.after_write = lambda: _forget(dongle, before)
    with pytest.raises(DeviceFailure):
        write(bench, dongle, NEW)
    assert config_rows(bench) == []
    assert bench.events("dongle.configure") == []


def _forget(dongle: LoopbackDongle, before: object) -> None:
    dongle.machine.persistent = dongle.saved = before


def test_store_config_of_an_unclaimed_dongle_is_refused(bench: Bench) -> None:
    dongle = LoopbackDongle()
    write(bench, dongle, NEW)
    assert dongle.saved.config == NEW
    assert config_rows(bench) == []
    one = paired(bench, dongle)
    with unbound(bench.database).change() as session:
        stored = Device(dongle, clock=dongle.clock).config_read()
        assert fleet.store_config(session, bench.technician, one.id, stored) is True
    with unbound(bench.database).change() as session:
        assert fleet.store_config(session, bench.technician, one.id, stored) is False
    assert bench.events("dongle.read-config") == ["dongle.read-config"]
    dongle.factory_reset()
    device = Device(dongle, clock=dongle.clock)
    provisioning.reconcile(bench.database.bind(bench.technician), bench.technician, bench.data_key, device)
    for name, called in (("", one.title), ("Rig 1", "Rig 1")):
        with unbound(bench.database).change() as session:
            fleet.rename_dongle(session, bench.technician, one.id, name)
        with pytest.raises(Conflict) as caught, unbound(bench.database).change() as session:
            fleet.store_config(session, bench.technician, one.id, stored)
        assert called in caught.value.what


def test_audit_entries_of_a_dongle_name_it(bench: Bench) -> None:
    dongle = LoopbackDongle()
    one = paired(bench, dongle)
    write(bench, dongle, NEW)
    assert bench.last_event("dongle.token-store").details["device_id"] == one.device_id
    details = bench.last_event("dongle.configure").details
    assert (details["device_id"], details.get("name")) == (one.device_id, None)
    with unbound(bench.database).change() as session:
        fleet.rename_dongle(session, bench.technician, one.id, "Rig 1")
    write(bench, dongle, replace(NEW, mode="LISTEN_ONLY"))
    details = bench.last_event("dongle.configure").details
    assert (details["device_id"], details["name"], details["mode"]) == (one.device_id, "Rig 1", "LISTEN_ONLY")


def test_write_config_to_a_dongle_that_is_not_paired_is_recorded(bench: Bench) -> None:
    dongle = LoopbackDongle()
    write(bench, dongle, NEW)
    entry = bench.last_event("dongle.configure")
    assert (entry.resource_id, entry.user_id) == (None, bench.technician.user_id)
    assert (entry.details["device_id"], entry.details["bitrate"]) == (dongle.machine.device_id, NEW.bitrate)


@pytest.mark.parametrize("is_paired", [False, True])
def test_write_config_records_what_changed(bench: Bench, is_paired: bool) -> None:
    dongle = LoopbackDongle()
    if is_paired:
        paired(bench, dongle)
    for config, changed in (
        (NEW, "timing"),
        (replace(NEW, mode="LISTEN_ONLY"), "mode"),
        (replace(CONFIG, termination_ohm=120), "timing, mode, settings"),
        (replace(CONFIG, termination_ohm=120), ""),
    ):
        write(bench, dongle, config)
        assert bench.last_event("dongle.configure").details["changed"] == changed


def test_mark_seen_writes_once_a_minute_and_never_to_a_pending_claim(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = paired(bench, LoopbackDongle()), paired(bench, LoopbackDongle())
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    monkeypatch.setattr(fleet, "now", lambda: moment)

    def seen_at(dongle_id: str) -> datetime | None:
        with unbound(bench.database).change() as session:
            fleet.mark_seen(session, bench.technician, [one.device_id, "0" * 16])
        with unbound(bench.database).read() as session:
            return fleet.get_dongle(session, bench.technician, dongle_id).last_seen_at

    def put(**values: object) -> None:
        with unbound(bench.database).change() as session:
            change_tracking.unaudited(session, "dongles")
            session.execute(update(DongleRow).values(**values))

    for ago, written in ((timedelta(hours=1), True), (timedelta(seconds=61), True), (timedelta(seconds=60), False)):
        put(last_seen_at=moment - ago)
        assert seen_at(one.id) == (moment if written else moment - ago)
        assert seen_at(other.id) == moment - ago, "it was not seen"
    put(last_seen_at=None)
    assert seen_at(one.id) == moment
    put(last_seen_at=moment - timedelta(hours=1), ownership_state="CLAIM_PENDING")
    assert seen_at(one.id) == moment - timedelta(hours=1)


def test_mark_seen_at_unplug_stores_the_moment_whenever_it_was_stored_last(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugged_in, unplugged, pending, silent = (paired(bench, LoopbackDongle()) for _number in range(4))
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    before = moment - timedelta(seconds=1)
    monkeypatch.setattr(fleet, "now", lambda: moment)
    with unbound(bench.database).change() as session:
        change_tracking.unaudited(session, "dongles")
        session.execute(update(DongleRow).values(last_seen_at=before))
        session.execute(update(DongleRow).where(DongleRow.id == pending.id).values(ownership_state="CLAIM_PENDING"))
    with unbound(bench.database).change() as session:
        fleet.mark_seen(
            session,
            bench.technician,
            [plugged_in.device_id],
            removed=[unplugged.device_id, pending.device_id],
            silent={silent.device_id: before - timedelta(seconds=1)},
        )
    with unbound(bench.database).read() as session:
        seen = [fleet.get_dongle(session, bench.technician, one.id) for one in (plugged_in, unplugged, pending, silent)]
    assert [one.last_seen_at for one in seen] == [before, moment, before, before - timedelta(seconds=1)]


def test_rename_dongle_that_has_another_name_by_now_is_refused_and_says_which(bench: Bench) -> None:
    one = paired(bench, LoopbackDongle(), "Rig 1")
    with unbound(bench.database).change() as session:
        fleet.rename_dongle(session, bench.technician, one.id, "Rig 2", was="Rig 1")
    with pytest.raises(Conflict) as refused, unbound(bench.database).change() as session:
        fleet.rename_dongle(session, bench.technician, one.id, "Rig 3", was="Rig 1")
    assert refused.value.why == "It was renamed to “Rig 2” since."


def test_dongle_titles_have_the_end_of_the_id_where_two_share_a_name(bench: Bench) -> None:
    first, second, other = (paired(bench, LoopbackDongle(), name) for name in ("Rig 1", "rig 1", "Rig 2"))
    with unbound(bench.database).read() as session:
        titles = fleet.dongle_titles(session, bench.technician)
    assert titles[first.device_id] == f"Rig 1 ({first.device_id[-4:].upper()})"
    assert titles[second.device_id] == f"rig 1 ({second.device_id[-4:].upper()})"
    assert titles[other.device_id] == "Rig 2"
