# `make help` prints what there is.
.PHONY: help run run-distributed test faults check specs bench functions clean-infra
.DEFAULT_GOAL := help

help: ## what there is
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 18

run: ## build and start everything in one process on loopback (SAMPLES=1 loads sample data)
	@SAMPLES=$(SAMPLES) scripts/run

run-distributed: ## the same services as separate processes on PostgreSQL and Apache Kafka
	@scripts/run-distributed

test: ## all tests, also on a real PostgreSQL and a real Apache Kafka
	@scripts/test

faults: ## break everything that docs/reliability.md names, and write there what held
	@scripts/faults

check: ## format, lints, documentation, dependencies, scripts, API documents
	@scripts/check

specs: ## write the documents under api-specs/ anew
	UPDATE_SPECS=1 cargo test --locked -p tests specs

bench: ## measure beside others on this machine; QUICK=1 is short, CELLS="commands reads" chooses
	@QUICK=$(QUICK) CELLS="$(CELLS)" scripts/bench

functions: ## which functions of the department have operations
	@cargo run --locked --quiet -p darbazi -- functions

clean-infra: ## stop and remove the throw-away servers of this checkout
	@scripts/postgres stop; scripts/broker stop
