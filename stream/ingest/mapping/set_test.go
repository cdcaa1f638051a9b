package mapping

import (
	"testing"

	"suhe/assets"
)

func TestForWhichDevicesAGatewaySpeaks(t *testing.T) {
	const values = `"values":[{"from":"/v","phenomenon":"water_level"}]}`
	set := new(Set)
	for name, text := range map[string]string{
		"table":    `{"gateways":["gw-1","gw-2"],"topic":"a","device":{"from":"/sn","ids":{"A":"wl-1","B":"wl-2"}},` + values,
		"template": `{"gateways":["gw-1"],"topic":"b","device":{"from":"/sn","template":"yl-{}-x"},` + values,
		"one":      `{"gateways":["gw-3"],"topic":"a","device":{"is":"wl-3"},` + values,
		"posted":   `{"http":true,"device":{"is":"wl-4"},` + values,
	} {
		m := must(t, text)
		m.Name = name
		var err error
		if set, err = set.with(m); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		gateway, device string
		want            bool
	}{
		{"gw-1", "wl-1", true}, {"gw-2", "wl-2", true}, {"gw-2", "yl-7-x", false}, {"gw-1", "yl-7-x", true},
		{"gw-1", "yl--x", false}, {"gw-1", "yl-x", false}, {"gw-1", "yl-7", false}, {"gw-1", "A", false},
		{"gw-3", "wl-3", true}, {"gw-3", "wl-1", false}, {"gw-1", "wl-4", false}, {"", "wl-4", false}, {"gw-3", "", false},
	} {
		if got := set.Speaks(assets.ID(c.gateway), assets.ID(c.device)); got != c.want {
			t.Errorf("%s for %s: %v, want %v", c.gateway, c.device, got, c.want)
		}
	}
}
