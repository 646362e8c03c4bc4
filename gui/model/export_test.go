package model

// IndexOf is indexOf, for tests.
var IndexOf = indexOf

// Heed looks at how the broadcast is doing, at once.
func (m *Model) Heed() { m.heed() }

// Look looks for devices, soon.
func (m *Model) Look() { m.poke(m.look) }

// Flush saves what is edited, at once.
func (m *Model) Flush() { m.save() }

// AddTo adds a value to a series.
func AddTo(s *Series, v float64) { s.add(v) }
