"""The steps of bit timing that can be undone."""

from benchboard.canbus.timing import Timing
from benchboard.ui.bench.timing_history import TimingChoice, TimingHistory
from benchboard.ui.bench.timing_request import Phases, TimingRequest

_REQUEST = TimingRequest("mcan-v3.1+", 80e6, 0.3, 500e3, 87.5, 20, 5, 210, 0.5)


def _choice(bitrate: str = "500", point: str = "87.5", *, method: str = "cia", tseg2: int = 0) -> TimingChoice:
    by_hand = (_REQUEST, Phases(Timing(80_000_000, 1, 95, 32, tseg2, 8))) if tseg2 else None
    return TimingChoice({"bitrate": bitrate, "point": point}, "mcan-v3.1+", method, by_hand)


def test_steps_are_undone_and_redone_in_order_and_an_edit_ends_what_can_be_redone() -> None:
    history = TimingHistory()
    history.begin(_choice())
    assert (history.can_undo, history.can_redo) == (False, False)
    first, second = _choice(method="hand", tseg2=32), _choice(method="hand", tseg2=20)
    history.record(first)
    history.record(second)
    assert history.undo() == first
    assert history.undo() == _choice()
    assert history.undo() is None
    assert history.redo() == first
    history.record(_choice(method="linux"))
    assert history.redo() is None
    assert history.undo() == first


def test_typing_in_one_field_is_one_step_and_in_the_next_another() -> None:
    history = TimingHistory()
    history.begin(_choice())
    for bitrate in ("2", "25", "250"):
        history.record(_choice(bitrate))
    for point in ("7", "75"):
        history.record(_choice("250", point))
    assert history.undo() == _choice("250")
    assert history.undo() == _choice()
    assert not history.can_undo


def test_a_drag_is_one_step_and_the_next_one_another_and_no_change_is_none() -> None:
    history = TimingHistory()
    history.begin(_choice())
    for tseg2, gesture in ((30, "bit 1"), (29, "bit 1"), (29, "bit 2"), (28, "bit 2"), (27, "bit 3")):
        history.record(_choice(method="hand", tseg2=tseg2), gesture)
    found = []
    while (choice := history.undo()) is not None:
        found.append(choice.by_hand[1].nominal.phase_seg2 if choice.by_hand else None)
    assert found == [28, 29, None]


def test_what_is_recorded_first_is_where_the_history_begins() -> None:
    history = TimingHistory()
    history.record(_choice("250"))
    assert not history.can_undo
