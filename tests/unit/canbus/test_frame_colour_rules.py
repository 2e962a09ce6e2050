"""Colours by rule: the first rule that a frame fits decides."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.canbus.colour_rules import (
    MAX_RULES,
    RULE_COLOURS,
    ColourRule,
    ColourRuleMatcher,
    ColourRules,
    plain_rules,
    require_rule,
    rules_of,
)
from benchboard.canbus.dbc import Message, Signal
from benchboard.canbus.frame import Frame
from benchboard.canbus.protocols.isotp_addresses import parse_pairs
from benchboard.errors import Invalid

MOTOR = Message("Motor", 0x100, False, 1, (Signal("Speed", 0, 8),))
IDS = ColourRule("100-1FF", "red", "Motors")
FAST = ColourRule("Speed>100", "yellow")


def fit(rules: tuple[ColourRule, ...], frame: Frame, previous: Frame | None = None) -> ColourRule | None:
    return ColourRuleMatcher(ColourRules(rules)).first_fit(frame, MOTOR if frame.id == 0x100 else None, previous)


def test_first_fit_of_several_rules_is_the_first_in_order() -> None:
    fast, slow = Frame(0x100, data=b"\xff"), Frame(0x100, data=b"\x01")
    assert fit((IDS, FAST), fast) == IDS
    assert fit((FAST, IDS), fast) == FAST
    assert fit((FAST, IDS), slow) == IDS
    assert fit((FAST, IDS), Frame(0x1FF)) == IDS
    assert fit((FAST, IDS), Frame(0x200)) is None


def test_first_fit_of_a_rule_that_is_off_is_the_next_one() -> None:
    fast = Frame(0x100, data=b"\xff")
    assert fit((replace(FAST, on=False), IDS), fast) == IDS
    assert fit((replace(FAST, on=False),), fast) is None


def test_first_fit_of_an_error_frame_needs_the_word_error() -> None:
    """Every filter of IDs shows error frames, which have none."""
    errors, sent = ColourRule("error", "violet"), ColourRule("!18F", "blue")
    assert fit((IDS, sent, errors), Frame(4, error=True)) == errors
    assert fit((IDS, sent), Frame(4, error=True)) is None
    assert fit((ColourRule("!error", "blue"),), Frame(4, error=True)) is None


def test_first_fit_of_changed_looks_at_the_frame_before() -> None:
    rule = ColourRule("changed", "green")
    assert fit((rule,), Frame(5, data=b"\x01"), Frame(5, data=b"\x02")) == rule
    assert fit((rule,), Frame(5, data=b"\x01"), Frame(5, data=b"\x01")) is None
    assert fit((rule,), Frame(5, data=b"\x01")) is None


def test_first_fit_after_another_database_was_added_looks_again() -> None:
    matcher = ColourRuleMatcher(ColourRules((ColourRule("motor", "red"),)))
    assert matcher.first_fit(Frame(0x100)) is None
    assert matcher.first_fit(Frame(0x100), MOTOR) is not None
    assert matcher.first_fit(Frame(0x100)) is None


def test_first_fit_of_a_service_is_on_the_identifiers_of_the_protocol() -> None:
    rules = ColourRules((ColourRule("service:22", "red"),))
    request = Frame(0x6F1, data=b"\x03\x22\xf1\x90")
    assert ColourRuleMatcher(rules).first_fit(request) is None
    assert ColourRuleMatcher(rules, parse_pairs("6F1:60D")).first_fit(request) == rules.rows[0]


CONDITIONS = ("100", "100-1FF", "!100", "error", "sent", "received !101", "remote", "changed", "Speed>100", "motor",
              "100 changed", "!changed", "Speed>100 sent", "100&1", "00000100", "error sent", "service:22")  # fmt: skip
rules = st.lists(
    st.builds(
        ColourRule, st.sampled_from(CONDITIONS), st.sampled_from(sorted(RULE_COLOURS)), st.just(""), st.booleans()
    ),
    max_size=5,
).map(lambda rows: ColourRules(tuple(rows)))
frames = st.builds(
    Frame, st.sampled_from((0x100, 0x101, 0x200, 0x7E0)), st.booleans(), error=st.booleans(), remote=st.booleans(),
    sent=st.booleans(), data=st.sampled_from((b"", b"\x01", b"\xff", b"\x02\x22\x01")),
)  # fmt: skip


def naive(table: ColourRules, frame: Frame, message: Message | None, previous: Frame | None) -> ColourRule | None:
    """Each rule by the filter as it is typed, in order."""
    for rule in table.rows:
        asks_for_errors = "error" in rule.condition.split()
        if rule.on and rule.filter.matches(frame, message, previous) and (asks_for_errors or not frame.error):
            return rule
    return None


@given(rules, st.lists(frames, max_size=12))
def test_first_fit_is_that_of_the_filters_in_order(table: ColourRules, sequence: list[Frame]) -> None:
    """Also after frames of the same ID with other data, kinds and directions."""
    matcher, previous = ColourRuleMatcher(table), dict[int, Frame]()
    for frame in sequence:
        message = MOTOR if frame.id == 0x100 and not frame.extended and not frame.error else None
        before = previous.get(frame.id)
        assert matcher.first_fit(frame, message, before) is naive(table, frame, message, before)
        previous[frame.id] = frame


# ---- the table


@pytest.mark.parametrize(
    ("condition", "part"),
    [("100-engine", "“100-engine” isn't an ID"), ("20000000", "beyond the largest ID"),
     ("Speed>", "compares with nothing"),
     ("", "Enter which frames"), ("  , ", "Enter which frames")],
)  # fmt: skip
def test_require_rule_with_an_unfit_condition_says_what_is_wrong(condition: str, part: str) -> None:
    with pytest.raises(Invalid, match=part):
        require_rule(ColourRule(condition, "red"))


def test_require_rule_with_an_unknown_colour_is_invalid() -> None:
    with pytest.raises(Invalid, match="“pink” isn't a colour"):
        require_rule(ColourRule("100", "pink"))


def test_put_adds_moves_and_replaces_by_key() -> None:
    table = ColourRules().put(IDS, 0).put(FAST, 5)
    assert table.rows == (IDS, FAST)
    assert table.put(FAST, 0).rows == (FAST, IDS)
    named = replace(IDS, name="Drives")
    assert table.put(named, 0).rows == (named, FAST)
    assert table.put(named, 0).find(IDS.key) == named
    assert table.without(IDS.key).rows == (FAST,)
    assert (table.place_of(FAST.key), table.without(FAST.key).place_of(FAST.key)) == (1, -1)


def test_put_of_one_rule_too_many_is_invalid() -> None:
    table = ColourRules(tuple(ColourRule("100", "red") for _place in range(MAX_RULES)))
    with pytest.raises(Invalid, match=f"at most {MAX_RULES} colour rules"):
        table.put(ColourRule("100", "red"), 0)
    assert len(table.put(replace(table.rows[3], name="A"), 3).rows) == MAX_RULES


def test_free_colour_is_the_first_that_no_rule_has() -> None:
    first, second = list(RULE_COLOURS)[:2]
    assert ColourRules().free_colour() == first
    assert ColourRules((ColourRule("100", first),)).free_colour() == second
    assert ColourRules(tuple(ColourRule("100", one) for one in RULE_COLOURS)).free_colour() == first


def test_rules_of_plain_rules_are_the_same() -> None:
    table = ColourRules((IDS, replace(FAST, on=False)))
    assert rules_of(json.loads(json.dumps(plain_rules(table)))) == table


@pytest.mark.parametrize("rows", [None, {}, "", [1], [{}], [{"condition": "zz-1", "colour": "red"}],
                                  [{"condition": "100", "colour": "pink"}]])  # fmt: skip
def test_rules_of_what_is_no_rule_are_none(rows: object) -> None:
    assert rules_of(rows) == ColourRules()


def test_title_is_the_name_else_the_condition() -> None:
    assert (IDS.title, FAST.title) == ("Motors", "Speed>100")
