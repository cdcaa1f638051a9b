package twin

import "suhe/assets"

// Device says whether the thing talks to us: a camera, a sensor or a mover.
func (t *Thing) Device() bool {
	return t.Asset.Kind == assets.Camera || t.Asset.Kind == assets.Sensor || t.Asset.Kind == assets.Mover
}

// reports says whether the world hears of the asset in OBS.
func reports(a *assets.Asset) bool { return a.Sensor != nil || a.Kind == assets.Mover }

// Summary is the thing's state in one word, for tiles, legends and colours:
// the first that applies of retired, maintenance, fault, offline, invalid,
// stuck, stale, normal and unknown. A thing that is no device is normal unless
// it is retired, in maintenance or faulty, or of an alarm or incident the state that
// its marker tells. A device of which nothing was ever
// heard, or nothing since nobody listened, is unknown.
func (t *Thing) Summary() string {
	if t.marks() {
		return t.status()
	}
	s := t.State
	switch {
	case s.Service != Normal && s.Service != "":
		return string(s.Service)
	case !t.Device():
		return string(Normal)
	case s.Communication == Offline:
		return string(Offline)
	case s.Data == Invalid, s.Data == Stuck, s.Data == Stale:
		return string(s.Data)
	case s.Communication == Online:
		return string(Normal)
	}
	return string(Unknown)
}

// Summaries returns every word that Summary may return of what the registry holds, in
// its order.
func Summaries() []string {
	return []string{string(Retired), string(Maintenance), string(Fault), string(Offline),
		string(Invalid), string(Stuck), string(Stale), string(Normal), string(Unknown)}
}

// service reads what is meant of the asset: retired by its lifecycle,
// maintenance or fault by its property "service", else normal.
func service(a *assets.Asset) Service {
	if a.Lifecycle == assets.Retired {
		return Retired
	}
	for _, p := range a.Properties {
		if p.Key != "service" {
			continue
		}
		switch p.Value {
		case string(Maintenance):
			return Maintenance
		case string(Fault):
			return Fault
		}
	}
	return Normal
}
