# A thin front to CMake presets and scripts/: `make` alone lists what there is.
SHELL := /bin/bash
PRESET ?= release

.DEFAULT_GOAL := help
.PHONY: help deps servers build test lint demo bench upstream random bench-reach bench-tracing ignored fuzz workloads clean

help: ## list the targets
	@echo "make TARGET [PRESET=release|debug|sanitize|clang]"
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

deps: ## install what is missing (Debian packages, pinned sources and tools in .deps/)
	@scripts/install-deps.sh

servers: deps ## install the real servers that faaslight-invoke local runs (RIE, awslambdaric, functions-framework) in .deps/servers
	@scripts/install-servers.sh

build: deps ## build every program into build/bin (PRESET=debug: build/debug/bin, and so on)
	@scripts/build.sh $(PRESET)

test: deps ## build, then all tests: unit, integration, upstream suites
	@scripts/test.sh $(PRESET)

lint: deps ## formatting, clang's build and clang-tidy, ruff, generated text is current
	@scripts/lint.sh

demo: build ## trace, rewrite, verify and report one sample, then measure its cold start
	@scripts/demo.sh

bench: build ## cold starts of the sample workloads, in half an hour (LARGE=1: the large ones too)
	@scripts/bench.sh $(if $(LARGE),--large)

bench-reach: build ## static reachability against what really runs, beside PyCG
	@scripts/bench-reach.sh

bench-tracing: build ## what tracing costs on each CPython
	@scripts/bench-tracing.sh

upstream: build ## upstream test suites on the rewritten libraries, the long tier: docs/upstream.md
	@scripts/upstream.sh

workloads: build ## run, trace, rewrite and verify all sample workloads (LARGE=1: the large ones too)
	@scripts/workloads.sh $(if $(LARGE),--large)

random: build ## random packages, rewritten under each --keep and compared: an hour of them
	@.deps/venv/bin/python tests/random_apps/run.py --packages 100000 --minutes 60 --seed $$(date +%s)

ignored: build ## libraries whose import effects are ignored on purpose: caught and mended (10 minutes)
	@scripts/pytest.sh tests/ignored -s

fuzz: deps ## look for inputs that break a reader or the rewriter (clang, 10 minutes)
	@scripts/fuzz.sh

clean: ## remove build/ (.deps/ stays)
	@rm -rf build
