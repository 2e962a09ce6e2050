"""A filter that a question has already isn't added to it a second time."""

from benchboard.analytics.query_builder.point import Point, broken_down, merged_filters, rows_question, totals_question
from benchboard.analytics.query_builder.question import Filter, Group, Measure, Question, with_part_list

SHOP = Filter("shop", "eq", ("Düsseldorf",))
QUESTION = Question("orders", "s", (SHOP,), (Group("shop"),), (Measure("count", "", "n"),))
POINT = Point(((Group("shop"), "Düsseldorf"),), Measure("count", "", "n"))


def test_equal_filters_of_a_point_are_merged_with_those_of_its_question() -> None:
    other = Filter("group", "eq", ("Möbel",))
    assert merged_filters(QUESTION, [SHOP, other]) == (SHOP, other)
    assert broken_down(QUESTION, [SHOP], POINT, "group").filters == (SHOP,)
    assert rows_question(QUESTION, [SHOP], POINT).filters == (SHOP,)
    assert totals_question(QUESTION, [SHOP], POINT).filters == (SHOP,)


def test_equal_filters_of_the_builder_are_one() -> None:
    assert with_part_list(QUESTION, "filters", [SHOP, SHOP]).filters == (SHOP,)
