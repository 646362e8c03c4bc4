# make run     build, and open the app; without a display, show what it does on a virtual one
# make test    build, and run every test against real servers, displays and browsers
# make build   bin/golive
# make bench   speed and latency, as ratios within one run
# make lint    gofumpt, go vet, staticcheck

SHELL := /bin/bash
GO ?= go
# What go build needs to find FFmpeg; scripts/deps knows where it is.
ENV = env $$(scripts/deps env)
TEST_FLAGS ?= -race -timeout 20m

.PHONY: build run test bench lint deps viewer clean

build: bin/golive

deps:
	@scripts/deps build

viewer: deps
	@scripts/viewer

bin/golive: viewer FORCE
	$(ENV) $(GO) build -o $@ .

FORCE:

run: build
	@scripts/run

test: build
	@scripts/deps test
	$(ENV) GOLIVE_BIN=$(CURDIR)/bin/golive $(GO) test $(TEST_FLAGS) ./...

bench: build
	@scripts/deps test
	$(ENV) GOLIVE_BIN=$(CURDIR)/bin/golive scripts/bench

lint: viewer
	$(ENV) scripts/lint

clean:
	rm -rf bin server/viewer/dist
