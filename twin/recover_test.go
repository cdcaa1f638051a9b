package twin

import (
	"errors"
	"testing"
)

func TestRecover(t *testing.T) {
	for _, c := range []struct {
		name                          string
		published, saved, events, obs uint64
		want                          Position
	}{
		{"all new", 0, 0, 0, 0, Position{1, 0, 0}},
		{"as it should be", 5, 7, 5, 9, Position{1, 9, 5}},
		{"EVENTS is ahead", 5, 0, 7, 0, Position{1, 0, 7}},
		{"EVENTS lost its tail", 5, 7, 4, 9, Position{2, 9, 5}},
		{"EVENTS is lost", 5, 7, 0, 9, Position{2, 9, 5}},
		{"OBS is lost", 5, 7, 5, 0, Position{2, 7, 5}},
		{"both are lost", 5, 7, 0, 0, Position{2, 7, 5}},
	} {
		t.Run(c.name, func(t *testing.T) {
			o, s, events, obs := newOutbox(), newShelf(), newMemory(), newMemory()
			o.published, s.saved = c.published, c.saved
			for range c.events {
				events.Append(t.Context(), "", nil)
			}
			for range c.obs {
				obs.Append(t.Context(), "", nil)
			}
			got, err := Recover(t.Context(), o, s, events, obs)
			if err != nil || got != c.want {
				t.Errorf("got %+v, %v; want %+v", got, err, c.want)
			}
			if _, last, _ := events.Bounds(t.Context()); last != c.want.Events {
				t.Errorf("EVENTS ends at %d, want %d", last, c.want.Events)
			}
			if _, last, _ := obs.Bounds(t.Context()); last != c.want.Obs {
				t.Errorf("OBS ends at %d, want %d", last, c.want.Obs)
			}
			if epoch, _ := o.Epoch(t.Context()); epoch != c.want.Epoch {
				t.Errorf("epoch %d, want %d", epoch, c.want.Epoch)
			}
			if again, err := Recover(t.Context(), o, s, events, obs); err != nil || again != c.want {
				t.Errorf("again: %+v, %v", again, err)
			}
		})
	}
}

func TestRecoverTellsOfFailure(t *testing.T) {
	s := newShelf()
	s.fail = errors.New("down")
	if _, err := Recover(t.Context(), newOutbox(), s, newMemory(), newMemory()); !errors.Is(err, s.fail) {
		t.Errorf("got %v", err)
	}
}
