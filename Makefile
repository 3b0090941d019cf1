# make run    builds what changed, starts Hookbeam, prints the dashboard's address with a one-time login
# make test   all tests and checks, also in a real browser; CI runs it. Independent stages run in parallel
# make test-services  the tests that need other servers, such as a message queue
# make check  the quick checks and tests, for use while you work
# make build  bin/hookbeam, one stripped static binary
# make release  what is published, in dist: archives for all platforms, images, checksums and lists of components
# make image  the container image alone, in dist, without a container engine
# make fuzz   searches for input that breaks a parser, for longer than in a test
# make mutants  breaks the program on purpose with each patch of scripts/mutants, and requires that a test fails
# make bench  measures speed, relative to yardsticks that are measured in the same run
# make bench-against  compares the speed with that of another commit: BASE=33ed6df
# make dev    serves the dashboard with hot reload, and rebuilds templates
# make generate  the generated files that are committed
# make packages  the npm package for shops: bin/packages/hookbeam-react-….tgz
# make clean  removes what the other targets created

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:
.NOTPARALLEL:
.DEFAULT_GOAL := build

VERSION    ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
# TEST_LIMIT ends a package whose tests hang. A machine that does much beside may take ten times as long as a quiet one.
TEST_LIMIT ?= 30m
FUZZ_TIME  ?= 30s
ARGS       ?=
BASE       ?= 33ed6df

# What make release makes: for which platforms, in which folder, and signed with which minisign key (none: unsigned).
PLATFORMS  := linux-amd64 linux-arm64 darwin-amd64 darwin-arm64 windows-amd64 windows-arm64
RELEASE    := dist
MINISIGN_KEY_FILE ?=
# The time of all files of a release: that of its commit, so that it does not depend on when the release is made.
SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || echo 0)

TEMPL         := go tool -modfile=tools/go.mod templ
CYCLONEDX     := go tool -modfile=tools/go.mod cyclonedx-gomod
LINT_VERSION  := 2.15.0
GOLANGCI_LINT := bin/tools/golangci-lint-$(LINT_VERSION)
STAMPS        := bin/stamps
PACKAGES      := node_modules/.package-lock.json
UI            := ui/dist/.vite/manifest.json

# Folders are listed as well as files, so that a removed file counts as a change.
GO_SOURCES := $(wildcard *.go) go.mod go.sum $(wildcard tools/dns/*) $(shell find server web \
	-not -path '*/testdata*' -not -name '*_test.go' -not -name '*_templ.go' \( -type d -o -type f \))
UI_SOURCES := $(wildcard ui/*.ts ui/*.json ui/*.html) web/tokens.css package.json \
	$(shell find ui/src ui/embed ui/scripts ui/public -not -name '*.test.*' 2>/dev/null)

.PHONY: run build packages dev generate stale clean system-packages
.PHONY: release release-folder release-tools image checksums test-release
.PHONY: test check lint vulnerabilities test-go test-trust test-sdks test-go-quick test-ui test-packages test-browser
.PHONY: binary-size test-services fuzz mutants bench bench-against

## Running and building

run: bin/hookbeam
	@exec bin/hookbeam serve $(ARGS)

build: bin/hookbeam

bin/hookbeam: $(GO_SOURCES) $(UI) $(STAMPS)/templ
	CGO_ENABLED=0 go build -buildvcs=false -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o $@ .

# The texts of the dashboard are compressed once, here: the binary has only their gzip form.
$(UI): $(UI_SOURCES) $(PACKAGES) tools/compress/main.go
	npm run --silent build
	cd tools && go run ./compress ../ui/dist
	@touch $@

$(PACKAGES): package.json package-lock.json $(wildcard .npmrc)
	npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

$(STAMPS)/templ: $(wildcard web/*.templ) tools/go.mod
	$(TEMPL) generate
	@mkdir -p $(@D) && touch $@

dev: $(PACKAGES)
	scripts/dev $(ARGS)

packages: $(PACKAGES)
	node ui/scripts/pack-react.mjs

## Releases

RELEASE_TOOL := bin/tools/release
IMAGE_TOOL   := bin/tools/image
IMAGES       := $(filter linux-%,$(PLATFORMS))
LICENSES     := bin/release/THIRD-PARTY-LICENSES.txt
ARCHIVES     := $(foreach p,$(PLATFORMS),$(RELEASE)/hookbeam-$(p)$(if $(filter windows-%,$(p)),.zip,.tar.gz))
LISTS        := $(PLATFORMS:%=$(RELEASE)/hookbeam-%.cdx.json)
.SECONDARY: $(PLATFORMS:%=bin/release/%/hookbeam)

# Two releases of one commit are the same byte for byte, wherever they are made. In each archive are the binary, the
# README and all licences.
release: release-folder $(ARCHIVES) $(LISTS) image checksums

release-folder:
	rm -rf $(RELEASE)/{hookbeam-*,checksums.txt*,compose.yaml,oci} bin/release

release-tools: $(UI) $(PACKAGES) $(STAMPS)/templ
	mkdir -p $(RELEASE) bin/release
	cp deploy/compose.yaml $(RELEASE)
	cd tools && go build -o ../$(RELEASE_TOOL) ./release && go build -o ../$(IMAGE_TOOL) ./image
	$(RELEASE_TOOL) licenses -out $(LICENSES)

bin/release/%/hookbeam: release-tools
	CGO_ENABLED=0 GOOS=$(word 1,$(subst -, ,$*)) GOARCH=$(word 2,$(subst -, ,$*)) GOAMD64=v1 GOARM64=v8.0 GOFLAGS= \
	go build -buildvcs=false -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o $@ .

$(RELEASE)/hookbeam-%.tar.gz: bin/release/%/hookbeam
	$(RELEASE_TOOL) archive -time $(SOURCE_DATE_EPOCH) -out $@ hookbeam=$< LICENSE README.md $(LICENSES)

$(RELEASE)/hookbeam-%.zip: bin/release/%/hookbeam
	$(RELEASE_TOOL) archive -time $(SOURCE_DATE_EPOCH) -out $@ hookbeam.exe=$< LICENSE README.md $(LICENSES)

$(RELEASE)/hookbeam-%.cdx.json: bin/release/%/hookbeam
	$(CYCLONEDX) bin -json -std -notimestamp -noserial -version $(VERSION) -output bin/release/$*/cdx.json $<
	$(RELEASE_TOOL) sbom -in bin/release/$*/cdx.json -time $(SOURCE_DATE_EPOCH) -out $@

# An OCI layout (folder and archive) with both architectures, and for each an archive that docker load reads. They are
# packed from the same binaries as the archives, so that nobody has to trust a base image.
image: $(IMAGES:%=bin/release/%/hookbeam)
	$(IMAGE_TOOL) -version '$(VERSION)' -time $(SOURCE_DATE_EPOCH) -zones "$$(go env GOROOT)/lib/time/zoneinfo.zip" \
	-out $(RELEASE) $(foreach p,$(IMAGES),$(p:linux-%=%)=bin/release/$(p)/hookbeam) LICENSE $(LICENSES)

checksums:
	$(RELEASE_TOOL) checksums -dir $(RELEASE)
	$(if $(MINISIGN_KEY_FILE),$(RELEASE_TOOL) sign -key '$(MINISIGN_KEY_FILE)' -time $(SOURCE_DATE_EPOCH) \
	$(RELEASE)/checksums.txt,@echo 'The checksums are not signed: MINISIGN_KEY_FILE is not set.')

## Generated files that are committed

generate: $(PACKAGES)
	$(TEMPL) generate
	@mkdir -p bin docs/api
	go run . openapi >bin/openapi.json
	mv bin/openapi.json docs/api/openapi.json
	npm run --silent openapi

stale: generate
	scripts/stale

## Checking

# Generated files and the binary are made first, because every lane reads them. After that the lanes are independent.
test: system-packages stale build binary-size packages $(GOLANGCI_LINT)
	@scripts/lanes "test-browser test-release" "lint vulnerabilities test-ui test-packages test-sdks test-go test-trust"
	@echo "All of it passed."

check: stale lint build binary-size test-ui test-go-quick
	@echo "The quick part passed; make test runs the rest."

lint: $(GOLANGCI_LINT) $(PACKAGES)
	@files=$$(gofmt -l *.go server web tools); [ -z "$$files" ] || { echo "gofmt: $$files"; exit 1; }
	go mod tidy -diff
	go vet ./...
	$(GOLANGCI_LINT) run
	cd tools && go vet -tags services ./... && ../$(GOLANGCI_LINT) run
	scripts/long-files
	scripts/wide-lines
	npm run --silent lint
	npm run --silent typecheck

binary-size: bin/hookbeam
	@scripts/binary-size bin/hookbeam

$(GOLANGCI_LINT):
	GOBIN='$(CURDIR)/bin/tools' go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v$(LINT_VERSION)
	mv bin/tools/golangci-lint $@

vulnerabilities:
	scripts/vulnerabilities

test-go:
	go test -race -timeout $(TEST_LIMIT) $$(go list ./... | grep -v /server/trust$$)

# The tests that attack and kill the real binary, which is built with the race detector too.
test-trust:
	go test -race -timeout $(TEST_LIMIT) ./server/trust

# Tests that need other servers have the build tag "services". Each prints a reason if its server is missing.
test-services: bin/hookbeam
	@scripts/services

# Makes the release twice and compares, tests what is in it, and builds for other systems.
test-release: $(UI) $(STAMPS)/templ
	scripts/try-release

# Compares verification with the senders' own libraries, in a separate Go module.
test-sdks:
	cd server/provider/sdks && go vet ./... && go test -timeout $(TEST_LIMIT) ./...

test-go-quick:
	go test -short ./...

# Fuzzing is random, so it is not part of make test, whose result should depend only on the change. Inputs that it finds
# become seeds of their fuzz test, and test-go runs all seeds.
fuzz:
	scripts/fuzz $(FUZZ_TIME)

# A test that cannot fail proves nothing. This takes long, and its result changes only with tests or promises, so it is
# run by hand.
mutants:
	scripts/mutants/run $(ARGS)

test-ui: $(PACKAGES) $(UI)
	npm run --silent test
	npm run --silent size

test-packages: packages
	node ui/scripts/try-react.mjs

test-browser: build $(PACKAGES)
	npm run --silent e2e

# Installs what a machine may lack besides Go and Node. The race detector needs a C compiler. The tests that need strace
# or minisign are skipped with a message without them.
system-packages:
	@command -v $$(go env CC) >/dev/null || scripts/apt-install gcc libc6-dev || \
		{ echo "go test -race needs a C compiler: install gcc or clang."; exit 1; }
	@command -v strace >/dev/null || scripts/apt-install strace || \
		echo "strace is not installed: the test that checks syncs will be skipped."
	@command -v minisign >/dev/null || scripts/apt-install minisign || \
		echo "minisign is not installed: signatures of releases will not be verified by it."
	@scripts/chromium --install

bench: bin/hookbeam
	go run ./server/bench -bin bin/hookbeam $(ARGS)

bench-against: bin/hookbeam bin/against/$(BASE)/bin/hookbeam
	go run ./server/bench -bin bin/hookbeam -against bin/against/$(BASE)/bin/hookbeam -rounds 12 $(ARGS)

bin/against/$(BASE)/bin/hookbeam:
	mkdir -p bin/against/$(BASE)
	git archive $(BASE) | tar -xf - -C bin/against/$(BASE)
	$(MAKE) -C bin/against/$(BASE) build VERSION=$(BASE)

clean:
	rm -rf bin dist ui/e2e/results
	find ui/dist -mindepth 1 -not -name .keep -delete
