# The commands of the project. `make` alone lists them.
# Wanted on the machine: Rust, Python 3.11 or newer, and Node 20 for the tests. All else is installed once, pinned, under .local/venv.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

PORT ?= 4566
ARGS ?=
ARCH ?= arm64
PYTHON ?= python3

venv := .local/venv
# Its wheel is too old for what today's cargo says of a workspace.
cargo_deny_version := 0.20.2
cargo_deny := .local/cargo-deny-$(cargo_deny_version)/bin/cargo-deny
target := $(or $(CARGO_TARGET_DIR),target)
functions := $(notdir $(patsubst %/,%,$(wildcard functions/*/)))
page := portal/dist/index.html
# Bytes: 8 MB.
largest_binary := 8388608

# Prints the size of each function's binary, and fails at the first that is too large.
define check_sizes
for function in $(functions); do \
  size=$$(wc -c < $(1)); \
  printf '%9d bytes  %s\n' "$$size" "$$function"; \
  if (( size > $(largest_binary) )); then echo "$$function is larger than $(largest_binary) bytes"; exit 1; fi; \
done
endef

# What runs here is built with one profile, `local`, so that tests and stack share what is compiled.
local := --profile local --workspace --locked

.PHONY: help
help: ## List the commands
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name what; do printf '  make %-14s %s\n' "$$name" "$$what"; done

.PHONY: up
up: build ## Run the whole rail on this machine, until Ctrl-C (PORT=4566)
	@$(PYTHON) infra/local/venvs.py emulator sam
	@exec $(venv)/emulator/bin/python infra/local/up.py $(PORT)

.PHONY: receiver
receiver: build ## Run a receiver that verifies and prints what it gets (ARGS="--help")
	@exec $(target)/local/receiver $(ARGS)

.PHONY: watch
watch: ## Serve all routes from source with cargo lambda, on the tables and queues of a running `make up`
	@$(PYTHON) infra/local/venvs.py lambda
	@PATH="$(abspath $(venv))/lambda/bin:$$PATH" exec cargo lambda watch --profile local --env-file .local/rail.env $(ARGS)

.PHONY: build
build: portal ## Compile everything for this machine
	@cargo build $(local) --bins

.PHONY: portal
portal: $(page) ## Build the web page that the function get-portal serves

$(page): $(shell find portal -name node_modules -prune -o -name dist -prune -o -type f -print)
	@npm ci --prefix portal --silent
	@npm run build --prefix portal --silent
	@touch $@

.PHONY: openapi
openapi: ## Write openapi.json as the code says
	@cargo run --quiet --profile local --locked -p rail --example openapi > openapi.json.new
	@mv openapi.json.new openapi.json

.PHONY: test
test: check deny unit bench-smoke template e2e sizes ## Run every check and every test, as CI does

.PHONY: check
check: portal ## Formatting, lints and documentation of the Rust code, warnings denied
	cargo fmt --all --check
	cargo clippy $(local) --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc $(local) --no-deps

.PHONY: deny
deny: $(cargo_deny) ## Licences, duplicates and origins of the dependencies, as deny.toml allows them
	$(cargo_deny) --locked check --hide-inclusion-graph --deny unnecessary-skip --deny unmatched-skip licenses bans sources

$(cargo_deny):
	@echo "Compiling cargo-deny $(cargo_deny_version) (once, some two minutes)"
	@CARGO_PROFILE_DEV_DEBUG=false cargo install --quiet --locked --debug --no-default-features --version $(cargo_deny_version) --root $(@D)/.. cargo-deny

.PHONY: unit
unit: build ## Unit, property and store tests; the store's run on an emulator of their own
	@$(PYTHON) infra/local/venvs.py emulator
	cargo test $(local) --no-run
	$(venv)/emulator/bin/python infra/local/with_emulator.py cargo test $(local)

.PHONY: bench
bench: portal ## Measure the functions as they are released: time, CPU, memory, calls, cost; into bench/results.json (ARGS="--help")
	cargo build --release --locked --bin bench --bin bare $(addprefix --bin ,$(functions))
	@$(target)/release/bench $(ARGS)

.PHONY: bench-smoke
bench-smoke: build ## The whole bench, in short, on what is built for this machine: whether it works, not what it measures
	$(target)/local/bench --smoke --binaries $(target)/local --out $(target)/bench-smoke.json

.PHONY: template
template: ## Lint the template
	@$(PYTHON) infra/local/venvs.py sam
	$(venv)/sam/bin/cfn-lint template.yaml
	SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=us-east-1 $(venv)/sam/bin/sam validate --lint

.PHONY: e2e
e2e: build ## End-to-end tests on the deployed template (ARGS="-k …")
	@$(PYTHON) infra/local/venvs.py emulator sam tests schemathesis
	@$(PYTHON) infra/local/programs.py
	@npm ci --prefix tests/e2e/node --silent
	@[ -d portal/node_modules ] || npm ci --prefix portal --silent
	$(venv)/tests/bin/python -m pytest tests/e2e $(ARGS)

.PHONY: lambda
lambda: portal ## Build the functions for AWS into target/lambda (ARCH=arm64 or x86_64)
	@$(PYTHON) infra/local/venvs.py lambda
	PATH="$(abspath $(venv))/lambda/bin:$$PATH" cargo lambda build --release $(if $(filter arm64,$(ARCH)),--arm64,--x86-64) --locked --lambda-dir target/lambda $(addprefix --bin ,$(functions))
	@$(call check_sizes,target/lambda/$$function/bootstrap)

.PHONY: sizes
sizes: portal ## Release builds for this machine, none larger than 8 MB
	cargo build --release --locked $(addprefix --bin ,$(functions))
	@$(call check_sizes,$(target)/release/$$function)
