"""react-grid-layout itself, from npm, pinned, in a cache outside the repository; and random work to compare
it with."""

import json
import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchboard.dashboards.layout import HANDLES, Compact, compacted, parse, serialise

VERSION = "2.3.0"
ORACLE = Path(__file__).with_name("rgl_oracle.mjs")


class Missing(Exception):
    """react-grid-layout is not available here; the text says why."""


def core(*, install: bool) -> Path:
    """The package's core, if need be and if one may, installed now. Missing with the reason otherwise."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            raise Missing(f"{program} is not installed")
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "benchboard-rgl" / VERSION
    found = cache / "node_modules" / "react-grid-layout" / "dist" / "core.mjs"
    if not found.is_file() and not install:
        raise Missing(f"react-grid-layout {VERSION} is not here; benchmarks/layout_differential.py installs it")
    if not found.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        (cache / "package.json").write_text('{"private": true}')
        order = [
            "npm",
            "install",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            f"react-grid-layout@{VERSION}",
        ]
        done = subprocess.run(order, cwd=cache, capture_output=True, text=True, timeout=300)
        if done.returncode or not found.is_file():
            raise Missing(f"npm could not install react-grid-layout {VERSION}: {done.stderr.strip()[-200:]}")
    return found


class Oracle:
    """A node process that answers requests one by one."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """`{"cells": {id: [x, y, w, h]}, "ms": […]}`, or `{"failed": …}` where react-grid-layout itself gives
        up."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer


@contextmanager
def oracle(*, install: bool = False) -> Iterator[Oracle]:
    """An Oracle for as long as the block lasts. Missing if it cannot be had."""
    order = ["node", "--stack-size=8000", str(ORACLE), str(core(install=install))]
    process = subprocess.Popen(order, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield Oracle(process)
    finally:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        process.wait(60)
        process.stdout.close()


def random_items(
    rng: random.Random,
    count: int,
    columns: int,
    *,
    statics: float = 0.0,
    limits: float = 0.0,
    widest: int | None = None,
) -> list[dict[str, Any]]:
    """Items anywhere, overlapping as chance has it; none sticks out unless `widest` is beyond the columns."""
    items: list[dict[str, Any]] = []
    rows = max(4, count * 12 // columns)
    for number in range(count):
        w = rng.randint(1, min(widest or max(1, columns // 2), 2 * columns))
        position = {
            "x": rng.randint(0, max(0, columns - w)),
            "y": rng.randint(0, rows),
            "w": w,
            "h": rng.randint(1, 5),
        }
        item: dict[str, Any] = {"id": f"w{number}", "type": "text", "position": position}
        if rng.random() < statics:
            item["static"] = True
        if rng.random() < limits:
            item |= {
                "min_w": rng.randint(1, 4),
                "max_w": rng.randint(4, 9),
                "min_h": rng.randint(1, 2),
                "max_h": rng.randint(2, 6),
            }
        items.append(item)
    return items


def settled(items: list[dict[str, Any]], columns: int, compact: Compact) -> list[dict[str, Any]]:
    """The same items where compaction leaves them."""
    return serialise(compacted(parse(items, columns=columns), compact=compact))


def random_request(rng: random.Random, most: int = 40) -> dict[str, Any]:
    """One request of `layout apply`: any operation, settled or not, in bounds or not, with statics and limits
    or without."""
    columns = rng.choice((12, 12, 24, 24, 6, rng.randint(1, 30)))
    compact = rng.choice(("vertical", "vertical", "horizontal", "none"))
    count = rng.randint(1, most)
    out = rng.random() < 0.1
    items = random_items(
        rng,
        count,
        columns,
        statics=rng.choice((0, 0, 0.05, 0.3)),
        limits=rng.choice((0, 0, 0.5)),
        widest=columns + 3 if out else None,
    )
    if rng.random() < 0.7:
        items = settled(items, columns, compact)
    rng.shuffle(items)
    if rng.random() < 0.15:
        items[0]["id"] = "-1"
    return {
        "columns": columns,
        "compact": compact,
        "items": items,
        "op": _random_op(rng, items, columns),
        "prevent_collision": rng.random() < 0.2,
    }


def _random_op(rng: random.Random, items: list[dict[str, Any]], columns: int) -> dict[str, Any]:
    chosen = rng.choice(items)
    at = chosen["position"]
    kind = rng.choice(("move", "move", "move", "resize", "resize", "resize", "add", "remove", "compact"))
    if kind == "move":
        far = rng.random() < 0.5
        x = rng.randint(-3, columns + 3) if far else at["x"] + rng.randint(-2, 2)
        y = rng.randint(-3, 60) if far else at["y"] + rng.randint(-3, 3)
        return {"move": chosen["id"], "x": x, "y": y}
    if kind == "resize":
        size = {"w": rng.randint(-1, columns + 3), "h": rng.randint(-1, 9)}
        return {"resize": chosen["id"], **size, "handle": rng.choice(HANDLES)}
    if kind == "add":
        new = random_items(rng, 1, columns, statics=0.2, widest=columns + 2 if rng.random() < 0.2 else None)[0]
        return {"add": new | {"id": "new"}}
    return {"remove": chosen["id"]} if kind == "remove" else {"compact": True}
