package account

import (
	"net/http"
	"strings"

	"suhe/assets"
	"suhe/internal/access"
)

// Machines are devices and gateways, which say who they are by a name and a token,
// at the broker and by HTTP alike. Whether they are registered nobody asks here:
// what comes from a device that is not is refused where it is taken.
type Machines struct{ Devices access.Devices }

var _ Credential = Machines{}

// GatewayUser stands before a gateway's id in its name. No device's id has a slash.
const GatewayUser = "gateway/"

// Known is the device or the gateway of that name; false: the token is not its.
func (m Machines) Known(user, token string) (access.Principal, bool) {
	name, gateway := strings.CutPrefix(user, GatewayUser)
	id, err := assets.ParseID(name)
	switch {
	case err != nil:
		return access.Principal{}, false
	case gateway:
		return access.GatewayPrincipal(id), m.Devices.CheckGateway(id, token)
	}
	return access.DevicePrincipal(id), m.Devices.Check(id, token)
}

// Who takes name and token from Authorization: Basic (RFC 7617).
func (m Machines) Who(r *http.Request) (who access.Principal, presented bool, err error) {
	if _, basic := Authorization(r, "Basic"); !basic {
		return who, false, nil
	}
	user, token, ok := r.BasicAuth()
	if ok {
		who, ok = m.Known(user, token)
	}
	if !ok {
		return access.Principal{}, true, access.ErrUnauthenticated
	}
	return who, true, nil
}
