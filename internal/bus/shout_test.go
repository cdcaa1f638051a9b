package bus

import (
	"context"
	"fmt"
	"testing"
	"time"
)

func TestAShoutIsHeardByAllWhoHearIt(t *testing.T) {
	inEachWorld(t, func(t *testing.T, w world) {
		b := w.open(t)
		ctx, cancel := context.WithCancel(t.Context())
		heard := make(chan string, 100)
		done := make(chan error, 2)
		for _, subject := range []string{"here", "elsewhere"} {
			go func() { done <- b.Hear(ctx, subject, func(data []byte) { heard <- subject + " " + string(data) }) }()
		}
		// Who shouts before somebody hears is not heard: so again and again.
		got := map[string]bool{}
		for end := time.Now().Add(10 * time.Second); !got["here 1"] && time.Now().Before(end); {
			if err := b.Shout("here", []byte("1")); err != nil {
				t.Fatal(err)
			}
			select {
			case text := <-heard:
				got[text] = true
			case <-time.After(10 * time.Millisecond):
			}
		}
		if fmt.Sprint(got) != "map[here 1:true]" {
			t.Errorf("heard %v", got)
		}
		cancel()
		for range 2 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	})
}
