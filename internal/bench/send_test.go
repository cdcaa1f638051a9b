package bench

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"suhe/assets"
)

// A batch is what the door takes, and no sensor reports twice for one time.
func TestBatches(t *testing.T) {
	b := batch{sensors: sensorsOf(7)}
	seen := map[assets.ID]time.Time{}
	for range 5 {
		var body struct {
			Observations []struct {
				ID     assets.ID
				Time   time.Time
				Values map[string]float64
			}
		}
		if err := json.Unmarshal(b.next(), &body); err != nil {
			t.Fatal(err)
		}
		if len(body.Observations) != batchSize {
			t.Fatalf("%d readings, want %d", len(body.Observations), batchSize)
		}
		for _, o := range body.Observations {
			if v, ok := o.Values[level.Phenomenon]; !ok || v < 1 || v > 4 {
				t.Errorf("%s reports %v", o.ID, o.Values)
			}
			if !o.Time.After(seen[o.ID]) {
				t.Errorf("%s reports for %v after %v", o.ID, o.Time, seen[o.ID])
			}
			seen[o.ID] = o.Time
		}
	}
	if len(seen) != 7 {
		t.Errorf("%d sensors report, want 7", len(seen))
	}
}

func TestSendRefuses(t *testing.T) {
	for name, o := range map[string]SendOptions{
		"no sensor":       {Way: "http", All: 5, Span: time.Second},
		"more than all":   {Way: "http", All: 5, Sensors: 6, Span: time.Second},
		"no time":         {Way: "http", All: 5, Sensors: 5},
		"a negative rate": {Way: "http", All: 5, Sensors: 5, Span: time.Second, Rate: -1},
		"another way":     {Way: "post", All: 5, Sensors: 5, Span: time.Second},
	} {
		if _, err := Send(t.Context(), o); !errors.Is(err, assets.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
