# Suhe: `make run` for the live demo, `make test` for every test.

GO       ?= go
BIN      := bin/suhe
VERSION  := $(shell git describe --always --dirty 2>/dev/null || echo dev)
LISTEN   ?= 127.0.0.1:8080
DATA_DIR ?= ./data
SURGE    ?= 2.5

protoc = mkdir -p $(1) && protoc --plugin=protoc-gen-go=$$($(GO) tool -n protoc-gen-go) --go_out=$(1) --go_opt=module=suhe stream/suhev1/suhe.proto

SOURCES  := $(shell find web/src web/public -type f 2>/dev/null) $(wildcard web/*.html) internal/access/roles.json web/package.json web/vite.config.ts web/proto.ts web/worker.ts stream/suhev1/suhe.proto

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: build ## build, then start the live demo on the embedded default; each hour a storm surge passes (SURGE=0 for none)
	$(BIN) serve --demo --scene-surge $(SURGE) --scene-storms 1h --listen $(LISTEN) --data-dir $(DATA_DIR)

.PHONY: build
build: web/dist/index.html ## build bin/suhe with the front end in it
	$(GO) build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o $(BIN) ./cmd/suhe

web/node_modules/.installed: web/package.json web/package-lock.json
	cd web && npm ci --no-audit --no-fund
	touch $@

web/dist/index.html: web/node_modules/.installed $(SOURCES)
	cd web && npm run build

# The race detector watches all but SQLite, which is C put into Go, and the slow hashes
# of passwords: loops over memory of their own, which it makes ten times as slow.
race := -race -pgo=off $(foreach p,modernc.org/sqlite/lib modernc.org/libc golang.org/x/crypto/...,-gcflags=$(p)=-race=false)

.PHONY: test
test: tools build lint ## install what the tests need and run all of them: PostGIS, NATS and browser included
	cd web && npm test
	$(GO) test $(race) -timeout 80m ./...
	$(GO) test -pgo=off -run TestSimulation ./stream

SOAK_FOR ?= 1h

.PHONY: soak
soak: tools build ## the long forms of the fault tests, a million questions put to PostGIS too, and an hour of load (SOAK_FOR=10m for less)
	@./.ci/tools sqlmap python3-qgis
	SUHE_SOAK=1 SUHE_SOAK_FOR=$(SOAK_FOR) $(GO) test -pgo=off -count 1 -v -timeout 4h \
	  -run 'Soak|Database|DiskFull|ClockJumps|Backlog|Phones|Killed|PageScreen' ./cmd/suhe
	SUHE_SOAK=1 $(GO) test -pgo=off -count 1 -v -timeout 4h -run AgainstPostGIS ./geo ./internal/features ./twin/survey

.PHONY: tools
tools: ## install PostGIS, Chromium, GDAL, OWSLib, mosquitto_pub and a Chinese font (Debian packages)
	@./.ci/tools

.PHONY: lint
lint: tools web/dist/index.html ## gofmt, vet, staticcheck, tsc, generated code is current
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$unformatted" || { echo "gofmt: $$unformatted"; exit 1; }
	$(GO) vet -pgo=off ./...
	$(GO) tool staticcheck ./...
	@$(call protoc,.cache) && diff -I "^//.*protoc" .cache/stream/suhev1/suhe.pb.go stream/suhev1/suhe.pb.go || { echo "proto: make proto"; exit 1; }
	cd web && npm run check

.PHONY: fmt
fmt: ## format the Go code
	gofmt -w $$(git ls-files '*.go')

.PHONY: bench
bench: build ## the benchmarks behind docs/performance.md
	$(GO) test -run '^$$' -bench . -benchmem ./...
	$(BIN) bench tiles
	$(BIN) bench load
	$(BIN) bench stream
	$(BIN) bench query

.PHONY: pgo
pgo: ## renew the profile that the program is built with
	$(GO) test -run '^$$' -bench Fresh -benchtime 3s -cpuprofile cmd/suhe/default.pgo -o /dev/null ./internal/bench

.PHONY: proto
proto: ## renew the Go code of the stream's messages (wants protoc)
	$(call protoc,.)

.PHONY: sbom
sbom: ## bills of materials (CycloneDX) in bin/sbom-*.json
	@./.ci/sbom

.PHONY: vulns
vulns: ## known vulnerabilities of what is reachable; fails if they cannot be asked for
	@./.ci/vulns

.PHONY: fuzz
fuzz: ## every fuzz target for ten seconds
	@for package in $$($(GO) list ./...); do \
	  for target in $$($(GO) test -list '^Fuzz' $$package | grep '^Fuzz'); do \
	    $(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime 10s $$package || exit 1; \
	  done; \
	done
