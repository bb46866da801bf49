// What each gradient in C is behind, as variant.ts is for TypeScript. A `tuned.c` includes this and defines `prepare`, which
// takes inputs and makes gradient and scratch, and `run`, which computes loss and gradient and returns the loss.
//
// Sizes, parameters and data come through stdin, each by its name: 16 bytes of it, padded by zeros, then how many values
// there are, then the values, all as doubles of this machine. The program writes text: the loss and the fields of the
// gradient, each a line of a name and values; or, with the arguments `time <warm-up, ms> <batch, ms> <batches>`, the CPU
// time of one call in ms.

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static void prepare(void);
static double run(void);

typedef struct {
  char name[16];
  size_t length;
  double *values;
} Field;

enum { MAX_FIELDS = 32 };
static Field inputs[MAX_FIELDS], gradients[MAX_FIELDS];
static int inputCount, gradientCount;

static void fail(const char *message, const char *about) {
  fprintf(stderr, "%s: %s\n", message, about);
  exit(1);
}

static void *zerosOf(size_t bytes) {
  size_t rounded = (bytes + 63) / 64 * 64;
  void *memory = aligned_alloc(64, rounded);
  if (memory == NULL) fail("out of memory", "zeros");
  return memset(memory, 0, rounded);
}

/** An array for scratch. */
static inline double *zeros(size_t length) { return zerosOf(length * sizeof(double)); }

static const Field *input(const char *name) {
  for (int i = 0; i < inputCount; i++) {
    if (strncmp(inputs[i].name, name, sizeof inputs[i].name) == 0) return &inputs[i];
  }
  fail("no such input", name);
  return NULL;
}

static inline const double *reals(const char *name) { return input(name)->values; }

static inline double real(const char *name) { return *reals(name); }

static inline int size(const char *name) { return (int)real(name); }

static inline const int *ints(const char *name) {
  const Field *field = input(name);
  int *values = zerosOf(field->length * sizeof(int));
  for (size_t i = 0; i < field->length; i++) values[i] = (int)field->values[i];
  return values;
}

/** A field of the gradient, which is printed. */
static inline double *gradient(const char *name, size_t length) {
  if (gradientCount == MAX_FIELDS) fail("too many fields", name);
  Field *field = &gradients[gradientCount++];
  strncpy(field->name, name, sizeof field->name - 1);
  field->length = length;
  return field->values = zeros(length);
}

static void readInputs(void) {
  Field field;
  double length;
  while (fread(field.name, sizeof field.name, 1, stdin) == 1) {
    if (inputCount == MAX_FIELDS) fail("too many inputs", field.name);
    if (fread(&length, sizeof length, 1, stdin) != 1) fail("inputs end early", field.name);
    field.length = (size_t)length;
    field.values = zeros(field.length);
    if (fread(field.values, sizeof(double), field.length, stdin) != field.length) fail("inputs end early", field.name);
    inputs[inputCount++] = field;
  }
}

static void printField(const char *name, const double *values, size_t length) {
  fputs(name, stdout);
  for (size_t i = 0; i < length; i++) printf(" %.17g", values[i]);
  putchar('\n');
}

static double cpuTime(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_utime.tv_sec * 1e3 + usage.ru_utime.tv_usec / 1e3;
}

/** The compiler shall not look through it into `run`. */
static double (*volatile call)(void) = run;

static double batchOf(long calls) {
  double returned = 0;
  double start = cpuTime();
  for (long i = 0; i < calls; i++) returned += call();
  double time = cpuTime() - start;
  if (isnan(returned)) fail("a call returned NaN", "run");
  return time;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/** As `timeCalls` of harness.mjs does it. */
static double timeCalls(double warmUp, double batch, int batches) {
  double warm = cpuTime() + warmUp;
  while (cpuTime() < warm) batchOf(1);
  long calls = 1;
  while (batchOf(calls) < batch) calls *= 2;
  double times[batches];
  for (int i = 0; i < batches; i++) times[i] = batchOf(calls) / calls;
  qsort(times, batches, sizeof *times, ascending);
  return 0.5 * (times[(batches - 1) / 2] + times[batches / 2]);
}

int main(int argc, char **argv) {
  readInputs();
  prepare();
  if (argc == 5 && strcmp(argv[1], "time") == 0) {
    printf("%.17g\n", timeCalls(atof(argv[2]), atof(argv[3]), atoi(argv[4])));
    return 0;
  }
  // The second call finds what the first left in scratch arrays and in the gradient.
  run();
  double loss = run();
  printField("loss", &loss, 1);
  for (int i = 0; i < gradientCount; i++) printField(gradients[i].name, gradients[i].values, gradients[i].length);
  return 0;
}
