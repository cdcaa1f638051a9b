package access

import (
	"strings"

	"suhe/assets"
)

// The beginnings of the ids of principals that are no people. No account's name
// has a colon.
const (
	devicePrefix  = "device:"
	gatewayPrefix = "gateway:"
)

// sends is what a device may. It sees nothing: whom it may speak for is no
// question of areas and kinds, see Principal.Device.
var sends = Grant{Actions: []Action{Observe}}.Compile(nil)

// DevicePrincipal is a device, which may send what it observes itself.
func DevicePrincipal(id assets.ID) Principal {
	return Principal{ID: devicePrefix + string(id), Name: string(id), Scope: sends}
}

// GatewayPrincipal is a gateway, which may send for the devices of its mappings.
func GatewayPrincipal(id assets.ID) Principal {
	return Principal{ID: gatewayPrefix + string(id), Name: string(id), Scope: sends}
}

// Device is the id of the device that asks; false: it is none.
func (p Principal) Device() (assets.ID, bool) { return p.machine(devicePrefix) }

// Gateway is the id of the gateway that asks; false: it is none.
func (p Principal) Gateway() (assets.ID, bool) { return p.machine(gatewayPrefix) }

func (p Principal) machine(prefix string) (assets.ID, bool) {
	id, ok := strings.CutPrefix(p.ID, prefix)
	return assets.ID(id), ok
}
