/* Hyperscan or Vectorscan: all names as literals, block mode, then whole words, leftmost-longest.
 *
 *     cc -O2 hyperscan.c -lhs -o hyperscan && ./hyperscan names.txt text.txt
 *
 * Speaks as tools.py does: a line when ready, then for each line read one pass over the text and a line with its figures.
 * A word character is an ASCII letter, digit or underscore, or any character beyond ASCII but U+0080 to U+00BF and U+2000 to
 * U+203F: the signs of text in Latin script. */
#include <hs/hs.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct hit { size_t start, end; };
struct hits { struct hit *all; size_t n, room; const char *text; size_t length; const size_t *lengths; };

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static void fail(const char *what) {
    fprintf(stderr, "hyperscan: %s\n", what);
    exit(1);
}

static char *read_all(const char *path, size_t *length) {
    FILE *file = fopen(path, "rb");
    if (!file) fail(path);
    fseek(file, 0, SEEK_END);
    *length = ftell(file);
    rewind(file);
    char *text = malloc(*length + 1);
    if (!text || fread(text, 1, *length, file) != *length) fail(path);
    text[*length] = '\n';
    fclose(file);
    return text;
}

/* Whether the character that begins at `at` is one of a word. */
static int is_word(const char *at, size_t left) {
    unsigned char first = at[0];
    if (first < 0x80) return isalnum(first) || first == '_';
    return !(first == 0xC2 || (first == 0xE2 && left > 1 && (unsigned char)at[1] == 0x80));
}

static int is_word_before(const char *text, size_t end) {
    size_t start = end - 1;
    while (start > 0 && ((unsigned char)text[start] & 0xC0) == 0x80) start--;
    return is_word(text + start, end - start);
}

static int found(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *context) {
    (void)from; (void)flags;
    struct hits *hits = context;
    size_t end = to, start = end - hits->lengths[id];
    if (start > 0 && is_word_before(hits->text, start)) return 0;
    if (end < hits->length && is_word(hits->text + end, hits->length - end)) return 0;
    if (hits->n == hits->room) {
        hits->room = hits->room ? 2 * hits->room : 1024;
        hits->all = realloc(hits->all, hits->room * sizeof *hits->all);
        if (!hits->all) fail("no memory");
    }
    hits->all[hits->n++] = (struct hit){start, end};
    return 0;
}

static int by_place(const void *left, const void *right) {
    const struct hit *a = left, *b = right;
    if (a->start != b->start) return a->start < b->start ? -1 : 1;
    return a->end == b->end ? 0 : a->end > b->end ? -1 : 1;
}

static size_t leftmost_longest(struct hits *hits) {
    qsort(hits->all, hits->n, sizeof *hits->all, by_place);
    size_t kept = 0, last = 0;
    for (size_t i = 0; i < hits->n; i++)
        if (hits->all[i].start >= last) {
            last = hits->all[i].end;
            kept++;
        }
    return kept;
}

int main(int argc, char **argv) {
    if (argc != 3) fail("usage: hyperscan NAMES TEXT");
    size_t names_length, length, n = 0;
    char *names = read_all(argv[1], &names_length), *text = read_all(argv[2], &length);
    for (size_t i = 0; i < names_length; i++) n += names[i] == '\n';
    const char **literals = malloc(n * sizeof *literals);
    size_t *lengths = malloc(n * sizeof *lengths);
    unsigned *ids = malloc(n * sizeof *ids), *flags = calloc(n, sizeof *flags);
    if (!literals || !lengths || !ids || !flags) fail("no memory");
    char *name = names;
    for (size_t i = 0; i < n; i++) {
        char *end = memchr(name, '\n', names + names_length - name);
        literals[i] = name, lengths[i] = end - name, ids[i] = i;
        name = end + 1;
    }
    double start = now();
    hs_database_t *database;
    hs_compile_error_t *error;
    if (hs_compile_lit_multi(literals, flags, ids, lengths, n, HS_MODE_BLOCK, NULL, &database, &error) != HS_SUCCESS) fail(error->message);
    hs_scratch_t *scratch = NULL;
    if (hs_alloc_scratch(database, &scratch) != HS_SUCCESS) fail("no scratch space");
    printf("{\"build\": %.3f, \"bytes\": %zu}\n", now() - start, length);
    fflush(stdout);
    struct hits hits = {0};
    hits.lengths = lengths;
    for (char line[16]; fgets(line, sizeof line, stdin);) {
        size_t matches = 0;
        start = now();
        for (char *at = text; at < text + length;) {
            char *end = memchr(at, '\n', text + length + 1 - at);
            hits.n = 0, hits.text = at, hits.length = end - at;
            if (hs_scan(database, at, end - at, 0, scratch, found, &hits) != HS_SUCCESS) fail("the scan failed");
            matches += leftmost_longest(&hits);
            at = end + 1;
        }
        printf("{\"seconds\": %.6f, \"matches\": %zu}\n", now() - start, matches);
        fflush(stdout);
    }
}
