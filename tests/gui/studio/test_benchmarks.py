"""Benchmarks that clock functions of the program find them, by names in strings that no type checker reads."""

import importlib.util
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]


def _benchmark(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(f"benchmark_{name}", ROOT / "benchmarks" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_open_dashboard_benchmark_finds_every_function_it_clocks(qapp: object) -> None:
    with _benchmark("open_dashboard").Phases().watching():
        pass
