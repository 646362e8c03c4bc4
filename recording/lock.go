package recording

import "os"

// lock claims f until it is closed or its process ends, and fails when someone else has it. It tells a recording that is
// going on from one that a crash has left.
func lock(f *os.File) error { return lockFile(f) }
