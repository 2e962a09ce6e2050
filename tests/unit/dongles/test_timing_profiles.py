"""Named bit timings of an organisation: kept, shared, applied to dongles they fit, and refused otherwise."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from benchboard.dongles import timing_profiles
from benchboard.dongles.protocol import DongleConfig, messages
from benchboard.errors import Denied, Invalid, NotFound
from benchboard.storage.models.identity import AuditLog, Organisation
from support.benchdata import Bench
from support.databases import unbound
from support.loopback_dongle import CONFIG

FD = messages.config_with_changes(
    CONFIG,
    {"fd_enabled": True, "data_bitrate": 2_000_000, "data_sample_point": 80.0, "data_prescaler": 1, "data_prop_seg": 23,
     "data_phase_seg1": 8, "data_phase_seg2": 8, "data_sjw": 8, "tdc_enabled": True, "tdc_offset": 32},
)  # fmt: skip


def _save(bench: Bench, name: str, config: DongleConfig = CONFIG) -> timing_profiles.TimingProfile:
    with unbound(bench.database).change() as session:
        return timing_profiles.save_profile(session, bench.technician, name, config)


def _names(bench: Bench) -> list[str]:
    with unbound(bench.database).read() as session:
        return [one.name for one in timing_profiles.list_profiles(session, bench.technician)]


def test_saved_profile_is_read_back_and_changes_only_the_bit_timing_of_a_dongle(bench: Bench) -> None:
    saved = _save(bench, "  Line 2,  FD ", FD)
    assert saved.name == "Line 2, FD"
    with unbound(bench.database).read() as session:
        found = timing_profiles.get_profile(session, bench.technician, "Line 2, FD")
    assert found == saved
    other = replace(CONFIG, mode="LISTEN_ONLY", auto_restart_ms=100)
    assert found.on(other) == replace(FD, mode="LISTEN_ONLY", auto_restart_ms=100)
    # The dongle's own name of the same controller stays.
    assert found.on(replace(CONFIG, controller="mcan-v3.1+")) == replace(FD, controller="mcan-v3.1+")
    # And back to classic CAN, without a rest of the data phase.
    assert _save(bench, "Classic").on(FD) == CONFIG


def test_profile_of_the_same_name_is_replaced_and_each_change_is_recorded(bench: Bench) -> None:
    _save(bench, "b")
    _save(bench, "A", FD)
    _save(bench, "b", FD)
    assert _names(bench) == ["A", "b"]
    with unbound(bench.database).change() as session:
        timing_profiles.delete_profile(session, bench.technician, "A")
    assert _names(bench) == ["b"]
    with unbound(bench.database).read() as session:
        events = list(session.scalars(select(AuditLog.event_type).where(AuditLog.event_type.like("profile.%"))))
    assert sorted(events) == ["profile.delete", *["profile.save"] * 3]


@pytest.mark.parametrize("change", [{"clock_hz": 40_000_000}, {"controller": "bxcan"}])
def test_profile_for_another_controller_or_clock_is_not_written(bench: Bench, change: dict[str, object]) -> None:
    profile = _save(bench, "Rig")
    with pytest.raises(Invalid, match="for another dongle") as refused:
        profile.on(replace(CONFIG, **change))  # type: ignore[arg-type]
    assert refused.value.code == "profile.other-clock"


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "a\u202eb"])
def test_profile_name_that_cannot_be_used_is_refused(bench: Bench, name: str) -> None:
    with pytest.raises(Invalid) as refused:
        _save(bench, name)
    assert refused.value.code == "profile.name"
    assert _names(bench) == []


def test_profile_unknown_is_not_found(bench: Bench) -> None:
    with unbound(bench.database).change() as session:
        for act in (timing_profiles.get_profile, timing_profiles.delete_profile):
            with pytest.raises(NotFound, match="no profile"):
                act(session, bench.technician, "Nobody's")


def test_profiles_beyond_the_limit_are_refused(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timing_profiles, "MAX_PROFILES", 1)
    _save(bench, "one")
    _save(bench, "one", FD)
    with pytest.raises(Invalid) as refused:
        _save(bench, "two")
    assert refused.value.code == "profile.too-many"


def test_profile_that_another_version_stored_is_left_out_and_kept(bench: Bench) -> None:
    _save(bench, "good")
    with unbound(bench.database).change() as session:
        row = session.scalars(select(Organisation).where(Organisation.id == bench.technician.organisation_id)).one()
        kept = dict(row.extra["timing_profiles"])
        row.extra = {**row.extra, "theirs": 1, "timing_profiles": {
            **kept, "bad": 5, "worse": {**kept["good"], "sjw": 999}, "newer": {**kept["good"], "xl": True},
        }}  # fmt: skip
        timing_profiles.audit.record(session, bench.technician, "organisation.create", None)
    assert _names(bench) == ["good"]
    _save(bench, "more")
    with unbound(bench.database).read() as session:
        row = session.scalars(select(Organisation).where(Organisation.id == bench.technician.organisation_id)).one()
        assert row.extra["theirs"] == 1
        assert set(row.extra["timing_profiles"]) == {"good", "more", "bad", "worse", "newer"}


def test_profiles_need_their_permissions(bench: Bench) -> None:
    viewer = bench.analyst
    with unbound(bench.database).change() as session:
        for act in (
            lambda: timing_profiles.list_profiles(session, viewer),
            lambda: timing_profiles.save_profile(session, viewer, "x", CONFIG),
            lambda: timing_profiles.delete_profile(session, viewer, "x"),
        ):
            with pytest.raises(Denied):
                act()
