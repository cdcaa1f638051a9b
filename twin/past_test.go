package twin

import (
	"context"
	"errors"
	"testing"
	"time"

	"suhe/internal/bus"
)

func TestReadEvents(t *testing.T) {
	events := newMemory()
	for i := range 10 {
		data, _ := EncodeEvent(Event{Seq: uint64(i + 1), Type: AssetRemoved})
		events.Append(t.Context(), "", data)
	}
	tests := []struct {
		name        string
		after, last uint64
		n           int
		want        uint64 // of them, one after the other
	}{
		{"all", 0, 10, 100, 10},
		{"some", 3, 10, 4, 4},
		{"the last", 9, 10, 4, 1},
		{"none", 10, 10, 4, 0},
		{"beyond the last", 12, 10, 4, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := ReadEvents(t.Context(), events, test.after, test.last, test.n)
			if err != nil || uint64(len(got)) != test.want {
				t.Fatalf("%d events, %v", len(got), err)
			}
			for i, e := range got {
				if e.Seq != test.after+uint64(i)+1 {
					t.Errorf("event %d is %d", i, e.Seq)
				}
			}
		})
	}
	events.drop(3)
	if _, err := ReadEvents(t.Context(), events, 0, 10, 5); !errors.Is(err, bus.ErrGap) {
		t.Errorf("what is gone: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := ReadEvents(ctx, events, 9, 12, 5); err == nil {
		t.Error("what has not come yet was waited for and came")
	}
}
