Q        := $(if $(V),,@)
CPPFLAGS += -Igateway -I. -D_GNU_SOURCE $(shell pkg-config --cflags $(PKGS))
WARN     := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wformat=2 \
  -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wundef -Wpointer-arith \
  -Wcast-qual -Wcast-align=strict -Wwrite-strings -Wvla -Walloca -Wimplicit-fallthrough=5 \
  -Wnull-dereference -Wduplicated-cond -Wduplicated-branches -Wlogical-op -Wjump-misses-init \
  -Wdouble-promotion -Wredundant-decls -Wdate-time $(if $(WERROR),-Werror)
HARDEN   := -fstack-protector-strong -fstack-clash-protection -fcf-protection=full \
  -ftrivial-auto-var-init=zero -fno-strict-aliasing -fno-common -fPIE -fvisibility=hidden
LDHARDEN := -pie -Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code,--as-needed
CFLAGS   ?= -O2 -g
ifneq ($(SAN),)
override CFLAGS += -O1 -fno-omit-frame-pointer -fsanitize=$(SAN) -fno-sanitize-recover=all
else ifneq ($(COV),)
override CFLAGS += -O0 --coverage
else
override CFLAGS += -D_FORTIFY_SOURCE=3
endif
override CFLAGS  += -std=c17 $(WARN) $(HARDEN) '-ffile-prefix-map=$(CURDIR)=.'
override LDFLAGS += $(LDHARDEN)
LDLIBS   += $(shell pkg-config --libs $(PKGS)) -lpthread
