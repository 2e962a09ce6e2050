"""Which notice the banner shows, and for how long."""

from benchboard.errors import Denied, Invalid, Unavailable
from benchboard.ui.problems import Problems


def test_current_with_news_up_is_the_error() -> None:
    """A busy port was explained only after the banner of new dongles had been closed."""
    problems = Problems()
    problems.notice("3 new dongles found.", key="news")
    problems.show(Unavailable("bus.busy", "ttyACM4 is busy."))
    assert problems.current is not None
    assert problems.current.what == "ttyACM4 is busy."
    problems.dismiss()
    assert problems.current.what == "3 new dongles found."
    problems.dismiss()
    assert problems.current is None


def test_current_of_several_errors_is_the_answer_to_what_was_done_last() -> None:
    """That a file can't be opened was hidden behind an older error, also when it was opened again."""
    problems = Problems()
    problems.show(Unavailable("a", "First"))
    problems.show(Unavailable("b", "Second"))
    assert problems.current is not None
    assert problems.current.what == "Second"
    problems.show(Unavailable("a", "First"))
    assert problems.current.what == "First"
    assert len(problems.here) == 2


def test_has_knows_a_notice_by_its_key_until_it_is_dismissed() -> None:
    problems = Problems()
    problems.notice("3 new dongles found.", key="news")
    assert problems.has("news")
    problems.dismiss("news")
    assert not problems.has("news")


def test_succeeded_takes_away_the_error_of_its_task() -> None:
    problems = Problems()
    with problems.failing("read"):
        problems.show(Unavailable("a", "The list can't be read."))
    problems.succeeded("another")
    assert problems.has("a")
    problems.succeeded("read")
    assert problems.current is None


def test_succeeded_keeps_an_error_that_another_task_still_has() -> None:
    problems = Problems()
    for task in ("people", "sessions"):
        with problems.failing(task):
            problems.show(Unavailable("a", "The database is busy."))
    problems.succeeded("people")
    assert problems.has("a")
    problems.succeeded("sessions")
    assert not problems.has("a")


def test_succeeded_after_dismissal_and_news_of_the_same_key_keeps_the_news() -> None:
    problems = Problems()
    with problems.failing("read"):
        problems.show(Unavailable("a", "The list can't be read."))
    problems.dismiss()
    problems.show(Unavailable("a", "Shown by nobody's task."))
    problems.succeeded("read")
    assert problems.has("a")


def test_failure_on_a_page_goes_when_the_page_is_left() -> None:
    problems = Problems()
    problems.page_shown("studio/dashboards")
    problems.show(Invalid("import.file", "Can't import a dashboard from broken.json."))
    problems.notice("Your account stays active.", key="self", with_page=True)
    problems.page_shown("studio/dashboards")
    assert problems.has("import.file")
    problems.page_shown("admin/people")
    assert problems.current is None


def test_failure_whose_cause_lasts_stays_when_the_page_is_left() -> None:
    problems = Problems()
    problems.page_shown("studio/home")
    problems.show(Unavailable("recording.failed", "Can't record to drive.log."))
    problems.show(Unavailable("storage.unreachable", "The database can't be reached."))
    problems.show(Denied("save", "You can't change this dashboard any more."), lasting=True)
    problems.show(Invalid("again", "It failed."), lambda: None)
    problems.notice("Recovered 3 edits.", key="recovered")
    problems.page_shown("admin/people")
    assert all(problems.has(key) for key in ("storage.unreachable", "save", "again", "recovered"))
    assert not problems.has("recording.failed"), "a file concerns the page where it was asked for"


def test_notice_of_a_room_or_view_waits_while_another_is_shown() -> None:
    problems = Problems()
    problems.page_shown("studio/home")
    problems.notice("New dongle.", key="new", place="bench")
    assert problems.has("new")
    assert problems.current is None
    problems.notice("An update is ready.", key="update")
    problems.page_shown("bench/live")
    assert problems.current is not None
    assert problems.current.key == "new"
    problems.page_shown("admin/people")
    assert problems.current.key == "update"
    problems.notice("New dongle.", key="new", place="bench/dongles")
    for address, key in (("bench/live", "update"), ("bench/dongles", "new"), ("bench/dongles2", "update")):
        problems.page_shown(address)
        assert problems.current.key == key
