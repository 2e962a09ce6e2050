"""Finds the data model that a question is over, and asks the same of the tables that it joins."""

from sqlalchemy.orm import Session

from benchboard.analytics.data_models.model_question import over_tables
from benchboard.analytics.data_models.stored_models import models_of_source
from benchboard.analytics.query_builder.question import Question
from benchboard.analytics.sources.source_models import SourceColumns
from benchboard.identity.permissions import Actor, has_permission, require


def question_over_tables(session: Session, actor: Actor, question: Question) -> Question:
    """A question over a data model as one over its tables (`over_tables`); any other as it is."""
    require(actor, "studio:enter")
    columns, name = SourceColumns(session, actor), question.table.casefold()
    if columns.kinds(question.source_id, question.table) is not None or not has_permission(actor, "sources:read"):
        return question
    found = models_of_source(session, actor, question.source_id, lambda known: known.casefold() == name)
    return over_tables(question, found[0].definition, columns.names()) if found else question
