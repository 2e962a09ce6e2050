"""The bit rates that a bus may have, and what speaks for each."""

from dataclasses import replace

import pytest

from benchboard.canbus.bit_rate_detection import USUAL_BIT_RATES
from benchboard.dongles import timing_profiles
from benchboard.dongles.bit_rate_candidates import RateCandidate, Reason, list_candidates, ranked
from benchboard.errors import Denied
from benchboard.storage import change_tracking
from benchboard.storage.models.dongles import DongleGroup
from support.benchdata import Bench, paired, write
from support.databases import unbound
from support.loopback_dongle import CONFIG, LoopbackDongle


def test_candidates_are_those_of_the_group_of_other_dongles_of_profiles_and_the_usual_ones(bench: Bench) -> None:
    own = paired(bench, LoopbackDongle(), "Battery tester 2")
    partner = LoopbackDongle()
    other = paired(bench, partner, "Battery tester 1")
    write(bench, partner, replace(CONFIG, bitrate=250_000, prescaler=20))
    for name in ("Rig", "Jig"):
        dongle = LoopbackDongle()
        paired(bench, dongle, name)
        write(bench, dongle, replace(CONFIG, bitrate=100_000, prescaler=50))
    with unbound(bench.database).change() as session:
        change_tracking.unaudited(session, "dongle_groups")
        session.add(
            DongleGroup(
                organisation_id=bench.technician.organisation_id, user_id=bench.technician.user_id,
                dongle_a_id=own.id, dongle_b_id=other.id,
            )
        )  # fmt: skip
        timing_profiles.save_profile(
            session, bench.technician, "Chamber", replace(CONFIG, bitrate=125_000, prescaler=40)
        )
    with unbound(bench.database).read() as session:
        found = list_candidates(session, bench.technician, own.device_id)
        with pytest.raises(Denied):
            list_candidates(session, bench.analyst, own.device_id)
    assert [(one.bitrate, one.why) for one in found[:5]] == [
        (250_000, "Battery tester 1, in the same group, is set to it"),
        (100_000, "2 other dongles are set to it"),
        (125_000, "Profile “Chamber”"),
        (500_000, "CiA 301 bit rate"),
        (1_000_000, "CiA 301 bit rate"),
    ]
    assert [one.why for one in found if one.bitrate == 83_300] == ["Usual bit rate"]
    assert {one.bitrate for one in found} == {*USUAL_BIT_RATES}, "each once"


def test_candidate_that_was_read_before_comes_first() -> None:
    first = ranked([RateCandidate(83_300, Reason.READ, ("10:38",))])[0]
    assert (first.bitrate, first.why) == (83_300, "Frames were read at it until 10:38")
