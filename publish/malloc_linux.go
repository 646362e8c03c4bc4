package publish

/*
#include <malloc.h>

static void one_arena(void) {
#ifdef M_ARENA_MAX // of glibc
	mallopt(M_ARENA_MAX, 1);
#endif
}
*/
import "C"

import "os"

// oneArena has all threads take the memory of C from one place. glibc gives each a place of its own, up to eight for each
// processor; but Go runs C on any of its threads by turns, and what is freed in one place is of no use to the next. All of
// them together grow for many minutes before that ends. MALLOC_ARENA_MAX in the environment goes before it.
func oneArena() {
	if os.Getenv("MALLOC_ARENA_MAX") == "" {
		C.one_arena()
	}
}
