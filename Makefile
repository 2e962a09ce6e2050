# Each target works on a bare Debian 12: it installs what it needs (see packaging/linux/prepare.sh).
.DEFAULT_GOAL := help
SHELL := /bin/sh
PY := .venv/bin/python
UV := .uv/bin/uv
export UV_COMPILE_BYTECODE := 1
export UV_PYTHON_DOWNLOADS := never
export UV_NO_PROGRESS := 1
# Debian's own Python, which is compiled with optimisations, if it is new enough: one that a person compiled is slower.
PYTHON := $(shell for one in /usr/bin/python3 python3; do \
  $$one -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$one && break; done)
# Else every process of the tests compiles the package and rewrites the tests anew.
unexport PYTHONDONTWRITEBYTECODE
TOUR := tour-out
# Two a core, because tests wait for timers and other programs; each has a PostgreSQL of its own.
WORKERS := $(shell cores=$$(getconf _NPROCESSORS_ONLN); echo $$((cores < 4 ? 2 * cores : 8)))

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' Makefile | sed 's/:.*## /\t/' | expand -t 8

run: .venv/ready ## open the window; without a display, run the guided tour and print where its screenshots are
	@if [ "$$(uname -s)" = Linux ] && [ -z "$$DISPLAY$$WAYLAND_DISPLAY" ]; then \
	  echo "No display here: running the guided tour offscreen."; \
	  QT_QPA_PLATFORM=offscreen .venv/bin/benchboard tour --out $(TOUR); \
	else sh packaging/linux/prepare.sh screen && .venv/bin/benchboard; fi

tour: .venv/ready ## run the guided tour offscreen; screenshots and index.json go to tour-out/
	QT_QPA_PLATFORM=offscreen .venv/bin/benchboard tour --out $(TOUR)

# One room's tests and those of the layers below it, on the embedded database and without the enumerations:
# make test ROOM=bench (bench, studio, admin).
GROUND := tests/unit/ground tests/unit/storage tests/unit/identity
# The windows first: a file of theirs takes a process up to 45 s, in which the others take what is short.
ROOM_bench := tests/gui/bench tests/integration/dongles tests/unit/dongles tests/unit/canbus $(GROUND)
ROOM_studio := tests/gui/studio tests/integration/analytics tests/integration/dashboards tests/unit/analytics \
  tests/unit/dashboards $(GROUND)
ROOM_admin := tests/gui/admin tests/gui/shell tests/integration/identity tests/integration/storage $(GROUND)
# Checks of the whole tree, which `make test` runs: a room doesn't stand on them.
WHOLE_TREE := $(patsubst %,--ignore=tests/unit/ground/test_%.py,architecture_page class_names docstrings imports layers \
  private_members scheduling structure_page)
ifneq ($(ROOM),)
ifeq ($(ROOM_$(ROOM)),)
$(error Unknown room "$(ROOM)". Use bench, studio or admin)
endif
endif

test: .venv/ready ## lint, types, layers and every test; with ROOM=bench, one room and the layers below it, on SQLite
	@$(if $(ROOM),:,$(MAKE) --no-print-directory --output-sync -j3 lint types bytecode)
	@rm -f .pytest_cache/v/cache/lastfailed
	QT_QPA_PLATFORM=offscreen $(PY) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder --durations=30 -rs $(if $(ROOM),-m "not slow" -k "not postgresql" $(WHOLE_TREE)) $(ROOM_$(ROOM)) || \
	  { test $$? -eq 1 && PYTHONPATH=tests QT_QPA_PLATFORM=offscreen $(PY) -m support.repeat_failed; }

fuzz: .venv/ready ## run the property tests with new examples, and enumerations in full
	BENCHBOARD_HYPOTHESIS=fuzz QT_QPA_PLATFORM=offscreen $(PY) -m pytest -n $(WORKERS) tests/unit tests/integration/storage/test_upgrade.py \
	  tests/integration/dongles/test_pairing_killed.py tests/integration/app/test_sizes.py tests/integration/app/test_tour.py

mutants: .venv/ready ## mutate the code at COUNT random places and print what no test catches (SEED repeats a run)
	PYTHONPATH=tests $(PY) -m mutation.mutants --count $(or $(COUNT),100) $(if $(SEED),--seed $(SEED))

lint: .venv/ready ## check format, lint and layers
	.venv/bin/ruff format --check -q .
	.venv/bin/ruff check -q .
	.venv/bin/lint-imports --no-cache

types: .venv/ready ## run mypy in strict mode
	.venv/bin/mypy

# Beside mypy, which has one core: else each of the processes that run the tests compiles them all for itself.
bytecode: .venv/ready
	@QT_QPA_PLATFORM=offscreen $(PY) -m pytest --collect-only -qq >/dev/null || :  # pytest itself says what is wrong

bench: .venv/ready ## run the benchmarks, each against a reference in the same run (under ten minutes)
	@failed=; for file in benchmarks/*.py; do echo "== $$file"; \
	  PYTHONPATH=tests QT_QPA_PLATFORM=offscreen $(PY) $$file || failed="$$failed $$file"; done; \
	  test -z "$$failed" || { echo "failed:$$failed"; exit 1; }

venv: .venv/ready ## create the environment from requirements.lock

wheel: .venv/ready ## build dist/*.whl
	$(UV) build --python $(PY) --wheel --no-build-isolation -q --out-dir dist
	@ls dist/*.whl

lock: .venv/ready ## update requirements.lock from pyproject.toml
	$(UV) pip compile pyproject.toml --group dev --universal --generate-hashes --python-version 3.11 \
	  --no-header -q -o requirements.lock

words: .venv/ready ## update the Turkish catalogues from the source, and say which tests look for sentences that are gone
	@mkdir -p build
	.venv/bin/pybabel -q extract -k N_ --sort-output --no-location -o build/words.pot desktop/benchboard
	.venv/bin/pybabel -q update -l tr -i build/words.pot -o resources/i18n/tr.po --no-fuzzy-matching \
	  --ignore-obsolete --ignore-pot-creation-date --no-wrap
	QT_QPA_PLATFORM=offscreen PYTHONPATH=desktop:tests .venv/bin/python -m support.help_words
	PYTHONPATH=desktop:tests .venv/bin/python -m support.stale_words

clean: ## remove everything the targets created
	rm -rf .venv .uv dist build $(TOUR) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.uv/bin/uv: packaging/uv.txt
	@sh packaging/linux/prepare.sh
	python3 -m venv .uv
	.uv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r packaging/uv.txt
	@touch $@

.venv/ready: requirements.lock pyproject.toml $(UV)
	@sh packaging/linux/prepare.sh
	@test -x $(PY) || $(UV) venv -q --python $(or $(PYTHON),python3) .venv
	$(UV) pip sync -q --python $(PY) --require-hashes requirements.lock
	$(UV) pip install -q --python $(PY) --no-deps --no-build-isolation -e .
	@# PySide carries modules of Python in its library, as sources that it would compile at each start: it stores them as
	@# files, once, when asked by this variable.
	@env -u PYTHONDONTWRITEBYTECODE SBK_EMBED=0 $(PY) -c 'import PySide6.QtCore'
	@touch $@

.PHONY: help run tour test fuzz mutants lint types bytecode bench venv wheel lock words clean
