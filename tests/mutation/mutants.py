"""Break the code at random places, one at a time, and see whether a test notices.

    python -m mutation.mutants --count 200 --seed 7

A mutant changes one operator, constant, condition, call or return of one function. It is run against the tests that
execute its line, the quickest first, until one fails; a mutant that no test notices survives and is printed with its
line. Which test executes which line is measured once, by coverage's test contexts, and kept in `build/mutants`
until a source or test file changes. A survivor is either a gap in the tests or a change that makes no difference;
only a reader can tell.
"""

import argparse
import ast
import copy
import hashlib
import os
import random
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from coverage import CoverageData

ROOT: Final = Path(__file__).parents[2]
PACKAGE: Final = ROOT / "desktop" / "benchboard"
MEASURED: Final = ROOT / "build" / "mutants"
ROOMS: Final = (
    "storage",
    "identity",
    "canbus/timing",
    "canbus",
    "dongles/protocol",
    "dongles",
    "analytics",
    "dashboards/layout",
    "dashboards/editing",
    "dashboards",
    "ui/tasks.py",
    "ui/paged/paged_model.py",
    "ui/studio/document",
)
"""A sample draws alike from each; a file belongs to the longest that it lies in. Of the window only what has rules is
drawn from: a widget's margins and colours are looked at, not asserted."""
MOST_TESTS: Final = 300
"""So many of the quickest tests that execute a line are tried, at the most."""
PATIENCE_S: Final = 300
_WORKERS: Final = 2
_CHILD: Final = {"QT_QPA_PLATFORM": "offscreen", "PYTHONDONTWRITEBYTECODE": "1"}
_ANY_ORDER: Final = frozenset({"max", "min", "where", "and_", "or_"})
"""Functions whose arguments mean the same in any order."""
_FLIPPED: Final[Mapping[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_SWAPPED: Final[Mapping[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
}


@dataclass(frozen=True)
class Mutant:
    """One change: the span of `path` it replaces (offsets in the UTF-8 text) and with what."""

    path: Path
    line: int
    start: int
    end: int
    before: str
    after: str
    kind: str

    def __str__(self) -> str:
        place = f"{self.path.relative_to(ROOT)}:{self.line}"
        return f"{place} [{self.kind}] {_short(self.before)} → {_short(self.after)}"


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 90 else text[:89] + "…"


def mutants_of(path: Path) -> list[Mutant]:
    """Every mutant of a file: only of what functions do, never of types, docstrings or words for people."""
    source = path.read_bytes()
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    found = []
    for function in ast.walk(ast.parse(source)):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for node in _own_nodes(function):
            for kind, replaced in _changes(node):
                place = node.test if isinstance(node, ast.If) else node
                assert place.end_lineno is not None
                assert place.end_col_offset is not None
                start = starts[place.lineno - 1] + place.col_offset
                end = starts[place.end_lineno - 1] + place.end_col_offset
                text = f"({ast.unparse(replaced)})" if isinstance(replaced, ast.expr) else ast.unparse(replaced)
                found.append(Mutant(path, node.lineno, start, end, source[start:end].decode(), text, kind))
    return found


def _own_nodes(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.expr | ast.stmt]:
    """The statements and expressions of a function, without its signature and those of functions inside it."""
    waiting: list[ast.AST] = [*function.body]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Assert):
            continue
        if isinstance(node, ast.JoinedStr):
            continue  # what is inside an f-string has no places of its own before Python 3.12
        if isinstance(node, ast.AnnAssign):
            waiting.extend([node.value] if node.value is not None else [])
            continue
        if isinstance(node, ast.expr | ast.stmt):
            yield node
        waiting.extend(ast.iter_child_nodes(node))


def _changes(node: ast.AST) -> Iterator[tuple[str, ast.expr | ast.stmt]]:
    """What a node can be replaced by, and what to call that."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _FLIPPED:
        changed = copy.deepcopy(node)
        changed.ops = [_FLIPPED[type(node.ops[0])]()]
        yield "comparison", changed
    elif isinstance(node, ast.BoolOp):
        changed_bool = copy.deepcopy(node)
        changed_bool.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield "and/or", changed_bool
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "not", node.operand
    elif isinstance(node, ast.Constant) and type(node.value) is int:
        yield "±1", ast.Constant(node.value + 1)
    elif isinstance(node, ast.Constant) and type(node.value) is bool:
        yield "true/false", ast.Constant(not node.value)
    elif (
        isinstance(node, ast.BinOp)
        and type(node.op) in _SWAPPED
        and not isinstance(node.left, ast.Constant | ast.JoinedStr)
    ):
        changed_op = copy.deepcopy(node)
        changed_op.op = _SWAPPED[type(node.op)]()
        yield "arithmetic", changed_op
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and not _is_logging(node.value):
        yield "dropped call", ast.Pass()
    elif (
        isinstance(node, ast.Call)
        and len(node.args) == 2
        and not any(isinstance(one, ast.Starred) for one in node.args)
        and ast.unparse(node.func).rpartition(".")[2] not in _ANY_ORDER
    ):
        changed_call = copy.deepcopy(node)
        changed_call.args.reverse()
        if ast.dump(changed_call) != ast.dump(node):
            yield "swapped arguments", changed_call
    elif isinstance(node, ast.If):
        yield "condition", ast.UnaryOp(ast.Not(), node.test)
    elif isinstance(node, ast.Return) and node.value is not None and not isinstance(node.value, ast.Constant):
        yield "early return", ast.Return(ast.Constant(None))


def _is_logging(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) in ("log", "_log", "logger", "_logger")


def _placed(mutant: Mutant, node_end: bytes) -> bytes:
    return node_end[: mutant.start] + mutant.after.encode() + node_end[mutant.end :]


def mutated(mutant: Mutant) -> bytes | None:
    """The file with the change; None where it does not compile."""
    changed = _placed(mutant, mutant.path.read_bytes())
    try:
        compile(changed, str(mutant.path), "exec")
    except SyntaxError:
        return None
    return changed


# Which test executes which line


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for path in sorted([*PACKAGE.rglob("*.py"), *(ROOT / "tests").rglob("*.py")]):
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def measured() -> Path:
    """The coverage data with a context a test, measured anew where a file has changed since."""
    data, state = MEASURED / "coverage", MEASURED / "fingerprint"
    if data.exists() and state.exists() and state.read_text() == _fingerprint():
        return data
    shutil.rmtree(MEASURED, ignore_errors=True)
    MEASURED.mkdir(parents=True)
    print("measuring which test executes which line …", flush=True)
    environment = {**os.environ, **_CHILD, "COVERAGE_FILE": str(data)}
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile", "--cov=benchboard"]
    command += ["--cov-context=test", "--cov-report=", "--durations=0", "-vv"]
    with (MEASURED / "pytest.log").open("w") as log:
        subprocess.run(command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT, check=False)
    state.write_text(_fingerprint())
    return data


def _seconds() -> dict[str, float]:
    """How long each test took, setup included, by its name."""
    taken: dict[str, float] = defaultdict(float)
    for line in (MEASURED / "pytest.log").read_text(errors="replace").splitlines():
        words = line.split(maxsplit=2)
        if len(words) == 3 and words[1] in ("call", "setup") and words[0].endswith("s"):
            taken[words[2]] += float(words[0][:-1])
    return taken


class Executed:
    """Which tests execute a line."""

    def __init__(self, data: Path) -> None:
        self._coverage = CoverageData(basename=str(data))
        self._coverage.read()
        self._seconds = _seconds()
        self._lines: dict[Path, Mapping[int, Sequence[str]]] = {}

    def lines(self, path: Path) -> Mapping[int, Sequence[str]]:
        if path not in self._lines:
            self._lines[path] = self._coverage.contexts_by_lineno(str(path))
        return self._lines[path]

    def tests(self, mutant: Mutant) -> list[str]:
        """Those that execute the mutant's line, the quickest first; on one engine where they run on both."""
        contexts = self.lines(mutant.path).get(mutant.line, ())
        # A context is a test's name and its phase, and a parameter in the name may have the sign between the two.
        tests = {context.rpartition("|")[0] for context in contexts if context}
        tests = {test for test in tests if "::" in test}
        single = {
            test for test in tests if not ("postgresql" in test and test.replace("postgresql", "sqlite") in tests)
        }
        return sorted(single, key=lambda test: (self._seconds.get(test, 0.0), test))[:MOST_TESTS]


# A run


def _room_of(path: Path) -> str | None:
    name = path.relative_to(PACKAGE).as_posix()
    return max((room for room in ROOMS if name == room or name.startswith(f"{room}/")), key=len, default=None)


def sample(count: int, seed: int, executed: Executed) -> list[Mutant]:
    """Mutants of lines that some test executes, alike from every room, one a line at the most."""
    draw = random.Random(seed)
    rooms: dict[str, list[Mutant]] = {room: [] for room in ROOMS}
    for path in sorted(PACKAGE.rglob("*.py")):
        if (room := _room_of(path)) is not None:
            rooms[room] += [mutant for mutant in mutants_of(path) if executed.lines(path).get(mutant.line)]
    for mutants in rooms.values():
        draw.shuffle(mutants)
    chosen: list[Mutant] = []
    taken = set()
    while len(chosen) < count and any(rooms.values()):
        for mutants in rooms.values():
            if mutants and len(chosen) < count:
                mutant = mutants.pop()
                if (mutant.path, mutant.line) not in taken and mutated(mutant) is not None:
                    taken.add((mutant.path, mutant.line))
                    chosen.append(mutant)
    return chosen


def _copy(number: int) -> Path:
    """A copy of the tree of its own to be broken, with the same environment."""
    folder = MEASURED / f"tree-{number}"
    shutil.rmtree(folder, ignore_errors=True)
    skip = shutil.ignore_patterns(
        ".git", ".venv", ".uv", "build", "tour-out", "__pycache__", ".mypy_cache", ".hypothesis"
    )
    shutil.copytree(ROOT, folder, ignore=skip, symlinks=True)
    return folder


def noticed(mutant: Mutant, tests: Sequence[str], tree: Path) -> str | None:
    """The outcome of the tests on a broken tree: what noticed it, or None where nothing did."""
    changed = mutated(mutant)
    assert changed is not None
    target = tree / mutant.path.relative_to(ROOT)
    whole = target.read_bytes()
    target.write_bytes(changed)
    environment = {**os.environ, **_CHILD, "PYTHONPATH": f"{tree / 'desktop'}{os.pathsep}{tree / 'tests'}"}
    arguments = tree / "mutant-tests.txt"
    arguments.write_text("\n".join(tests))
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", f"@{arguments}"]
    try:
        done = subprocess.run(
            command, cwd=tree, env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )
    except subprocess.TimeoutExpired:
        return "it hangs"
    finally:
        target.write_bytes(whole)
    if done.returncode == 0:
        return None
    if done.returncode in (pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.NO_TESTS_COLLECTED):
        raise RuntimeError(f"pytest couldn't run these tests: {done.stderr[-500:]}")
    lines = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return lines[0] if lines else f"pytest ended with {done.returncode}"


def main() -> int:
    """Try a sample, print what survives; 0 where no more survive than were allowed."""
    parser = argparse.ArgumentParser(prog="mutants", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    options = parser.parse_args()
    executed = Executed(measured())
    chosen = sample(options.count, options.seed, executed)
    print(f"{len(chosen)} mutants, seed {options.seed}", flush=True)
    trees = [_copy(number) for number in range(_WORKERS)]
    shares = [chosen[number::_WORKERS] for number in range(_WORKERS)]

    def share(number: int) -> list[Mutant]:
        survivors = []
        for mutant in shares[number]:
            by = noticed(mutant, executed.tests(mutant), trees[number])
            if by is None:
                survivors.append(mutant)
            print(f"{'SURVIVED' if by is None else 'noticed '} {mutant}", flush=True)
        return survivors

    with ThreadPoolExecutor(_WORKERS) as pool:
        survivors = [mutant for part in pool.map(share, range(_WORKERS)) for mutant in part]
    for tree in trees:
        shutil.rmtree(tree)
    killed = len(chosen) - len(survivors)
    print(f"\n{killed} of {len(chosen)} noticed ({killed / max(1, len(chosen)):.0%}); survivors, to be read:")
    for mutant in sorted(survivors, key=str):
        print(f"  {mutant}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
