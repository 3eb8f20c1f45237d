# tests: one program per tests/test_*.c, linked with the house and with what they share
TESTLIBS := $(shell pkg-config --libs cmocka vterm 2>/dev/null)
# what they share: every file here that is no program
SHARED := $(patsubst %.c,$(O)/%.o,$(filter-out tests/test_%.c tests/bench%.c tests/credit-code.c tests/fill.c tests/p11shim.c tests/fullshim.c tests/killshim.c tests/clockshim.c,$(wildcard tests/*.c)))
$(B)/tests/test_%: $(O)/tests/test_%.o $(SHARED) $(TUI) $(B)/libra.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS) $(TESTLIBS)
tests: all $(TESTS)
.PHONY: tests
.SECONDARY:
$(B)/tests/credit-code: $(O)/tests/credit-code.o $(B)/libra.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)
$(B)/tests/p11shim.so: tests/p11shim.c
	@mkdir -p $(@D)
	$(CC) -std=c17 -g -O1 -fPIC -shared -D_GNU_SOURCE -I. $(shell pkg-config --cflags p11-kit-1 2>/dev/null) -o $@ $< -ldl
$(B)/tests/fullshim.so $(B)/tests/killshim.so $(B)/tests/clockshim.so: $(B)/tests/%.so: tests/%.c
	@mkdir -p $(@D)
	$(CC) -std=c17 -g -O1 -fPIC -shared -D_GNU_SOURCE -o $@ $< -ldl
SHIMS := $(patsubst %,$(B)/tests/%.so,p11shim fullshim killshim clockshim)
tests: $(SHIMS)
# a test that is built alone brings what it loads: without its shim it would go by the machine's own clock, disk and tokens
$(TESTS): | $(SHIMS)
# bench_print is a program of its own
$(B)/tests/bench: $(patsubst %.c,$(O)/%.o,$(filter-out tests/bench_print.c,$(wildcard tests/bench*.c))) $(SHARED) $(TUI) $(B)/libra.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS) $(TESTLIBS)
$(B)/tests/fill: $(O)/tests/fill.o $(O)/tests/million.o $(O)/tests/support.o $(B)/libra.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)
# cairo and pango are a peer to compare with where they are installed, never needed
CAIRO := $(shell pkg-config --exists pangocairo cairo-pdf 2>/dev/null && echo pangocairo cairo-pdf)
$(O)/tests/bench_print.o: CFLAGS += $(if $(CAIRO),-DHAVE_CAIRO $(subst -I,-isystem ,$(shell pkg-config --cflags $(CAIRO) 2>/dev/null)))
$(B)/tests/bench_print: $(O)/tests/bench_print.o $(O)/tests/specimen.o $(B)/libra.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS) $(if $(CAIRO),$(shell pkg-config --libs $(CAIRO)))
