"""What an earlier session's journal means for a page that is opened again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from benchboard.dashboards.document.document import Document, parse_document
from benchboard.dashboards.journal.crash_journal import Journal, RecoveredEdits
from benchboard.dashboards.journal.json_delta import diff
from benchboard.dashboards.journal.step_history import Draft
from benchboard.dashboards.layout import Layout
from benchboard.errors import AppError, Invalid


@dataclass(frozen=True, slots=True)
class RecoveredPage:
    """What opening a page's journal brought. `stored` is the page's JSON as the database has it in `version`, as shown.

    `past` is None where there is nothing to go on with, else `place` says after how many of its steps the page was what
    the database has; None: it never was, since another program stored one (`overtaken`) or that is too long ago.
    """

    version: int
    stored: object
    journal: Journal | None = None
    problem: AppError | None = None
    past: RecoveredEdits | None = None
    place: int | None = None
    overtaken: bool = False
    drafts: Mapping[str, Draft] = field(default_factory=dict)
    before: Document | None = None
    """What the page said when the drafts were written, where it is another's by now and no edits are to be brought
    together with it."""

    @property
    def base(self) -> Document | None:
        """What the edits that are brought back began from."""
        return parse_document(self.past.base) if self.past else None

    @property
    def unsaved(self) -> int:
        """How many edits the database does not have."""
        if self.past is None:
            return 0
        return max(1, self.past.position) if self.place is None else abs(self.past.position - self.place)


def recovered_page(version: int, stored: object, journal: Journal) -> RecoveredPage:
    """What a journal that was opened brings to a page that is stored as `stored`. A journal of a later program brings
    nothing but its drafts."""
    past = journal.recovered
    found = RecoveredPage(version, stored, journal, drafts=past.drafts if past else {})
    if past is None or not _is_readable(past.document):
        return found
    place = past.place_of(stored)
    overtaken = place is None and diff(past.base, stored) is not None
    if overtaken and not past.unsaved:
        return replace(found, overtaken=True, before=parse_document(past.document))
    return replace(found, past=past, place=place, overtaken=overtaken)


def _is_readable(document: object) -> bool:
    try:
        parse_document(document)
    except Invalid:  # written by a later program
        return False
    return True


class RecoveredDocuments:
    """The documents of an earlier session, read when somebody goes there. They share the widgets that are the same as
    those of `like`."""

    def __init__(self, documents: Sequence[object], known: Mapping[int, Document], like: Document) -> None:
        self._documents, self._read, self._like = documents, dict(known), like.layout

    def __call__(self, place: int) -> Document:
        if place not in self._read:
            document = parse_document(self._documents[place])
            layout, like = document.layout, self._like
            pairs = (
                (like.items[there] if there is not None and like.items[there] == item else item, cell)
                for item, cell in layout
                for there in (like.places.get(item.id),)
            )
            self._read[place] = replace(document, layout=Layout.of(layout.columns, pairs))
        return self._read[place]
