"""Compare our exact mode with react-grid-layout itself over random operations: `layout_differential.py [COUNT
[SEED]]`.

Zero differences are expected. The package is pinned and installed into a cache outside the repository.
"""

import json
import random
import sys

from benchboard.dashboards.layout import apply
from support import rgl


def differences(count: int, seed: int, most: int = 40) -> list[dict[str, object]]:
    """The requests of `count` random ones that the two answer differently, with both answers."""
    rng, found = random.Random(seed), []
    with rgl.oracle(install=True) as oracle:
        for _ in range(count):
            request = rgl.random_request(rng, rng.choice((3, 10, most)))
            theirs = oracle.ask(request)["cells"]
            ours = {item.id: list(cell) for item, cell in apply(request)}
            if ours != theirs:
                found.append(request | {"ours": ours, "theirs": theirs})
    return found


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    try:
        found = differences(count, seed)
    except rgl.Missing as error:
        print(f"skipped: {error}")
        return 0
    for request in found[:3]:
        print(json.dumps(request))
    print(f"{len(found)} differences in {count} operations (seed {seed})")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
