package assets

import "slices"

// redactable are the fields of an asset beside its properties that can be hidden
// from somebody: how to tell that there is one, and how to take it from another.
var redactable = []struct {
	name string
	has  func(a *Asset) bool
	take func(a, from *Asset)
}{
	{"name", func(a *Asset) bool { return a.Name != "" }, func(a, from *Asset) { a.Name = from.Name }},
	{"owner", func(a *Asset) bool { return a.Owner != "" }, func(a, from *Asset) { a.Owner = from.Owner }},
	{"revision", func(*Asset) bool { return false }, func(a, from *Asset) {
		a.Revision.At, a.Revision.By, a.Revision.Why = from.Revision.At, from.Revision.By, from.Revision.Why
	}},
	{"gbId", func(a *Asset) bool { return a.Camera != nil && a.Camera.GBID != "" }, func(a, from *Asset) {
		if a.Camera != nil {
			a.Camera.GBID = camera(from).GBID
		}
	}},
	{"mountedOn", func(a *Asset) bool { return a.Sensor != nil && a.Sensor.MountedOn != "" }, func(a, from *Asset) {
		if a.Sensor != nil {
			a.Sensor.MountedOn = sensor(from).MountedOn
		}
	}},
	{"reportInterval", func(a *Asset) bool { return a.Sensor != nil && a.Sensor.ReportInterval != 0 }, func(a, from *Asset) {
		if a.Sensor != nil {
			a.Sensor.ReportInterval = sensor(from).ReportInterval
		}
	}},
}

func camera(a *Asset) CameraSpec {
	if a.Camera == nil {
		return CameraSpec{}
	}
	return *a.Camera
}

func sensor(a *Asset) SensorSpec {
	if a.Sensor == nil {
		return SensorSpec{}
	}
	return *a.Sensor
}

// own is a copy of a whose specifications are its own too.
func (a *Asset) own() *Asset {
	c := *a
	if a.Camera != nil {
		spec := *a.Camera
		c.Camera = &spec
	}
	if a.Sensor != nil {
		spec := *a.Sensor
		c.Sensor = &spec
	}
	return &c
}

// Redacted is a copy of the asset without the fields that are not shown.
func (a *Asset) Redacted(shows func(field string) bool) *Asset {
	out := a.own()
	for _, f := range redactable {
		if !shows(f.name) {
			f.take(out, &Asset{})
		}
	}
	out.Properties = slices.DeleteFunc(slices.Clone(a.Properties), func(p Property) bool { return !shows(p.Key) })
	return out
}

// Unshown names the fields of the asset that are not shown, in order of their kind:
// what somebody would set who cannot see it. What the registry itself sets is not
// among them.
func (a *Asset) Unshown(shows func(field string) bool) (names []string) {
	for _, f := range redactable {
		if !shows(f.name) && f.has(a) {
			names = append(names, f.name)
		}
	}
	for _, p := range a.Properties {
		if !shows(p.Key) {
			names = append(names, p.Key)
		}
	}
	return names
}

// Keeping is a copy of the asset in which the fields that are not shown are those
// of was: so somebody may replace a document of which he sees a part.
func (a *Asset) Keeping(was *Asset, shows func(field string) bool) *Asset {
	out := a.own()
	for _, f := range redactable {
		if !shows(f.name) {
			f.take(out, was)
		}
	}
	for _, p := range was.Properties {
		if !shows(p.Key) {
			out.Properties = out.Properties.With(p.Key, p.Value)
		}
	}
	return out
}
