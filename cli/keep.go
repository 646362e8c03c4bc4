package cli

import (
	"fmt"
	"os"
	"os/signal"
	"sync"

	"golive/publish"
)

// obey saves the replay buffer and begins chapters of the recording when signals ask for it, until end is called.
func obey(t *terminal, b *publish.Broadcast) (end func()) {
	save, mark := signals()
	if save == nil {
		return func() {}
	}
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, save, mark)
	var obeying sync.WaitGroup
	obeying.Go(func() {
		chapters := 0
		for s := range asked {
			if s == save {
				saveReplay(t, b)
				continue
			}
			chapters++
			b.MarkChapter(fmt.Sprintf("Chapter %d", chapters))
		}
	})
	return func() {
		signal.Stop(asked)
		close(asked)
		obeying.Wait()
	}
}

func saveReplay(t *terminal, b *publish.Broadcast) {
	path, err := b.SaveReplay()
	if err != nil {
		t.log.Error("the replay is not saved", "error", err)
		return
	}
	t.log.Info("the replay is saved", "file", path)
}
