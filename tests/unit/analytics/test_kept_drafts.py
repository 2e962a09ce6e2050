"""Edits of data models that are kept on this computer."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchboard.analytics.data_models import kept_drafts
from benchboard.analytics.data_models.definition import (
    CalculatedField,
    FieldDisplay,
    ModelDefinition,
    ModelField,
    ModelMeasure,
    ModelTable,
)
from benchboard.analytics.data_models.kept_drafts import KeptDraft

ACCOUNT = ("local", "", "o1", "u1")
FIELDS = (ModelField("total", "total", "decimal", FieldDisplay("Total", "EUR", "money")),)
DEFINITION = ModelDefinition(
    (ModelTable("s1", "orders", FIELDS, (4, 8)),),
    calculations=(CalculatedField("net", "total / 1.2", "decimal"),),
    measures=(ModelMeasure("paid", "sum", "total", "decimal", condition="status = 'paid'"),),
)
DRAFTS = {
    "m1": KeptDraft("Orders", "What was sold", DEFINITION, datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)),
    "": KeptDraft("New", "", DEFINITION, None, (("s1", "shops", None), ("s1", "people", (1, -2)))),
}


def test_drafts_are_read_as_they_were_kept(tmp_path: Path) -> None:
    kept_drafts.save(tmp_path, ACCOUNT, DRAFTS)
    assert kept_drafts.load(tmp_path, ACCOUNT) == DRAFTS
    assert kept_drafts.load(tmp_path, ("local", "", "o1", "u2")) == {}
    kept_drafts.save(tmp_path, ACCOUNT, {})
    assert kept_drafts.load(tmp_path, ACCOUNT) == {}
    assert not list((tmp_path / "models").iterdir())


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"m1": 3}', '{"m1": {"name": 3}}', '{"m1": {"name": "a", "tables": []}}']
)
def test_what_is_no_draft_is_left_out(tmp_path: Path, text: str) -> None:
    kept_drafts.save(tmp_path, ACCOUNT, DRAFTS)
    (file,) = (tmp_path / "models").iterdir()
    file.write_text(text, encoding="utf-8")
    assert kept_drafts.load(tmp_path, ACCOUNT) == {}


def _with_each_value_replaced(value: object, other: object) -> Iterator[object]:
    """The value once for each part of it, which is something other there."""
    yield other
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        for changed in _with_each_value_replaced(part, other):
            copied = value.copy()  # type: ignore[attr-defined]  # it is one of both
            copied[key] = changed
            yield copied


@pytest.mark.parametrize("odd", ["null", "1e999", "-1e999", "[]", "{}", '""', '"x"', "[1]", "1" * 400, "true"])
def test_a_file_that_says_anything_else_somewhere_is_no_error(tmp_path: Path, odd: str) -> None:
    kept_drafts.save(tmp_path, ACCOUNT, DRAFTS)
    (file,) = (tmp_path / "models").iterdir()
    for changed in _with_each_value_replaced(json.loads(file.read_text("utf-8")), json.loads(odd)):
        file.write_text(json.dumps(changed), encoding="utf-8")
        kept_drafts.load(tmp_path, ACCOUNT)
