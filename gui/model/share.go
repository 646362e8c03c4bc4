package model

// Share lets others on the network watch the page of this computer, or not any more. It is not kept for the next run, and
// cannot change while live: the server starts anew.
func (m *Model) Share(on bool) {
	m.mu.Lock()
	busy := m.busy()
	m.mu.Unlock()
	if busy || m.world.Companion == nil {
		return
	}
	m.done.Go(func() {
		m.controlling.Lock()
		defer m.controlling.Unlock()
		if err := m.world.Companion.Share(on); err != nil {
			m.Report(err)
		}
		m.changed()
	})
}
