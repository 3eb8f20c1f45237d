# ra: registration authority for a certificate service hall. See README.md.
# make run | check | lint | asan | bench | deps | install | clean
PREFIX ?= /usr/local
DESTDIR ?=
B ?= build
O := $(B)/o
CC ?= cc

PKGS := libcrypto libssl sqlite3 libcurl jansson libconfig libutf8proc libmicrohttpd p11-kit-1 libqrencode libjpeg ncursesw
WARN := -Wall -Wextra -Wpedantic -Wshadow -Wformat=2 -Wvla -Wundef -Wstrict-prototypes \
	-Wmissing-prototypes -Wwrite-strings -Werror
HARD := -O2 -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
MODE ?= $(HARD)
ASAN := -O1 -fsanitize=address,undefined -fno-omit-frame-pointer -fPIE
# chafa's headers are not C17 by the letter: taken as the system's
CHAFA := $(subst -I,-isystem ,$(shell pkg-config --cflags chafa 2>/dev/null))
# ncursesw.pc lowers _XOPEN_SOURCE to 600
CFLAGS += -std=c17 -g $(MODE) $(WARN) -I. -I$(B) $(shell pkg-config --cflags $(PKGS) 2>/dev/null) $(CHAFA) -U_XOPEN_SOURCE \
	-D_GNU_SOURCE -D_XOPEN_SOURCE=700
LDFLAGS += -pie -Wl,-z,relro,-z,now,--as-needed $(filter -fsanitize%,$(MODE))
LDLIBS += $(shell pkg-config --libs $(PKGS) chafa 2>/dev/null) -lhpdf -lm -lpthread -ldl

SRC := $(wildcard forms/*.c db/*.c printing/*.c ra/*.c)
OBJ := $(SRC:%.c=$(O)/%.o)
TUI := $(filter-out $(O)/tui/main.o,$(patsubst %.c,$(O)/%.o,$(wildcard tui/*.c tui/commands/*.c tui/screens/*.c)))
AUTH := $(patsubst %.c,$(O)/%.o,$(wildcard ra/authority/*.c))
TESTS := $(patsubst tests/%.c,$(B)/tests/%,$(wildcard tests/test_*.c))
DATA := $(O)/forms/schemes.gen.o $(O)/forms/zh.gen.o $(O)/db/schema.gen.o

# set-up first, so that the two commands of the README work on a fresh machine
run: deps
	@$(MAKE) --no-print-directory -j$(shell nproc) all $(B)/tests/credit-code
	@sh tests/demo.sh $(B) var
check: deps
	@$(MAKE) --no-print-directory -j$(shell nproc) tests
	@sh tests/check.sh $(B)
deps:
	@sh tests/deps.sh
all: $(B)/ra $(B)/ra-ca

# the embedded files: schemes, migrations and the Chinese catalogue become one byte table each
$(O)/forms/zh.gen.c: tests/embed.sh forms/zh.po
	@mkdir -p $(@D)
	msgfmt --check-format --check-domain --endianness=little --no-hash -o $(O)/forms/zh.mo forms/zh.po
	sh tests/embed.sh catalogues $(O)/forms/zh.mo > $@.tmp && mv $@.tmp $@
$(O)/forms/schemes.gen.c: tests/embed.sh $(wildcard forms/schemes/*.cfg)
	@mkdir -p $(@D)
	sh tests/embed.sh scheme_files $(sort $(wildcard forms/schemes/*.cfg)) > $@.tmp && mv $@.tmp $@
$(O)/db/schema.gen.c: tests/embed.sh $(wildcard db/schema/*.sql)
	@mkdir -p $(@D)
	sh tests/embed.sh schema_files $(sort $(wildcard db/schema/[0-9]*.sql)) > $@.tmp && mv $@.tmp $@
$(O)/%.gen.o: $(O)/%.gen.c
	$(CC) $(CFLAGS) -c $< -o $@
$(O)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -MMD -MP -c $< -o $@

# only real members: an archive is made anew so that a deleted file is gone
$(B)/libra.a: $(OBJ) $(DATA)
	@rm -f $@
	$(AR) rcs $@ $^
$(B)/ra: $(O)/tui/main.o $(TUI) $(B)/libra.a
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)
$(B)/ra-ca: $(AUTH) $(B)/libra.a
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

-include tests/tests.mk
-include $(shell find $(B) -name '*.d' 2>/dev/null)

clean:
	rm -rf $(B) build-asan
install: all
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(B)/ra $(B)/ra-ca $(DESTDIR)$(PREFIX)/bin
asan: deps
	@$(MAKE) --no-print-directory -j$(shell nproc) tests B=build-asan MODE='$(ASAN)'
	@UBSAN_OPTIONS=halt_on_error=1:exitcode=86:print_stacktrace=1 RA_RANDOM_SECONDS=60 sh tests/check.sh build-asan
lint:
	@sh tests/deps.sh lint
	@$(MAKE) --no-print-directory -j$(shell nproc) $(O)/forms/schemes.gen.c $(O)/forms/zh.gen.c $(O)/db/schema.gen.c
	@sh tests/lint.sh
bench: deps
	@$(MAKE) --no-print-directory -j$(shell nproc) all $(B)/tests/bench $(B)/tests/bench_print
	@$(B)/tests/bench_print
	@$(B)/tests/bench
.PHONY: all run check deps install asan lint bench clean
