package api

import (
	"context"
	"net/http"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/internal/format"
	"suhe/twin/incident"
)

// incidentColumns are those of the file of incidents, in their order.
var incidentColumns = []format.Field{
	{Name: "title"}, {Name: "class"}, {Name: "class_name"}, {Name: "state"}, {Name: "severity", Type: format.Integer}, {Name: "channel"}, {Name: "area"}, {Name: "address"},
	{Name: "begun", Type: format.Time}, {Name: "filed", Type: format.Time}, {Name: "closed", Type: format.Time}, {Name: "unit"}, {Name: "person"}, {Name: "level"},
	{Name: "supervised", Type: format.Bool}, {Name: "sources", Type: format.Integer}, {Name: "reworks", Type: format.Integer}, {Name: "satisfaction", Type: format.Integer},
}

// exportIncidents answers with all incidents that are asked for as CSV, newest first. It
// tells what a list does, and how the incident went; nothing of who reported it.
func (s *server) exportIncidents(w http.ResponseWriter, r *http.Request, who access.Principal, ask *incidentAsk) error {
	head := format.Head{Name: "incidents", Fields: incidentColumns, Form: format.FormXY}
	return s.exportTable(w, r, who, head, func(ctx context.Context, out format.Writer) error {
		classes := s.Incidents.Tables().Classes
		for before, more := assets.FID(0), true; more; {
			page, left, err := s.readIncidents(ctx, who, ask, before, casesAtOnce)
			if err != nil {
				return err
			}
			for i := range page {
				if err := out.Write(incidentLine(&page[i].Is, classes)); err != nil {
					return err
				}
				before = page[i].Marker.FID
			}
			more = left
		}
		return nil
	})
}

func incidentLine(in *incident.Incident, classes *incident.Classes) *format.Feature {
	name := ""
	if c, err := classes.Class(in.What.Class); err == nil {
		name = c.Name // one that the table no longer has stands as its code
	}
	return &format.Feature{ID: string(in.ID), Geometry: geo.Solid{Plane: orb.Point(in.What.Place)}, Values: []any{
		in.What.Title, in.What.Class, name, string(in.State), in.What.Severity, string(in.Channel()), in.What.Area, in.What.Address,
		timeCell(in.Tally.Begun), timeCell(in.Tally.Filed), timeCell(in.Tally.Closed), in.Task.Unit, in.Task.Person, string(in.Task.Level),
		in.Task.Supervised != "", len(in.Sources), in.Tally.Reworks, countCell(in.Tally.Satisfaction),
	}}
}

// timeCell is a time as a value of a file, in Shanghai's; nil if there is none.
func timeCell(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.In(shanghai)
}

// countCell is a number as a value of a file; nil for 0, which says that there is none.
func countCell(n int) any {
	if n == 0 {
		return nil
	}
	return n
}
