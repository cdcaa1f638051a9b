package api

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/internal/cap"
	"suhe/twin/alarm"
)

// capWarning takes a warning of somebody outside: it is an alarm in its time. One that
// cancels or replaces others withdraws those.
func (s *server) capWarning(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	if err := everywhere(who); err != nil {
		return err
	}
	r.Body = http.MaxBytesReader(w, r.Body, cap.MaxBytes)
	body, err := readBody(r)
	if err != nil {
		return err
	}
	a, err := cap.Read(body)
	if err != nil {
		return err
	}
	out := struct {
		Name      string   `json:"name,omitempty"` // of the warning that is in force; absent: none is
		Withdrawn []string `json:"withdrawn"`
	}{Withdrawn: []string{}}
	doc, err := s.warningOf(a)
	if err != nil {
		return err
	}
	if a.MsgType != cap.New {
		if out.Withdrawn, err = s.withdraw(r.Context(), a); err != nil {
			return err
		}
	}
	if doc != nil {
		out.Name = warningName(a.Sender, a.Identifier)
		if _, err := s.Library.Put(r.Context(), alarm.WarningKind, out.Name, assets.AnyRev, doc); err != nil {
			return err
		}
	}
	answerUnkept(w, http.StatusOK, out)
	return nil
}

// warningName is what a warning is kept as: names of senders may be long.
func warningName(sender, identifier string) string {
	sum := sha256.Sum256([]byte(sender + "," + identifier))
	return "cap-" + hex.EncodeToString(sum[:8])
}

// withdraw removes the warnings that the message refers to: sender,identifier,sent of
// each, with spaces between. Those that are not here are nobody's fault.
func (s *server) withdraw(ctx context.Context, a *cap.Alert) (names []string, err error) {
	names = []string{}
	for reference := range strings.FieldsSeq(a.References) {
		parts := strings.Split(reference, ",")
		if len(parts) != 3 || parts[0] != a.Sender {
			return names, fmt.Errorf("%w: references: %.80q, want sender,identifier,sent of the same sender", assets.ErrInvalid, reference)
		}
		name := warningName(parts[0], parts[1])
		err := s.Library.Remove(ctx, alarm.WarningKind, name, assets.AnyRev)
		if errors.Is(err, assets.ErrNotFound) {
			continue
		}
		if err != nil {
			return names, err
		}
		names = append(names, name)
	}
	return names, nil
}

// Of a warning that does not say when it is over.
const usualWarning = 24 * time.Hour

// warningOf is the document of the warning that the message brings; nil if it brings
// none: it cancels, or is for those alone who test their lines.
func (s *server) warningOf(a *cap.Alert) (json.RawMessage, error) {
	if a.MsgType != cap.New && a.MsgType != cap.Update || a.Status != cap.Actual && a.Status != cap.Exercise {
		return nil, nil
	}
	if len(a.Info) == 0 {
		return nil, fmt.Errorf("%w: info: none, want what is warned of", assets.ErrInvalid)
	}
	zh, en := inLanguage(a.Info, "zh"), inLanguage(a.Info, "en")
	place, where, err := s.placeOf(zh.Area)
	if err != nil {
		return nil, err
	}
	from := a.Sent.Time
	for _, t := range []*cap.Time{zh.Effective, zh.Onset} {
		if t != nil {
			from = t.Time
		}
	}
	until := from.Add(usualWarning)
	if zh.Expires != nil {
		until = zh.Expires.Time
	}
	doc := alarm.Warning{Sender: a.Sender, Identifier: a.Identifier, Title: headline(a, zh), TitleEn: headline(a, en), Text: zh.Description,
		Severity: uint8(zh.Severity.Level()), From: from.UTC(), Until: until.UTC(), Place: place, Where: where}
	return json.Marshal(doc)
}

// inLanguage is what is told in the language, or else first.
func inLanguage(all []cap.Info, language string) *cap.Info {
	for i := range all {
		if strings.HasPrefix(strings.ToLower(all[i].Language), language) {
			return &all[i]
		}
	}
	return &all[0]
}

// headline is the title of a warning; that of an exercise says so.
func headline(a *cap.Alert, i *cap.Info) string {
	text := cmp.Or(i.Headline, i.Event)
	if a.Status == cap.Exercise {
		text = "【演练 Exercise】" + text
	}
	return text
}

// placeOf is the middle of where a warning holds, by the first area that has a place:
// a polygon, a circle, or the code of an area of ours.
func (s *server) placeOf(areas []cap.Area) (place [2]float64, where string, err error) {
	for _, a := range areas {
		for _, p := range a.Polygon {
			return geo.Anchor(orb.Polygon{orb.Ring(p)}), a.Desc, nil
		}
		for _, c := range a.Circle {
			return c.Middle, a.Desc, nil
		}
		for _, code := range a.Geocode {
			if _, b, ok := s.Registry.Area(code.Value); ok {
				return b.Center(), a.Desc, nil
			}
		}
	}
	return place, "", fmt.Errorf("%w: info.area: no place, want a polygon, a circle or the code of one of our areas", assets.ErrInvalid)
}

// capFeed lists the alarms that are open and that the caller sees, as an Atom feed
// (RFC 4287) of CAP documents.
func (s *server) capFeed(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	type link struct {
		Href string `xml:"href,attr"`
		Type string `xml:"type,attr"`
	}
	type entry struct {
		ID      string `xml:"id"`
		Title   string `xml:"title"`
		Updated string `xml:"updated"`
		Link    link   `xml:"link"`
	}
	type feed struct {
		XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
		ID      string   `xml:"id"`
		Title   string   `xml:"title"`
		Author  string   `xml:"author>name"`
		Updated string   `xml:"updated"`
		Entries []entry  `xml:"entry"`
	}
	open, _, err := s.openAlarms(r.Context(), who, &alarmAsk{}, 0, casesAtOnce)
	if err != nil {
		return err
	}
	f := feed{ID: "urn:suhe:cap", Title: "苏河告警 Suhe alarms", Author: capSender, Updated: time.Now().In(shanghai).Format(time.RFC3339)}
	for _, h := range open {
		f.Entries = append(f.Entries, entry{ID: "urn:suhe:cap:" + string(h.Is.ID), Title: h.Is.Title, Updated: h.At.In(shanghai).Format(time.RFC3339),
			Link: link{"/v1/cap/" + url.PathEscape(string(h.Is.ID)), cap.MediaType}})
	}
	return answerXML(w, "application/atom+xml; charset=utf-8", f)
}

func answerXML(w http.ResponseWriter, kind string, v any) error {
	data, err := xml.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "no-store")
	_, _ = fmt.Fprintf(w, "%s%s\n", xml.Header, data) // the client is gone
	return nil
}

// capSender is who our warnings are from.
const capSender = "suhe"

// capAlarm answers with an alarm as a CAP document.
func (s *server) capAlarm(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	h, err := s.seenAlarm(r, who)
	if err != nil {
		return err
	}
	data, err := cap.Write(capOf(h))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", cap.MediaType)
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(data) // the client is gone
	return nil
}

// capRadius is how far around an alarm its warning holds, in kilometres.
const capRadius = 0.2

// capOf is the alarm as a warning. Each revision is a message of its own, which refers
// to the first.
func capOf(h *heldAlarm) *cap.Alert {
	a := &h.Is
	out := &cap.Alert{Identifier: fmt.Sprintf("%s-%d", a.ID, h.Rev), Sender: capSender, Sent: cap.At(h.At), Status: cap.Actual, MsgType: cap.New, Scope: cap.Restricted,
		Restrict: "who sees the alarm in Suhe", Incidents: string(a.Incident)}
	if h.Rev > 1 {
		out.MsgType = cap.Update
		out.References = fmt.Sprintf("%s,%s-1,%s", capSender, a.ID, cap.At(a.Raised).Format("2006-01-02T15:04:05-07:00"))
	}
	if !h.Open || a.False != nil {
		out.MsgType = cap.Cancel
	}
	certainty := cap.Likely
	if a.Confirmed != nil {
		certainty = cap.Observed
	}
	onset := cap.At(a.Raised)
	area := cap.Area{Desc: cmp.Or(a.Area, "苏州河 Suzhou Creek"), Circle: []cap.Circle{{Middle: orb.Point{a.Lon, a.Lat}, Radius: capRadius}}}
	if a.Area != "" {
		area.Geocode = []cap.Parameter{{Name: "area", Value: a.Area}}
	}
	for _, in := range []struct{ language, title string }{{"zh-CN", a.Title}, {"en-US", a.TitleEn}} {
		out.Info = append(out.Info, cap.Info{Language: in.language, Category: []cap.Category{capCategory(a.Cause)}, Event: in.title, Urgency: cap.Immediate,
			Severity: cap.SeverityOf(int(a.Severity)), Certainty: certainty, Onset: &onset, Headline: in.title, SenderName: "Suhe",
			Parameter: []cap.Parameter{{Name: "rule", Value: a.Rule}, {Name: "cause", Value: a.Cause}}, Area: []cap.Area{area}})
	}
	return out
}

// capCategory is of what kind a cause is, as CAP has it.
func capCategory(cause string) cap.Category {
	word, _, _ := strings.Cut(cause, "-")
	switch word {
	case "flood", "low", "rain", "wind":
		return "Met"
	case "water", "air", "noise":
		return "Env"
	case "fire":
		return "Fire"
	case "device":
		return "Infra"
	}
	return "Safety"
}
