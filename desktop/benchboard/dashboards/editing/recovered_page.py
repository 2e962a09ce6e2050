"""What the journal of an earlier session says about a page that is opened again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from benchboard.dashboards.document.document import Document, parse_document
from benchboard.dashboards.journal.crash_journal import Journal, RecoveredEdits
from benchboard.dashboards.journal.json_delta import diff
from benchboard.dashboards.journal.recoverable_steps import Draft
from benchboard.dashboards.layout import Layout
from benchboard.errors import AppError, Invalid


@dataclass(frozen=True, slots=True)
class RecoveredPage:
    """What was found in a page's journal. `stored` is the page's JSON as the database has it, in `version`.

    `past` has the recovered edits, None if there are none. `saved_position` is the number of its steps after which the
    page was what the database has; None if it never was, because another program stored a version since
    (`is_outdated`) or because those steps are no longer kept.
    """

    version: int
    stored: object
    journal: Journal | None = None
    problem: AppError | None = None
    past: RecoveredEdits | None = None
    saved_position: int | None = None
    is_outdated: bool = False
    drafts: Mapping[str, Draft] = field(default_factory=dict)
    before: Document | None = None
    """The page as it was when the drafts were written, if another user changed it since and no edits are to be
    merged.
    """

    @property
    def base(self) -> Document | None:
        """The document that the recovered edits started from."""
        return parse_document(self.past.base) if self.past else None

    @property
    def unsaved(self) -> int:
        """The number of edits that are not stored in the database."""
        if self.past is None:
            return 0
        return (
            max(1, self.past.position) if self.saved_position is None else abs(self.past.position - self.saved_position)
        )


def recovered_page(version: int, stored: object, journal: Journal) -> RecoveredPage:
    """The journal's content for a page that is stored as `stored`; only its drafts if a newer program wrote it."""
    past = journal.recovered
    found = RecoveredPage(version, stored, journal, drafts=past.drafts if past else {})
    if past is None or not _is_readable(past.document):
        return found
    saved_position = past.find_document(stored)
    is_outdated = saved_position is None and diff(past.base, stored) is not None
    if is_outdated and not past.unsaved:
        return replace(found, is_outdated=True, before=parse_document(past.document))
    return replace(found, past=past, saved_position=saved_position, is_outdated=is_outdated)


def _is_readable(document: object) -> bool:
    try:
        parse_document(document)
    except Invalid:  # written by a newer program
        return False
    return True


class RecoveredDocuments:
    """The documents of an earlier session, parsed when they are needed. Items equal to those of `like` are shared."""

    def __init__(self, documents: Sequence[object], known: Mapping[int, Document], like: Document) -> None:
        self._documents, self._read, self._like = documents, dict(known), like.layout

    def __call__(self, index: int) -> Document:
        if index not in self._read:
            document = parse_document(self._documents[index])
            layout, like = document.layout, self._like
            pairs = (
                (like.items[like_index] if like_index is not None and like.items[like_index] == item else item, cell)
                for item, cell in layout
                for like_index in (like.places.get(item.id),)
            )
            self._read[index] = replace(document, layout=Layout.of(layout.columns, pairs))
        return self._read[index]
