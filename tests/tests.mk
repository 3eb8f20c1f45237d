# tests: one program per tests/test_*.c, linked with the house and with tests/support.c
TESTLIBS := $(shell pkg-config --libs cmocka 2>/dev/null)
$(B)/tests/test_%: $(B)/tests/test_%.o $(B)/tests/support.o $(TUI) $(B)/libra.a
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS) $(TESTLIBS)
tests: all $(TESTS)
.PHONY: tests
.SECONDARY:
