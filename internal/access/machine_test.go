package access_test

import (
	"testing"

	"suhe/assets"
	"suhe/internal/access"
)

func TestMachines(t *testing.T) {
	for _, c := range []struct {
		who             access.Principal
		device, gateway assets.ID
	}{
		{access.DevicePrincipal("wl-1"), "wl-1", ""},
		{access.GatewayPrincipal("gw-1"), "", "gw-1"},
		{access.Principal{ID: "wl-1"}, "", ""},
	} {
		device, is := c.who.Device()
		if is != (c.device != "") || is && device != c.device {
			t.Errorf("%s is device %q", c.who.ID, device)
		}
		gateway, is := c.who.Gateway()
		if is != (c.gateway != "") || is && gateway != c.gateway {
			t.Errorf("%s is gateway %q", c.who.ID, gateway)
		}
	}
	device := access.DevicePrincipal("wl-1").Scope
	if !device.May(access.Observe) || device.May(access.View) || device.Sees(asset(assets.Water, "water.creek", "", 0)) {
		t.Error("a device may more than send")
	}
}
