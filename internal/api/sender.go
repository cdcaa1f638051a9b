package api

import (
	"suhe/assets"
	"suhe/internal/access"
	"suhe/stream/ingest"
)

// sender says for which devices who asks may send: a device for itself, a gateway
// for those of its mappings, people and keys for those of their kinds and areas: to
// say where a patrol is one need not be allowed to see it. Of a device that is not
// there the intake says so by itself.
func (s *server) sender(who access.Principal) ingest.Sender {
	if self, ok := who.Device(); ok {
		return func(device assets.ID) bool { return device == self }
	}
	if gateway, ok := who.Gateway(); ok {
		return func(device assets.ID) bool { return s.Intake.Speaks(gateway, device) }
	}
	return func(device assets.ID) bool {
		thing := s.Live.World.ByID(device)
		return thing == nil || who.Scope.Reaches(thing.Asset)
	}
}
