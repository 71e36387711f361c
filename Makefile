# make demo   the main job on real files, in a temporary folder
# make test   the tests
.PHONY: demo test check docs bench clean

demo:
	@sh tools/setup.sh
	@.venv/bin/archivist demo

test:
	@sh tools/setup.sh '[dev]'
	@.venv/bin/python -m pytest -n 2 --dist loadgroup

check:
	@sh tools/setup.sh '[dev]'
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports

docs:
	@sh tools/setup.sh '[dev]'
	.venv/bin/python tools/make_docs.py

bench:
	@sh tools/setup.sh '[dev]'
	.venv/bin/python benchmarks/search.py
	.venv/bin/python benchmarks/ocr.py

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis dist
