"""Which notice the banner shows, and for how long."""

from benchboard.errors import Unavailable
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


def test_current_of_two_errors_is_the_older_one() -> None:
    problems = Problems()
    problems.show(Unavailable("a", "First"))
    problems.show(Unavailable("b", "Second"))
    assert problems.current is not None
    assert problems.current.what == "First"


def test_has_knows_a_notice_by_its_key_until_it_is_dismissed() -> None:
    problems = Problems()
    problems.notice("3 new dongles found.", key="news")
    assert problems.has("news")
    problems.dismiss("news")
    assert not problems.has("news")
