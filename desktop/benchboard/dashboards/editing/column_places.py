"""Where a column is that a page is filtered by: in every table of a source that has a text column of its name."""

from dataclasses import dataclass

from benchboard.analytics.query_builder.question import Dialect, Question


@dataclass(frozen=True, slots=True)
class SourceTables:
    """The tables of a source that have a column, each with what it is called there."""

    source_id: str
    source_name: str
    dialect: Dialect
    columns: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ColumnPlaces:
    """A column of a table of a source, and all places that have it."""

    source_id: str
    table: str
    column: str
    sources: tuple[SourceTables, ...]

    def dialect(self, source_id: str) -> Dialect | None:
        """The language of a source that has the column; None for any other."""
        return next((one.dialect for one in self.sources if one.source_id == source_id), None)

    def dialect_of_query(self, source_id: str) -> Dialect | None:
        """The language of a query over a source that may read the column: a query over files also joins other files.
        None if none can."""
        own = self.dialect(source_id)
        if own is None and source_id and any(one.dialect == "duckdb" for one in self.sources):
            return "duckdb"
        return own

    def named_from(self, source_id: str) -> list[tuple[str, str, str]]:
        """The name of the source, the table and the column of each place that a query over a source may read, that
        where it was taken from first. The name of its own source is empty."""
        found = [
            ("" if one.source_id == source_id else one.source_name, table, column, one.source_id)
            for one in self.sources
            if one.source_id == source_id or one.dialect == "duckdb"
            for table, column in one.columns
        ]
        found.sort(key=lambda one: (one[3], one[1]) != (self.source_id, self.table))
        return [one[:3] for one in found]

    def name_in(self, question: Question) -> str | None:
        """What the column is called in a question, also in a table joined to its own; None if it doesn't have it."""
        known = {(one.source_id, table): column for one in self.sources for table, column in one.columns}
        ids = {one.source_name.casefold(): one.source_id for one in self.sources}
        own = (self.source_id, self.table)
        for places in ({own: self.column}, known):  # where it was taken from first: others have its name by chance
            if (name := places.get((question.source_id, question.table))) is not None:
                return name
            for join in question.joins:
                source_id = ids.get(join.source.casefold()) if join.source else question.source_id
                column = places.get((source_id, join.table)) if source_id is not None else None
                if column is not None and (output := dict(join.columns).get(column)) is not None:
                    return output
        return None
