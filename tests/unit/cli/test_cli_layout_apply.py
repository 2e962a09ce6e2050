"""`layout apply` as other programs use it: one answer for each line."""

import json
import os
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from benchboard.cli.layout import MAX_LINE, layout

CASES = Path(__file__).parents[2] / "data" / "cases" / "layout_rgl.jsonl"
GOOD = b'{"items":[{"id":"a","type":"t","position":{"x":1,"y":3,"w":2,"h":2},"n":"A"}],"op":{"compact":true}}'
ANSWER = {"items": [{"id": "a", "type": "t", "position": {"x": 1, "y": 0, "w": 2, "h": 2}, "n": "A"}]}


def _run(given_bytes: bytes) -> tuple[int, list[dict[str, object]]]:
    result = CliRunner().invoke(layout, ["apply"], input=given_bytes, catch_exceptions=False)
    return result.exit_code, [json.loads(line) for line in result.stdout_bytes.splitlines()]


def test_layout_apply_all_rgl_cases_are_answered_in_order() -> None:
    order = [sys.executable, "-c", "from benchboard.cli.layout import layout; layout()", "apply"]
    paths = os.pathsep.join(sys.path)
    done = subprocess.run(order, input=CASES.read_bytes(), capture_output=True, env=os.environ | {"PYTHONPATH": paths})
    assert (done.returncode, done.stderr) == (0, b"")
    requests = [json.loads(line) for line in CASES.read_text("utf-8").splitlines()]
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(requests)
    for request, answer in zip(requests, answers, strict=True):
        names = [item["id"] for item in request["items"]]
        names += [request["op"]["add"]["id"]] if "add" in request["op"] else []
        assert [item["id"] for item in answer["items"]] == [n for n in names if n != request["op"].get("remove")]
        cells = {item["id"]: list(item["position"].values()) for item in answer["items"]}
        assert cells == request["expect"]


def test_layout_apply_rejected_line_gets_an_error_and_the_next_is_served() -> None:
    code, answers = _run(b'{"items":[{"id":"a"}]}\n' + GOOD + b"\n\xff\xfe\n\n" + GOOD)
    assert code == 1
    assert answers[0]["error"] == {
        "code": "layout.bad-type",
        "message": "The type of item “a” is null; it must be text of 1 to 200 characters.",
        "item": "a",
        "field": "type",
    }
    assert answers[1] == answers[4] == ANSWER
    assert [set(answer) for answer in answers[2:4]] == [{"error"}, {"error"}]


def test_layout_apply_line_too_long_gets_an_error() -> None:
    code, answers = _run(b"[" + b" " * (3 * MAX_LINE) + b"]\n" + GOOD + b"\n")
    assert code == 1
    assert [list(answer) for answer in answers] == [["error"], ["items"]]
    assert answers[0]["error"]["code"] == "layout.too-long"  # type: ignore[index]


def test_layout_apply_invalid_operation_names_its_field() -> None:
    items = json.loads(GOOD)["items"]
    wrong = {
        "op": {},
        "op.move": {"move": "b", "x": 0, "y": 0},
        "op.x": {"move": "a", "x": 0.5, "y": 0},
        "op.h": {"resize": "a", "w": 1},
        "op.handle": {"resize": "a", "w": 1, "h": 1, "handle": "middle"},
        "op.add.id": {"add": items[0]},
        "op.add.position.w": {"add": {"id": "b", "type": "t", "position": {"x": 0, "y": 0, "w": 0, "h": 1}}},
        "op.add": {"add": 7},
        "op.remove": {"remove": ["a"]},
        "op.compact": {"compact": 1},
    }
    code, answers = _run("\n".join(json.dumps({"items": items, "op": op}) for op in wrong.values()).encode())
    assert code == 1
    assert [answer["error"]["field"] for answer in answers] == list(wrong)  # type: ignore[index]


@settings(deadline=None)  # the machine may be busy
@given(st.lists(st.binary(max_size=40).map(lambda line: line.replace(b"\n", b"")), max_size=5))
def test_layout_apply_any_bytes_get_one_answer_a_line(lines: list[bytes]) -> None:
    code, answers = _run(b"".join(line + b"\n" for line in lines))
    assert len(answers) == len(lines)
    assert code == (1 if lines else 0)


@settings(deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.binary(min_size=0, max_size=3))
def test_layout_apply_damaged_request_gets_one_answer(place: int, junk: bytes) -> None:
    damaged = (GOOD[:place] + junk + GOOD[place + 1 :]).replace(b"\n", b" ")
    _code, answers = _run(damaged + b"\n")
    assert len(answers) == 1
    assert set(answers[0]) in ({"items"}, {"error"})
