"""The registry: pages, search and filters, names, settings kept only after a read-back, being seen."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from benchboard.dongles import fleet, provisioning
from benchboard.dongles.device import Device
from benchboard.dongles.fleet import Dongle
from benchboard.errors import Conflict, Denied, DeviceFailure, Invalid, NotFound
from benchboard.paging import Listing
from benchboard.storage.models.base import now
from benchboard.storage.models.dongles import CanConfig as ConfigRow
from benchboard.storage.models.dongles import Dongle as DongleRow
from benchboard.storage.models.identity import AuditLog
from support.benchdata import Bench
from support.loopdongle import CONFIG, LoopDongle


def paired(bench: Bench, dongle: LoopDongle, name: str = "") -> Dongle:
    device = Device(dongle, clock=dongle.clock)
    claimed = provisioning.pair(bench.database, bench.technician, bench.data_key, device)
    with bench.database.change() as session:
        return fleet.rename(session, bench.technician, claimed.dongle_id, name)


def titles(bench: Bench, listing: Listing, limit: int = 50) -> list[str]:
    found: list[str] = []
    after = None
    while True:
        with bench.database.read() as session:
            page = fleet.list_dongles(session, bench.technician, listing, after=after, limit=limit)
        found += [one.title for one in page.rows]
        after = page.next_key
        if after is None:
            return found


@pytest.mark.parametrize("sort", ["name", "device_id", "state", "identity", "bitrate", "last_seen_at", "created_at"])
@pytest.mark.parametrize("descending", [False, True])
def test_every_order_pages_to_the_same_rows(bench: Bench, sort: str, *, descending: bool) -> None:
    for name in ("Conveyor A", "Conveyor B", "", "Rig 100%"):
        paired(bench, LoopDongle(), name)
    whole = titles(bench, Listing(sort=sort, descending=descending))
    assert len(whole) == 4
    assert titles(bench, Listing(sort=sort, descending=descending), limit=1) == whole


def test_search_and_filter(bench: Bench) -> None:
    first = paired(bench, LoopDongle(), "Conveyor A")
    paired(bench, LoopDongle(), "Rig 100%")
    lost = LoopDongle()
    paired(bench, lost, "Gone")
    lost.factory_reset()
    device = Device(lost, clock=lost.clock)
    provisioning.reconcile(bench.database, bench.technician, bench.data_key, device)
    assert titles(bench, Listing("conveyor")) == ["Conveyor A"]
    assert titles(bench, Listing("0%")) == ["Rig 100%"]
    assert titles(bench, Listing(first.device_id[3:9].upper())) == ["Conveyor A"]
    assert titles(bench, Listing(filters={"state": "LOST"})) == ["Gone"]
    assert titles(bench, Listing(filters={"identity": "observed"})) == []
    for wrong in ({"state": "lost"}, {"owner": "x"}):
        with pytest.raises(Invalid), bench.database.read() as session:
            fleet.list_dongles(session, bench.technician, Listing(filters=wrong))


def test_another_organisation_sees_nothing(bench: Bench) -> None:
    ours = paired(bench, LoopDongle(), "Conveyor A")
    with bench.database.read() as session:
        assert fleet.list_dongles(session, bench.rival, Listing()).rows == ()
        assert fleet.find_dongle(session, bench.rival, ours.device_id) is None
        with pytest.raises(NotFound):
            fleet.get_dongle(session, bench.rival, ours.id)
        with pytest.raises(Denied):
            fleet.list_dongles(session, bench.analyst, Listing())


def test_names(bench: Bench) -> None:
    one = paired(bench, LoopDongle(), "  Conveyor   A ")
    assert one.name == "Conveyor A"
    with bench.database.change() as session:
        assert fleet.rename(session, bench.technician, one.id, "").title == f"Dongle {one.device_id[-4:].upper()}"
    for wrong in ("x" * 101, "bell\a"):
        with pytest.raises(Invalid), bench.database.change() as session:
            fleet.rename(session, bench.technician, one.id, wrong)
    with pytest.raises(NotFound), bench.database.change() as session:
        fleet.rename(session, bench.rival, one.id, "Mine")


NEW = replace(CONFIG, prescaler=1, prop_seg=95, phase_seg1=32, phase_seg2=32, sjw=32, sample_point=80.0)


def test_settings_are_kept_after_the_dongle_reads_back_the_same(bench: Bench) -> None:
    dongle = LoopDongle()
    one = paired(bench, dongle)
    stored = fleet.write_config(
        bench.database, bench.technician, bench.data_key, Device(dongle, clock=dongle.clock), NEW
    )
    assert stored.config == dongle.saved.config == NEW
    with bench.database.read() as session:
        assert fleet.get_dongle(session, bench.technician, one.id).config == NEW
        events = session.scalars(select(AuditLog.event_type).where(AuditLog.resource_id == one.id)).all()
    assert "dongle.configure" in events


def test_settings_that_the_dongle_did_not_keep_are_not_kept_here(bench: Bench) -> None:
    dongle = LoopDongle()
    one = paired(bench, dongle)
    before = dongle.saved
    dongle.after_write = lambda: _forget(dongle, before)
    with pytest.raises(DeviceFailure):
        fleet.write_config(bench.database, bench.technician, bench.data_key, Device(dongle, clock=dongle.clock), NEW)
    with bench.database.read() as session:
        assert session.scalars(select(ConfigRow).where(ConfigRow.dongle_id == one.id)).all() == []


def _forget(dongle: LoopDongle, before: object) -> None:
    dongle.machine.durable = dongle.saved = before


def test_settings_of_a_dongle_that_is_not_ours_are_not_kept(bench: Bench) -> None:
    dongle = LoopDongle()
    fleet.write_config(bench.database, bench.technician, bench.data_key, Device(dongle, clock=dongle.clock), NEW)
    assert dongle.saved.config == NEW
    one = paired(bench, dongle)
    with bench.database.change() as session:
        stored = Device(dongle, clock=dongle.clock).config_read()
        assert fleet.keep_config(session, bench.technician, one.id, stored) is True
    with bench.database.change() as session:
        assert fleet.keep_config(session, bench.technician, one.id, stored) is False
    dongle.factory_reset()
    device = Device(dongle, clock=dongle.clock)
    provisioning.reconcile(bench.database, bench.technician, bench.data_key, device)
    with pytest.raises(Conflict), bench.database.change() as session:
        fleet.keep_config(session, bench.technician, one.id, stored)


def test_being_seen_is_written_once_a_minute_and_never_for_a_claim_under_way(bench: Bench) -> None:
    one = paired(bench, LoopDongle())
    long_ago = now() - timedelta(hours=1)

    def seen_at() -> object:
        with bench.database.change() as session:
            fleet.seen(session, bench.technician, [one.device_id, "0" * 16])
        with bench.database.read() as session:
            return fleet.get_dongle(session, bench.technician, one.id).last_seen_at

    def put(**values: object) -> None:
        with bench.database.change() as session:
            from benchboard.storage import changes

            changes.unaudited(session, "dongles")
            session.execute(update(DongleRow).where(DongleRow.id == one.id).values(**values))

    put(last_seen_at=long_ago)
    first = seen_at()
    assert first > long_ago
    assert seen_at() == first
    put(last_seen_at=long_ago, ownership_state="CLAIM_PENDING")
    assert seen_at() == long_ago
