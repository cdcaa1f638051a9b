package incident

import (
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin"
)

// marker is how the map shows the incident, and by what a scope judges it. It tells
// nothing of persons.
func (d *Desk) marker(in *Incident, now time.Time) *assets.Asset {
	p := orb.Point(in.What.Place)
	props := map[string]any{
		twin.MarkerState:    string(in.State),
		twin.MarkerSeverity: in.What.Severity,
		"channel":           string(in.Channel()),
		"level":             string(in.Task.Level),
		"sources":           len(in.Sources),
	}
	if in.What.Address != "" {
		props["address"] = in.What.Address // by which search finds it
	}
	if in.Task.Unit != "" {
		props["unit"] = in.Task.Unit
	}
	if in.Task.Supervised != "" {
		props["supervised"] = true
	}
	if r, runs := d.o.Tables.Calendar.Worst(in, now); runs {
		props[twin.MarkerLight] = r.Colour.Light()
		props["step"], props["due"] = string(r.Step), r.Due.Format(time.RFC3339)
	}
	m := &assets.Asset{
		ID: in.ID, Kind: assets.Incident, Class: in.What.Class, Name: in.What.Title, Lifecycle: assets.InUse,
		Shape:       assets.Shape{Geometry: geo.Solid{Plane: p}},
		Location:    d.o.Locate(p),
		Sensitivity: assets.Internal,
	}
	m.Location.Area = in.What.Area                // as it was when it began: a new outline moves no incident
	m.Properties, _ = assets.NewProperties(props) // of words and numbers
	return m
}
