# What one does with Allmende. Each target is one script or one command, so that
# all of it also works without make: sh scripts/run, sh scripts/test, …

.PHONY: run test bench growth build generate check clean

run: ## install what is missing, build, start on http://localhost:8080 with ./data (DEMO=1: with an example community)
	@sh scripts/run

test: ## install what is missing, run all tests on SQLite and those with a database on PostgreSQL too
	@sh scripts/test

bench: ## measure the targets; writes docs/benchmarks.md
	go run ./internal/bench

growth: ## compare what reading costs with 100,000 and a million objects; writes docs/measured/growth.md
	go run ./internal/bench -growth 100000,1000000 -out docs/measured/growth.md

build: ## one static binary, ./allmende
	@sh scripts/build

generate: ## pages, scripts, styles and schema.sql from their sources
	@sh scripts/generate

check: ## formatting, vet, staticcheck, the laws of the house, generated files
	@sh scripts/check

clean:
	rm -rf allmende tmp
	go clean -testcache
