package publish

import (
	"errors"
	"testing"

	"golive/capture"
)

// What the computer plays is captured; played again, it would come back louder each time.
func TestComputerSoundIsNotPlayedAgain(t *testing.T) {
	s := &soundInput{sources: []soundSource{{spec: "desktop"}, {spec: "mic", input: -1}}, mixer: capture.NewMixer(capture.NewClock(), discard)}
	t.Cleanup(s.close)
	if err := s.setMonitored(0, true); !errors.Is(err, ErrHowl) {
		t.Errorf("the desktop: %v", err)
	}
	if err := s.setMonitored(0, false); err != nil {
		t.Errorf("silencing it: %v", err)
	}
	if err := s.setMonitored(1, true); err != nil {
		t.Errorf("a microphone that is missing: %v", err)
	}
}
