"""The parts of a question in words."""

from benchboard.analytics.query_builder.question import Group, Question, with_measure
from benchboard.ui.studio.data.explore.part_text import limit_text, question_title


def test_question_title_grouped_by_a_time_names_its_unit() -> None:
    question = with_measure(Question("orders", groups=(Group("created_dt", "week"), Group("status"))), "count")
    assert question_title(question, None) == "Orders by week, status"
    assert limit_text(question) == "No limit"
