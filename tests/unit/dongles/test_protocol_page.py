"""docs/protocol.md against the code: the worked example, numbers, limits, and the CDDL's members and types."""

import re
from pathlib import Path

import pytest

from benchboard.dongles.protocol import ErrorCode, OwnershipState, ProtocolCommand, framing, messages
from benchboard.dongles.simulator import bus
from support.protocol_example import example

PAGE = (Path(__file__).parents[3] / "docs" / "protocol.md").read_text(encoding="utf-8")


def test_worked_example_equals_what_the_code_computes() -> None:
    shown = re.search(r"<!-- example -->\n```\n(.*?)\n```\n<!-- /example -->", PAGE, re.DOTALL)
    assert shown is not None
    assert shown[1] == example()


def test_numbers_of_commands_and_errors_equal_the_pages() -> None:
    rows = dict(re.findall(r"^\| (\d+) \| ([A-Z_]+) \|", PAGE, re.MULTILINE))
    assert rows == {str(code.value): code.name for code in ErrorCode}
    commands = dict(re.findall(r"^\| ([A-Z_]+) \| (\d+) \|", PAGE, re.MULTILINE))
    assert commands == {command.name: str(command.value) for command in ProtocolCommand}
    assert "; " + ", ".join(f"{state.value} {state.name}" for state in OwnershipState) in PAGE


def members(rule_name: str) -> dict[str, str]:
    """The members of a map in the page's CDDL, with their types."""
    rule = re.search(rf"^{rule_name}\s*= \{{(.*?)\}}", PAGE, re.MULTILINE | re.DOTALL)
    assert rule is not None, rule_name
    text = re.sub(r";.*", "", rule[1])
    text = re.sub(r"\[.*\]", "FILTERS", text)
    return dict(re.findall(r"(\w+): ([^,]+?)\s*(?:,|$)", text, re.MULTILINE))


SHAPES = {
    **{f"{command.name.lower().replace('_', '-')}-request": messages.REQUESTS[command] for command in ProtocolCommand},
    **{f"{command.name.lower().replace('_', '-')}-answer": messages.ANSWERS[command] for command in ProtocolCommand},
    "hello": messages.HELLO_SIGNED,
    "status": messages.STATUS_SIGNED,
    "stored": messages.CONFIG_SIGNED,
    "released": messages.RELEASED_SIGNED,
    "config": messages.CONFIG,
    "commit-plain": messages.TOKEN_PLAIN,
    "committed-plain": messages.COMMITTED_PLAIN,
}


@pytest.mark.parametrize("rule_name", SHAPES)
def test_message_has_the_members_that_the_cddl_names(rule_name: str) -> None:
    assert members(rule_name).keys() == SHAPES[rule_name].keys()


def samples(cddl: str) -> tuple[list[object], list[object]]:
    """Values at the edge of a CDDL type: those it takes, and those it doesn't."""
    if alternatives := re.findall(r'"(\w+)"', cddl):
        return alternatives, [alternatives[0].lower(), "", None, 0]
    if cddl.endswith(" / null"):
        taken, refused = samples(cddl.removesuffix(" / null"))
        return [*taken, None], [one for one in refused if one is not None]
    if alias := re.search(rf"^{cddl}\s*= ([^;{{}}]+?)\s*(?:;|$)", PAGE, re.MULTILINE):
        return samples(alias[1])
    if cddl == "bool":
        return [True, False], [0, 1, None, "true"]
    if span := re.fullmatch(r"(\d+)\.\.(\d+)", cddl):
        low, high = int(span[1]), int(span[2])
        return [low, high], [low - 1, high + 1, True, float(high), str(high), None]
    if cddl.isdigit():  # another version or state is refused for itself, not as malformed
        return [int(cddl)], [None, True, float(cddl), -1]
    sizes = re.fullmatch(r"([bt])str(?: \.size (?:(\d+)|\((\d+)\.\.(\d+)\))| \.cbor \w+)", cddl)
    assert sizes is not None, cddl
    low, high = (int(sizes[3]), int(sizes[4])) if sizes[4] else (int(sizes[2] or 0), int(sizes[2] or 1024))
    if sizes[1] == "b":
        return [bytes(low), bytes(high)], [*([bytes(low - 1)] if low else []), bytes(high + 1), "x" * high, None]
    return ["x" * low, "~ " * (high // 2)], ["x" * (low - 1), "x" * (high + 1), "é", "x\n", b"x" * high, None]


@pytest.mark.parametrize(
    ("rule_name", "member"),
    [(rule, member) for rule in SHAPES for member, cddl in members(rule).items() if cddl != "FILTERS"],
)
def test_message_member_takes_what_its_cddl_type_takes(rule_name: str, member: str) -> None:
    check = SHAPES[rule_name][member]
    taken, refused = samples(members(rule_name)[member])
    assert [value for value in taken if not check(value)] == []
    assert [value for value in refused if check(value)] == []


@pytest.mark.parametrize(
    ("filters", "taken"),
    [
        ([], True),
        ([[0x7FF, 0x7FF, False]] * 28, True),
        ([[0x7FF, 0x7FF, False]] * 29, False),
        ([[0x800, 0, False]], False),
        ([[0, 0x800, False]], False),
        ([[-1, 0, False]], False),
        ([[0x1FFFFFFF, 0x1FFFFFFF, True]], True),
        ([[0x20000000, 0, True]], False),
        ([[0, 0x20000000, True]], False),
        ([[1, 1, 1]], False),
        ([[1, 1]], False),
        ([[1, 1, True, 1]], False),
        ([(1, 1, True)], False),
        ({}, False),
        (None, False),
    ],
)
def test_filters_are_at_most_28_of_identifier_and_mask_in_their_formats_range(filters: object, *, taken: bool) -> None:
    assert messages.CONFIG["filters"](filters) is taken


def test_limits_of_the_code_equal_the_pages() -> None:
    for text, limit in (
        ("the dongle remembers {} and then", messages.MAX_REVOKED),
        ("filters: [0*{} [", messages.MAX_FILTERS),
        ("The claim lives {} s from", int(messages.CLAIM_SECONDS)),
        ("at most {} bytes with marker and LF", framing.MAX_LINE),
        ("at most {} lines a packet", framing.MAX_LINES),
        ("longer than {} bytes is dropped to its end", framing.MAX_TEXT_LINE),
        ("{} bytes at most.\n\n| byte |", framing.MAX_PACKET),
        ("with a full queue ({} frames here)", bus.QUEUE_LENGTH),
    ):
        assert text.format(limit) in PAGE.replace("\nlonger", " longer"), text
