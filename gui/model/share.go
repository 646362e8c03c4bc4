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

// Protect lets only those watch who have a link from Invite, or everybody again who knows the address. It can change
// while live; who watches stays. It is not kept for the next run.
func (m *Model) Protect(on bool) {
	if m.world.Companion == nil {
		return
	}
	m.done.Go(func() {
		m.controlling.Lock()
		defer m.controlling.Unlock()
		if err := m.world.Companion.Protect(on); err != nil {
			m.Report(err)
		}
		m.changed()
	})
}

// Invite returns a link to the watch page that works for who has it: once, or for a month. "" when there is no page.
func (m *Model) Invite(once bool) string {
	if m.world.Companion == nil {
		return ""
	}
	return m.world.Companion.InviteURL(once)
}
