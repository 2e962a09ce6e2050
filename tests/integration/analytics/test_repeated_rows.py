"""What a widget is told of joins that repeat rows: counted once for each reading of the source."""

from pathlib import Path
from typing import Any

import pytest

from benchboard.analytics import model_services
from benchboard.analytics import repeated_rows as module
from benchboard.analytics.data_models.definition import ModelDefinition, ModelJoin
from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.query_builder.combined import RepeatedRows
from benchboard.analytics.query_builder.question import Group, Join, Measure, Question
from benchboard.analytics.query_builder.sql_writer import to_sql
from benchboard.analytics.repeated_rows import repeated_rows
from benchboard.analytics.sources.file_import import import_files
from benchboard.analytics.sources.removal import remove_source
from benchboard.analytics.sources.source_reading import read_source_again
from support.databases import unbound
from support.orders import Market


def test_repeated_rows_of_a_join_are_counted_once_for_each_reading(
    market: Market, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    joins: list[Question] = []
    real = module.describe_join

    def counted(run: Any, question: Question, place: int) -> Any:
        joins.append(question)
        return real(run, question, place)

    monkeypatch.setattr(module, "describe_join", counted)
    (tmp_path / "sales.csv").write_text("shop,total\n1,10\n2,20\n", encoding="utf-8")
    shops = tmp_path / "shops.csv"
    shops.write_text("id,name\n1,Mall\n2,Pier\n2,Pier\n", encoding="utf-8")
    scans = [inspect_file(tmp_path / f"{name}.csv").tables[0].scan for name in ("sales", "shops")]
    database, actor = unbound(market.database), market.analyst
    source = import_files(database, actor, name="Sold", scans=scans, folder=None)

    def repeated(text: str) -> tuple[RepeatedRows, ...]:
        with database.read() as session:
            return repeated_rows(session, actor, text, source.id)

    join = Join("shops", (("shop", "id"),), (("name", "name"),))
    summed = Question("sales", source.id, groups=(Group("name"),), measures=(Measure("sum", "total", "sold"),),
                      joins=(join,))  # fmt: skip
    most = Question(
        "sales", source.id, groups=(Group("name"),), measures=(Measure("max", "total", "m"),), joins=(join,)
    )
    try:
        assert repeated(to_sql(summed)) == (RepeatedRows(("sold",), "shops", 2, of_table=False),)
        assert repeated(to_sql(summed))
        assert repeated(to_sql(most)) == (), "the largest is the same"
        assert repeated("SELECT sum(total) AS sold FROM sales") == repeated("SELECT 1 AS one, 'join' AS what") == ()
        assert len(joins) == 1
        shops.write_text("id,name\n1,Mall\n2,Pier\n", encoding="utf-8")
        read_source_again(database, actor, source.id)
        assert repeated(to_sql(summed)) == ()
        assert len(joins) == 2
    finally:
        with database.change() as session:
            remove_source(session, actor, source.id, even_if_used=True)


def test_repeated_rows_of_a_table_of_another_source_are_counted_again_when_that_is_read_again(
    market: Market, tmp_path: Path
) -> None:
    (tmp_path / "sales.csv").write_text("shop,total\n1,10\n2,20\n", encoding="utf-8")
    shops = tmp_path / "shops.csv"
    shops.write_text("id,name\n1,Mall\n2,Pier\n2,Pier\n", encoding="utf-8")
    database, actor = unbound(market.database), market.analyst
    sources = [
        import_files(database, actor, name=name, scans=[inspect_file(tmp_path / f"{name}.csv").tables[0].scan],
                     folder=None)
        for name in ("sales", "shops")
    ]  # fmt: skip
    join = Join("shops", (("shop", "id"),), (("name", "name"),), source="Shops")
    summed = Question("sales", sources[0].id, groups=(Group("name"),), measures=(Measure("sum", "total", "sold"),),
                      joins=(join,))  # fmt: skip

    def repeated(text: str = to_sql(summed)) -> tuple[RepeatedRows, ...]:
        with database.read() as session:
            return repeated_rows(session, actor, text, sources[0].id)

    try:
        assert repeated() == (RepeatedRows(("sold",), "shops", 2, of_table=False),)
        shops.write_text("id,name\n1,Mall\n2,Pier\n", encoding="utf-8")
        read_source_again(database, actor, sources[1].id)
        assert repeated() == ()
        with database.change() as session:
            tables = [
                model_services.model_table(session, actor, source.id, name, [])
                for source, name in zip(sources, ("sales", "shops"), strict=True)
            ]
            made = ModelDefinition((tables[0], tables[1]), (ModelJoin((("shop", "id"),)),))
            model_services.create_model(session, actor, name="joined", definition=made)
        over_model = "SELECT name, sum(total) AS sold FROM joined GROUP BY 1"
        assert repeated(over_model) == ()
        shops.write_text("id,name\n1,Mall\n2,Pier\n2,Pier\n", encoding="utf-8")
        read_source_again(database, actor, sources[1].id)
        assert [one.measures for one in repeated(over_model)] == [("sold",)]
    finally:
        for source in sources:
            with database.change() as session:
                remove_source(session, actor, source.id, even_if_used=True)
