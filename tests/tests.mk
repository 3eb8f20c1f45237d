# tests: one program per tests/test_*.c, linked with the house and with tests/support.c
TESTLIBS := $(shell pkg-config --libs cmocka 2>/dev/null)
$(B)/tests/test_%: $(O)/tests/test_%.o $(O)/tests/support.o $(TUI) $(B)/libra.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS) $(TESTLIBS)
tests: all $(TESTS)
.PHONY: tests
.SECONDARY:
$(B)/tests/credit-code: $(O)/tests/credit-code.o $(B)/libra.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)
