"""The undo history beside changes that others store: it takes back the user's own edits alone."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from benchboard.dashboards.document.document import Document, parse_document
from benchboard.dashboards.document.widget_kinds import with_fields
from benchboard.dashboards.editing.undo import Direction, UndoHistory, UndoStep
from benchboard.dashboards.layout import PageIndex, map_items

WIDGETS = 4
START = parse_document(
    [
        {"id": f"w{place}", "type": "text", "title": "", "position": {"x": 3 * place, "y": 0, "w": 3, "h": 2}}
        for place in range(WIDGETS)
    ]
)


def _titled(document: Document, place: int, title: str) -> Document:
    layout = map_items(
        document.layout, lambda item, cell: (with_fields(item, title=title) if item.id == f"w{place}" else item, cell)
    )
    return replace(document, layout=layout)


def _titles(document: Document) -> list[str]:
    page = PageIndex(document.layout)
    return [str(page.item(f"w{place}").source.get("title", "")) for place in range(WIDGETS)]


class _Window:
    """A window that edits titles, and receives those that others store."""

    def __init__(self) -> None:
        self.document, self.history, self.said = START, UndoHistory(), list[str]()

    def change(self, place: int, title: str, *, remote: bool) -> None:
        after = _titled(self.document, place, title)
        step = UndoStep(title, self.document, after, remote=remote)
        self.history, self.document = self.history.record(step).history, after

    def go(self, direction: Direction) -> bool:
        """Whether there was a step."""
        if direction == "undo" and (reordered := self.history.reordered()) is not None:
            assert reordered.history.steps[reordered.history.position - 1].after == self.document
            self.history = reordered.history
            if len(reordered.steps) == 1:
                self.said.append(reordered.title)
                return True
        step = self.history.step(direction)
        if step is None:
            return False
        self.history = self.history.move(direction)
        self.document = step.before if direction == "undo" else step.after
        return True

    def check(self) -> None:
        steps, position = self.history.steps, self.history.position
        for before, after in pairwise(steps):
            assert before.after == after.before
        if steps:
            assert (steps[position - 1].after if position else steps[0].before) == self.document


_EDITS = st.lists(
    st.tuples(st.sampled_from(["own", "remote", "undo", "redo"]), st.integers(0, WIDGETS - 1)), max_size=14
)


def _run(edits: Sequence[tuple[str, int]], *, shared: bool) -> tuple[_Window, list[str]]:
    """The window after these edits, and the titles that others stored. If not `shared`, everyone has own widgets."""
    window, theirs = _Window(), [""] * WIDGETS
    for number, (kind, place) in enumerate(edits):
        if kind in ("own", "remote"):
            at = place if shared else place // 2 * 2 + (kind == "remote")
            window.change(at, f"{kind} {number}", remote=kind == "remote")
            if kind == "remote":
                theirs[at] = f"{kind} {number}"
        else:
            window.go("undo" if kind == "undo" else "redo")
        window.check()
    return window, theirs


@given(_EDITS)
def test_undo_of_everything_leaves_what_others_stored_and_redo_brings_all_back(edits: list[tuple[str, int]]) -> None:
    window, theirs = _run(edits, shared=False)
    while window.go("redo"):
        window.check()
    whole, count = _titles(window.document), 0
    while window.go("undo"):
        window.check()
        count += 1
    assert _titles(window.document) == theirs
    assert not window.said, "nobody changed the same widget"
    for _step in range(count):
        assert window.go("redo")
        window.check()
    assert _titles(window.document) == whole


@given(_EDITS)
def test_undo_never_takes_back_what_others_stored_last(edits: list[tuple[str, int]]) -> None:
    window, _theirs = _run(edits, shared=True)
    for _ in range(len(edits)):
        before = _titles(window.document)
        window.go("undo")
        window.check()
        for was, now in zip(before, _titles(window.document), strict=True):
            assert now == was or was.startswith("own")


def test_undo_of_one_edit_restores_its_document_itself() -> None:
    window = _Window()
    window.change(0, "a", remote=False)
    window.go("undo")
    assert window.document is START


def test_history_of_remote_changes_alone_has_nothing_to_undo() -> None:
    window = _Window()
    window.change(0, "a", remote=True)
    assert window.history.step("undo") is None
    assert window.history.reordered() is None
