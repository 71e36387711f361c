# make demo   the main job on real files, in a temporary folder
# make test   the tests, with a seeded sample of every long sweep; SEED=n repeats a run
# make test-cluster  the search in a real cluster of OpenSearch, of one node and of three
# make test-browser  the page in a real Chromium, with axe-core
# make wine   store, lock, renames under a reader, filing and commands on a Windows Python under Wine, which it makes for itself
# make faults the fault harness, sampled in the same way
# make quality  drawn papers of every kind are filed; fails while one is filed wrongly or lost
# make bundle  the offline bundle of PLATFORM (linux-x86_64, linux-aarch64, windows-x64), with the Python RUNTIME
# make lock   requirements.lock: every package of an installation with its digests, for all platforms
# make site   the documentation as a site that is read without a network, in site/; a broken link fails
# make long   every test with all of every sweep, the fault harness too; its counts are written to docs/fault-counts.md, docs/fuzz-counts.md and docs/pack-mutants.md
.PHONY: bundle lock demo test test-cluster test-browser wine check docs site faults long bench quality clean

PYTEST = .venv/bin/python -m pytest -n 2 --dist loadgroup $(if $(SEED),--seed $(SEED))

demo:
	@sh tools/setup.sh
	@.venv/bin/archivist demo

test:
	@sh tools/setup.sh '[dev]'
	@$(PYTEST) -m "not faults and not cluster and not browser"

test-cluster:
	@sh tools/setup.sh '[dev]'
	@.venv/bin/python -m pytest -n 0 $(if $(SEED),--seed $(SEED)) tests/cluster

wine:
	@sh tools/setup.sh '[dev]'
	@.venv/bin/python -m tools.wine

test-browser:
	@sh tools/setup.sh '[dev]'
	@.venv/bin/python -m pytest -n 0 $(if $(SEED),--seed $(SEED)) tests/browser

check:
	@sh tools/setup.sh '[dev]'
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports

bundle:
	@sh tools/setup.sh '[dev]'
	.venv/bin/python -m tools.bundle $(if $(PLATFORM),--platform $(PLATFORM)) $(if $(RUNTIME),--runtime $(RUNTIME) --runtime-sha256 $(RUNTIME_SHA256))

lock:
	@sh tools/setup.sh '[dev]'
	@.venv/bin/python -m pip install -q uv
	.venv/bin/python -m tools.lock

docs:
	@sh tools/setup.sh '[dev]'
	.venv/bin/python tools/make_docs.py

site:
	@sh tools/setup.sh '[dev]'
	@# Not --quiet: what is not said does not count as a warning, and nothing fails.
	@NO_MKDOCS_2_WARNING=1 .venv/bin/python -m mkdocs build --strict
	@echo "site/index.html"

faults:
	@sh tools/setup.sh '[dev]'
	@$(PYTEST) tests/faults

long:
	@sh tools/setup.sh '[dev]'
	ARCHIVIST_FAULT_REPORT=.fault-counts.json ARCHIVIST_FUZZ_REPORT=.fuzz-counts.json ARCHIVIST_MUTANT_REPORT=.pack-mutants ARCHIVIST_PAGE_REPORT=.printed-pages $(PYTEST) --long -m "not cluster and not browser"
	.venv/bin/python -m pytest -n 0 --long tests/cluster tests/browser
	.venv/bin/python tools/fault_report.py .fault-counts.json
	.venv/bin/python tools/fuzz_report.py .fuzz-counts.json
	.venv/bin/python tools/mutant_report.py .pack-mutants
	.venv/bin/python -m tools.page_report .printed-pages

bench:
	@sh tools/setup.sh '[dev]'
	.venv/bin/python -m benchmarks.search
	.venv/bin/python -m benchmarks.ocr
	.venv/bin/python -m benchmarks.verify
	.venv/bin/python -m benchmarks.submission
	.venv/bin/python -m benchmarks.disposal
	.venv/bin/python -m benchmarks.filing
	.venv/bin/python -m benchmarks.ingest --rate
	.venv/bin/python -m benchmarks.render
	.venv/bin/python -m benchmarks.pdf
	.venv/bin/python -m benchmarks.due
	.venv/bin/python -m benchmarks.roster
	.venv/bin/python -m benchmarks.next
	.venv/bin/python -m benchmarks.page
	.venv/bin/python -m benchmarks.rules

quality:
	@sh tools/setup.sh '[dev]'
	.venv/bin/python -m benchmarks.filing_quality

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis dist site
