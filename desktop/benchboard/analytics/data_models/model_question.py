"""A question over a data model as one over the tables that the model joins: what is known of joins holds for it too."""

from collections.abc import Mapping
from dataclasses import replace

from benchboard.analytics.data_models.definition import ModelDefinition
from benchboard.analytics.data_models.model_sql import needed_calculations
from benchboard.analytics.query_builder.combined import named_columns
from benchboard.analytics.query_builder.question import Question


def over_tables(
    question: Question, definition: ModelDefinition, source_names: Mapping[str, str] | None = None
) -> Question:
    """The question with the tables, joins and calculations of the model that it is over in the model's place.
    `source_names` as for `ModelDefinition.question`."""
    base = definition.question(question.server, source_names)
    calculations = needed_calculations(definition, _named(question), question.server)
    return replace(
        question,
        table=base.table,
        joins=(*base.joins, *question.joins),
        calculations=(*calculations, *question.calculations),
    )


def _named(question: Question) -> set[str]:
    """The columns that a question names."""
    named = {one.column for one in question.filters} | {one.column for one in question.groups}
    named |= {name for one in question.measures for name in one.columns}
    named |= {one.column for one in question.columns}
    named |= {ours for join in question.joins for ours in join.ours}
    return named.union(*(named_columns(one.expression, question.dialect) for one in question.calculations))
