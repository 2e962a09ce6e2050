"""Which character keeps a text from being a name, in a sentence."""

from typing import Any

import pytest

from benchboard.dashboards import repository
from benchboard.dongles import fleet
from benchboard.errors import Invalid
from benchboard.identity import person_names
from benchboard.name_characters import unusable_character


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Conveyor A – β 🙂", ""),
        ("a\nb", "It contains a line break."),
        ("a\u2028b", "It contains a line break."),
        ("\x1b[31mred", "It contains a control character (U+001B)."),
        ("a\u202eb", "It contains an invisible or invalid character (U+202E)."),
        ("a\udcff", "It contains an invisible or invalid character (U+DCFF)."),
    ],
)
def test_unusable_character_names_the_first_one(text: str, says: str) -> None:
    assert unusable_character(text) == says


def test_every_kind_of_name_says_which_character_it_cannot_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fleet, "require", lambda *_arguments: None)
    actor: Any = None
    for check in (person_names.require_name, repository.normalise_note, lambda name: fleet.require_name(actor, name)):
        with pytest.raises(Invalid) as refused:
            check("red\x1b[31m")
        assert "It contains a control character (U+001B)." in str(refused.value)
