# make demo   the main job on real files, in a temporary folder
# make test   the tests
# make faults  the fault harness alone, its counts written to docs/fault-counts.md
.PHONY: demo test check docs faults bench clean

demo:
	@sh tools/setup.sh
	@.venv/bin/archivist demo

test:
	@sh tools/setup.sh '[dev]'
	@.venv/bin/python -m pytest -n 2 --dist loadgroup -m "not faults"

check:
	@sh tools/setup.sh '[dev]'
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports

docs:
	@sh tools/setup.sh '[dev]'
	.venv/bin/python tools/make_docs.py

faults:
	@sh tools/setup.sh '[dev]'
	ARCHIVIST_FAULT_REPORT=.fault-counts.json .venv/bin/python -m pytest -n 2 --dist loadgroup tests/faults
	.venv/bin/python tools/fault_report.py .fault-counts.json

bench:
	@sh tools/setup.sh '[dev]'
	.venv/bin/python -m benchmarks.search
	.venv/bin/python -m benchmarks.ocr
	.venv/bin/python -m benchmarks.verify
	.venv/bin/python -m benchmarks.filing
	.venv/bin/python -m benchmarks.render
	.venv/bin/python -m benchmarks.due

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis dist
