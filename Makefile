# make run     build, and open the app; without a display, show what it does on a virtual one
# make test    build, and run every test against real servers, displays and browsers; whole broadcasts come last, alone
# make build   bin/golive
# make bench   what a broadcast costs, beside FFmpeg in the same run; how many viewers a core serves, beside Janus (if it
#              is installed); how soon the page shows a picture
# make soak    sound and picture after ten minutes; recordings after fifty kills and twenty power cuts; twenty outages of
#              each kind on each protocol; losses by the minute; how old pictures are on the page; memory after an hour,
#              and after a thousand viewers and publishers
# make fuzz    every parser that faces the network or a file, a minute each
# make lint    gofumpt, go vet, staticcheck

SHELL := /bin/bash
GO ?= go
# What go build needs to find FFmpeg; scripts/deps knows where it is.
ENV = env $$(scripts/deps env)
TEST_FLAGS ?= -race -timeout 15m

.PHONY: build run test fuzz soak bench lint deps viewer clean

build: bin/golive

deps:
	@scripts/deps build

viewer: deps
	@scripts/viewer

bin/golive: viewer FORCE
	$(ENV) $(GO) build -trimpath -o $@ .

FORCE:

run: build
	@scripts/run

test: build
	@scripts/deps test
	$(ENV) $(GO) test $(TEST_FLAGS) $$($(GO) list ./... | grep -v /e2e)
	scripts/fuzz 1s
	$(ENV) GOLIVE_BIN=$(CURDIR)/bin/golive $(GO) test -count=1 -timeout 15m -v ./internal/e2e

fuzz: build
	@scripts/deps test
	scripts/fuzz 1m

soak: build
	@scripts/deps test
	$(ENV) GOLIVE_BIN=$(CURDIR)/bin/golive GOLIVE_SOAK=10m $(GO) test -count=1 -timeout 40m -v -run 'LipSync|Killed|PowerCut' ./internal/e2e
	$(ENV) GOLIVE_BIN=$(CURDIR)/bin/golive GOLIVE_SOAK=1m $(GO) test -count=1 -timeout 60m -parallel 4 -v -run 'Outages|Loss|Squeeze' ./internal/e2e
	$(ENV) GOLIVE_BIN=$(CURDIR)/bin/golive GOLIVE_SOAK=1m $(GO) test -count=1 -timeout 20m -v -run 'WatchPage|TrueLatency' ./internal/e2e
	$(ENV) GOLIVE_SOAK=1h $(GO) test -count=1 -timeout 70m -v -run '^TestSoak$$' ./publish
	$(ENV) GOLIVE_SOAK=20m $(GO) test -count=1 -timeout 50m -v -run 'FourHours|RealWindow' ./gui
	$(ENV) GOLIVE_SOAK=10m $(GO) test -count=1 -timeout 20m -v -run 'JoinAndLeave|PublishAndEnd' ./server

bench: build
	@scripts/deps test
	$(ENV) $(GO) test -tags bench -count=1 -timeout 30m -v ./internal/bench
	$(ENV) $(GO) test -run '^$$' -bench . ./capture/internal/yuv

lint: viewer
	@$(ENV) scripts/lint

clean:
	rm -rf bin server/viewer/dist
