# strictmx: the everyday commands. Everything is built below build/; see CONTRIBUTING.md.
SHELL := /bin/bash
JOBS ?= $(shell n=$$(nproc); echo $$(( n < 2 ? 1 : n )))
PREFIX ?= /usr/local

.PHONY: help build run test tsan mtas demo lab soak faults fuzz bench bench-peers format install package setup \
  setup-test clean
help:
	@echo "make run      build strictmx and start it on 127.0.0.1:8461 (metrics: 127.0.0.1:8462)"
	@echo "make test     every test: units (plain and with sanitizers), house rules, network lab"
	@echo "make mtas     the network lab with Exim, Sendmail, OpenSMTPD and Haraka"
	@echo "make demo     attacks on mail in a network of this machine, without and with strictmx"
	@echo "make lab      a shell inside of that network, to look around"
	@echo "make soak     1,000 kills at random instants; no policy may be forgotten"
	@echo "make faults   some fifty faults of the surroundings and pairs of them; a line for each"
	@echo "make tsan     races between threads: unit tests, and the daemon under load of every kind"
	@echo "make fuzz     one fuzz target for long: T=sts_policy SECONDS=600 (docs/fuzzing.md)"
	@echo "make bench    speed of answers, beside a bare echo server, and of counting TLS results"
	@echo "make build    build/strictmx only"
	@echo "make install  into PREFIX ($(PREFIX))"
	@echo "make package  Debian packages, tried in a fresh Debian 12 (as root)"
	@echo "make format   clang-format all sources"

setup:
	@packaging/install-packages packaging/build.packages

setup-test: setup
	@packaging/install-packages packaging/lab-host.packages

build: setup
	@mkdir -p build
	@cmake --preset release >build/.release.log 2>&1 || { cat build/.release.log; exit 1; }
	@cmake --build build/release -j$(JOBS)

run: build
	build/strictmx serve

test: setup-test build
	@cmake --preset asan >build/.asan.log 2>&1 || { cat build/.asan.log; exit 1; }
	@cmake --build build/asan -j$(JOBS)
	ctest --test-dir build/asan -j$(JOBS) --output-on-failure
	ctest --test-dir build/release -j$(JOBS) --output-on-failure

tsan: setup-test build
	@cmake --preset tsan >build/.tsan.log 2>&1 || { cat build/.tsan.log; exit 1; }
	@cmake --build build/tsan -j$(JOBS)
	TSAN_OPTIONS=external_symbolizer_path=$$(command -v llvm-symbolizer) \
	  ctest --test-dir build/tsan --output-on-failure
	@tests/soak/race

mtas: setup-test build
	@tests/lab/run --only-others

demo: setup-test build
	@tests/lab/demo

lab: setup-test build
	@tests/lab/shell

soak: build
	@tests/soak/run --cycles 1000

faults: setup-test build
	@tests/faults/run

fuzz: setup
	@test -n "$(T)" || { echo "make fuzz T=TARGET [SECONDS=600]"; exit 2; }
	@mkdir -p build
	@cmake --preset fuzz >build/.fuzz.log 2>&1 || { cat build/.fuzz.log; exit 1; }
	@cmake --build build/fuzz -j$(JOBS) --target $(T)_fuzz
	@tests/fuzz/campaign --seconds $(or $(SECONDS),600) $(T)

bench: build
	@bench/run
	@bench/collect

bench-peers: build
	@bench/peers

format: setup
	@clang-format-19 -i $$(git ls-files '*.cc' '*.h')

install: build
	@cmake --install build/release --prefix $(PREFIX)
	@tools/manuals --strictmx build/strictmx --out build/manuals
	@install -d $(PREFIX)/share/man/man1 $(PREFIX)/share/man/man5 $(PREFIX)/share/man/man7 \
	  $(PREFIX)/share/bash-completion/completions $(PREFIX)/share/zsh/site-functions
	@for n in 1 5 7; do install -m 644 build/manuals/man/*.$$n $(PREFIX)/share/man/man$$n/; done
	@install -m 644 build/manuals/bash/strictmx $(PREFIX)/share/bash-completion/completions/
	@install -m 644 build/manuals/zsh/_strictmx $(PREFIX)/share/zsh/site-functions/

package: setup
	@packaging/test-package

clean:
	rm -rf build
