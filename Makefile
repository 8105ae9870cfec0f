# What one does with this repository. `make` alone lists it.
#
# Everything runs on an ordinary Debian or Ubuntu machine with Rust and a C compiler, without root.
# What is fetched or made lies in .cache/ and target/, nowhere else.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
# cargo uses every core by itself, and two of them would wait for one lock.
.NOTPARALLEL:

ROWS ?= 1000000
BENCH_ROWS ?= 3000000
MIXTURES ?= 60
SEED ?= 1
CARGO_DENY_VERSION := 0.20.2
CARGO_MACHETE_VERSION := 0.9.2

TOOLS := $(CURDIR)/.cache/tools
DENY := $(TOOLS)/cargo-deny-$(CARGO_DENY_VERSION)/bin/cargo-deny
MACHETE := $(TOOLS)/cargo-machete-$(CARGO_MACHETE_VERSION)/bin/cargo-machete

# The tools run for a second and are built for minutes, so they are built with little optimisation.
LEAN := CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_CODEGEN_UNITS=256 CARGO_PROFILE_RELEASE_LTO=off \
	CARGO_PROFILE_RELEASE_DEBUG=0 CARGO_TARGET_DIR=$(TOOLS)/build

.PHONY: help demo test bench soak lint format clippy docs deny machete template functions tidy tools prerequisites mysql connectors aws-servers clean-cache

help: ## Show this list.
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: prerequisites ## Move a generated shop of ROWS rows (default 1000000) from a real MySQL into the stand-in, and prove it equal.
	@infra/demo/demo.sh $(ROWS)

# The programs are built together with the tests, so that both share every dependency as it was built once.
test: prerequisites mysql connectors aws-servers ## Run every test, with a real MySQL.
	cargo build --workspace --all-targets --locked
	cargo test --workspace --locked

bench: prerequisites mysql ## Measure copying BENCH_ROWS rows (default 3000000) against reading alone and against mysqldump.
	cargo build --release --locked --package ferry --package lindorm-local --package demo-data --package servers
	cargo run --release --locked --package benchmarks -- $(BENCH_ROWS)

soak: prerequisites mysql ## Move a changing database under every answer the target could give (MIXTURES by SEED), through ROUNDS (default 30) of random kills, and play SEEDS (default 1000..3000) in memory.
	cargo build --release --locked --package ferry --package lindorm-local --package semantics
	cargo run --release --locked --package semantics -- $(MIXTURES) $(SEED)
	cargo build --locked --workspace --all-targets
	FERRY_CHAOS_ROUNDS=$(or $(ROUNDS),30) cargo test --locked --package end-to-end --test main -- following::chaos --nocapture
	SIMULATION_SEEDS=$(or $(SEEDS),1000..3000) cargo test --locked --package simulation --test main -- follow_runs --nocapture

lint: format deny machete template clippy docs tidy ## Run every check that is not a test.

format: prerequisites ## Check the formatting.
	cargo fmt --all --check

clippy: prerequisites ## Check with clippy, warnings denied.
	cargo clippy --workspace --all-targets --locked -- -D warnings

docs: prerequisites ## Build the documentation, warnings denied.
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked

deny: $(DENY) ## Check bans, licences and sources of what we depend on.
	$(DENY) --locked check --hide-inclusion-graph bans licenses sources

machete: $(MACHETE) ## Look for dependencies that nothing uses.
	$(MACHETE) --skip-target-dir

tidy: prerequisites ## Check the house rules that clippy cannot see.
	cargo test --package tidy --locked --quiet

# What only a Rust test asserts over the expanded templates is in tests/template, and so part of `make test`.
template: prerequisites ## Check template.yaml with SAM and cfn-lint.
	@infra/sam/check.sh

functions: prerequisites ## Build the five functions as they are deployed (x86_64), and measure their size and cold start.
	@infra/sam/functions.sh

tools: $(DENY) $(MACHETE) ## Build the tools that lint needs.

$(DENY): | prerequisites
	$(LEAN) cargo install --quiet --locked cargo-deny@$(CARGO_DENY_VERSION) --root $(TOOLS)/cargo-deny-$(CARGO_DENY_VERSION)
	@rm -rf $(TOOLS)/build

$(MACHETE): | prerequisites
	$(LEAN) cargo install --quiet --locked cargo-machete@$(CARGO_MACHETE_VERSION) --root $(TOOLS)/cargo-machete-$(CARGO_MACHETE_VERSION)
	@rm -rf $(TOOLS)/build

mysql: prerequisites ## Find a real MySQL, or fetch one into .cache/.
	@infra/mysql/mysqld-find | grep -E '_(SOURCE|VERSION)='

connectors: prerequisites ## Find the MySQL clients of Python and Perl, or fetch them into .cache/.
	@infra/connectors/connectors-find | grep _SOURCE=

aws-servers: prerequisites ## Find the servers that stand in for AWS in the tests, or install them into .cache/.
	@infra/aws-servers/aws-servers-find | grep _SOURCE=

prerequisites:
	@missing=(); \
	for tool in awk:gawk flock:util-linux find:findutils; do \
		command -v "$${tool%:*}" >/dev/null || missing+=("$${tool#*:}"); \
	done; \
	if ! echo 'int main(void) { return 0; }' | cc -x c -o /dev/null - 2>/dev/null; then missing+=(build-essential); fi; \
	if [ $${#missing[@]} -gt 0 ]; then \
		echo "Missing on this machine. As root, run: apt-get install --yes $${missing[*]}" >&2; exit 1; \
	fi; \
	command -v cargo >/dev/null || { echo "Rust is missing: install it with rustup; rust-toolchain.toml names the version." >&2; exit 1; }

clean-cache: ## Remove what was fetched: MySQL, clients, servers, tools, demo data.
	rm -rf .cache
