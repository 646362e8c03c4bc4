package answer_test

import (
	"errors"
	"testing"
	"time"

	"golive/internal/answer"
)

func TestWithin(t *testing.T) {
	free := func(int) { t.Error("an answer in time was freed") }
	if v, err := answer.Within(time.Minute, func() (int, error) { return 7, nil }, free); v != 7 || err != nil {
		t.Errorf("%d, %v", v, err)
	}
	refused := errors.New("no")
	if _, err := answer.Within(time.Minute, func() (int, error) { return 0, refused }, free); !errors.Is(err, refused) {
		t.Error(err)
	}
	asked, freed := make(chan struct{}), make(chan int)
	_, err := answer.Within(time.Millisecond, func() (int, error) { <-asked; return 9, nil }, func(v int) { freed <- v })
	if !errors.Is(err, answer.ErrNone) {
		t.Error(err)
	}
	close(asked)
	if v := <-freed; v != 9 {
		t.Errorf("freed %d", v)
	}
}
