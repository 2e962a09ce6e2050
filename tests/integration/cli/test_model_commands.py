"""`benchboard model …` on a real database and a real file."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from benchboard.cli.main import main


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    capsys.readouterr()
    assert main([*arguments, "--json"]) == 0, capsys.readouterr().err
    return json.loads(capsys.readouterr().out)


def fault(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    assert main([*arguments]) != 0
    return capsys.readouterr().err


def test_model_is_created_shown_queried_changed_checked_and_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BENCHBOARD_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("BENCHBOARD_DATABASE_URL", f"sqlite:///{tmp_path / 'bench.db'}")
    assert main(["db", "upgrade"]) == 0
    assert main(["model", "list"]) == 0
    assert "No data models yet" in capsys.readouterr().err
    folder = tmp_path / "data.sqlite"
    with sqlite3.connect(folder) as connection:
        connection.executescript(
            "CREATE TABLE trips (id INTEGER, city_id INTEGER, km REAL); INSERT INTO trips VALUES (1, 7, 10), (2, 9, 5);"
            "CREATE TABLE cities (id INTEGER, name TEXT); INSERT INTO cities VALUES (7, 'Ankara');"
        )
    connection.close()
    answer(capsys, "source", "add", str(folder), "--name", "Trips")

    created = answer(
        capsys, "model", "create", "By city", "--source", "Trips", "--table", "trips", "--join", "city_id=cities.id",
        "--calculate", "fare=km * 2", "--measure", "revenue=sum(fare)", "--measure", "rides=count()",
        "--title", "name=City", "--unit", "km=km", "--format", "revenue=money", "--unit", "revenue=EUR",
        "--hide", "cities_id",
    )  # fmt: skip
    assert created["fields"] == 8
    shown = answer(capsys, "model", "show", "by city")
    fields = {one["name"]: one for one in shown["fields"]}
    assert (fields["name"]["title"], fields["revenue"]["aggregate"]) == ("City", "sum")
    assert (fields["cities_id"]["hidden"], fields["fare"]["kind"], shown["problems"]) == (True, "decimal", [])
    result = answer(
        capsys, "query", "run", "--source", "Trips",
        'SELECT name, sum(revenue) AS revenue FROM "By city" GROUP BY 1 ORDER BY 2 DESC',
    )  # fmt: skip
    assert [row[0] for row in result["rows"]] == ["Ankara", None]
    assert main(["model", "show", "By city"]) == 0
    assert "revenue" in capsys.readouterr().out

    answer(capsys, "model", "edit", "By city", "--remove", "rides", "--title", "fare=Fare", "--description", "For Mert")
    answer(capsys, "model", "rename", "By city", "Rides")
    assert [(one["name"], one["fields"]) for one in answer(capsys, "model", "list")["items"]] == [("Rides", 7)]
    assert answer(capsys, "model", "check", "Rides")["name"] == "Rides"

    assert "Did you mean “Rides”?" in fault(capsys, "model", "check", "Ride")
    assert "Write it as FIELD=TABLE.COLUMN" in fault(
        capsys, "model", "create", "X", "--source", "Trips", "--join", "nonsense"
    )
    assert "isn't a column of a table" in fault(
        capsys, "model", "create", "X", "--source", "Trips", "--join", "city=cities"
    )
    assert "isn't a measure" in fault(capsys, "model", "edit", "Rides", "--measure", "a=total(km)")
    query = 'SELECT sum(revenue) AS n FROM "Rides"'
    before = answer(capsys, "query", "run", "--source", "Trips", query)["rows"]
    answer(capsys, "model", "edit", "Rides", "--rename-measure", "revenue=turnover", "--title", "turnover=Turnover")
    assert answer(capsys, "query", "run", "--source", "Trips", query)["rows"] == before
    renamed = answer(capsys, "model", "show", "Rides")["fields"][-1]
    assert (renamed["name"], renamed["earlier"], renamed["title"]) == ("turnover", ["revenue"], "Turnover")
    assert "no field “nothing”" in fault(capsys, "model", "edit", "Rides", "--rename-measure", "nothing=a")
    assert "A measure can't be named “a b”" in fault(
        capsys, "model", "edit", "Rides", "--rename-measure", "turnover=a b"
    )
    answer(capsys, "model", "edit", "Rides", "--rename-measure", "turnover=revenue", "--title", "revenue=Revenue")
    assert "A measure can't be named “net-price”." in fault(
        capsys, "model", "edit", "Rides", "--measure", "net-price=sum(km)"
    )
    assert "no field “nothing”" in fault(capsys, "model", "edit", "Rides", "--title", "nothing=X")
    assert "“loud” isn't known" in fault(capsys, "model", "edit", "Rides", "--format", "km=loud")
    assert "Write it as FIELD=TEXT" in fault(capsys, "model", "edit", "Rides", "--title", "km")
    assert "no field “km”" in fault(capsys, "model", "edit", "Rides", "--remove", "km")

    # What uses what, and breaks without it.
    through = answer(capsys, "source", "uses", "Trips", "--table", "trips", "--column", "km")["items"]
    assert [(one["kind"], one["name"]) for one in through] == [("model", "Rides")]
    assert answer(capsys, "source", "uses", "Trips", "--table", "trips")["items"] == through
    of_field = answer(capsys, "model", "uses", "Rides", "--field", "km")["items"]
    assert [(one["kind"], one["name"]) for one in of_field] == [("field", "fare"), ("field", "revenue")]
    assert main(["model", "uses", "Rides", "--field", "km"]) == 0
    assert "“km” is used by 2 fields." in capsys.readouterr().err
    assert main(["model", "uses", "Rides"]) == 0
    assert "Nothing uses “Rides”." in capsys.readouterr().err
    assert "no field “nothing”" in fault(capsys, "model", "uses", "Rides", "--field", "nothing")
    assert "no table “nowhere”" in fault(capsys, "source", "uses", "Trips", "--table", "nowhere")
    assert "no column “nothing”" in fault(capsys, "source", "uses", "Trips", "--column", "nothing")
    answer(capsys, "model", "delete", "Rides")
    assert answer(capsys, "model", "list")["items"] == []


def test_model_gets_a_table_of_rates_and_converted_amounts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BENCHBOARD_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("BENCHBOARD_DATABASE_URL", f"sqlite:///{tmp_path / 'bench.db'}")
    assert main(["db", "upgrade"]) == 0
    sales, rates = tmp_path / "sales.csv", tmp_path / "ecb.csv"
    sales.write_text("currency,amount,sold\nEUR,10,2026-01-05\nTRY,80,2026-02-03\nXAU,1,2026-01-05\n", "utf-8")
    rates.write_text("currency,rate,day\nTRY,50,2026-01-01\nTRY,40,2026-02-01\n", "utf-8")
    answer(capsys, "source", "add", str(sales), "--name", "Sales")
    answer(capsys, "source", "add", str(rates), "--name", "ECB")
    answer(
        capsys, "model", "create", "Turnover", "--source", "Sales", "--rates", "ecb", "--rates-source", "ECB",
        "--into", "eur", "--per-target", "--convert", "amount", "--measure", "revenue=sum(amount_in_eur)",
    )  # fmt: skip
    shown = answer(capsys, "model", "show", "Turnover")
    assert shown["rates"] == ["ecb, into EUR: 1 EUR is “rate” of the row's currency, by the latest “day” at “sold”."]
    fields = {one["name"]: one for one in shown["fields"]}
    assert (fields["amount_in_eur"]["title"], fields["amount_in_eur"]["format"]) == ("amount in EUR", "money")
    text = 'SELECT currency, sum(revenue) AS revenue FROM "Turnover" GROUP BY 1 ORDER BY 1'
    result = answer(capsys, "query", "run", "--source", "Sales", text)
    assert [[row[0], row[1] and float(row[1])] for row in result["rows"]] == [["EUR", 10], ["TRY", 2], ["XAU", None]]
    assert main(["model", "show", "Turnover"]) == 0
    assert "into EUR" in capsys.readouterr().out

    assert "needs --into" in fault(capsys, "model", "edit", "Turnover", "--rates", "ecb", "--rates-source", "ECB")
    assert "no table “nowhere”" in fault(capsys, "model", "edit", "Turnover", "--rates", "nowhere", "--into", "USD")
    assert "isn't a field of numbers" in fault(capsys, "model", "edit", "Turnover", "--convert", "currency")
    answer(
        capsys, "model", "edit", "Turnover", "--remove", "rate_to_eur", "--remove", "amount_in_eur", "--remove",
        "revenue",
    )  # fmt: skip
    assert answer(capsys, "model", "show", "Turnover")["rates"] == []
    assert "no table of exchange rates" in fault(capsys, "model", "edit", "Turnover", "--convert", "amount")
