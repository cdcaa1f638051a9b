package twin

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"suhe/assets"
	"suhe/geo"
)

// Reports is what one message of OBS carries, each kind in the order of the message.
type Reports struct {
	Observations []Observation
	Fixes        []Fix
	Findings     []Finding
}

// AppendFixes appends the message of OBS that carries the fixes: a JSON array of
// {"a":asset,"x":lon,"y":lat,"h":heading,"s":speed,"c":accuracy,
// "t":phenomenonTime,"r":receivedTime}, times in Unix milliseconds, -1 for what
// was not told. Elements of AppendObservations may stand in the same array. A
// number that JSON cannot say is an error that names the asset; dst comes back
// as it was.
func AppendFixes(dst []byte, fixes []Fix) ([]byte, error) {
	return appendArray(dst, fixes, appendFix)
}

// AppendFindings appends the message of OBS that carries the findings, as
// AppendFixes does: {"k":hook,"i":id,"a":camera,"p":class,"v":confidence,"x":lon,
// "y":lat,"b":box,"u":picture,"t":phenomenonTime,"r":receivedTime}; b and u may
// be missing.
func AppendFindings(dst []byte, findings []Finding) ([]byte, error) {
	return appendArray(dst, findings, appendFinding)
}

func appendFinding(dst []byte, f *Finding) ([]byte, error) {
	for _, v := range append(f.Box[:], f.Confidence, f.Lon, f.Lat) {
		if !finite(v) {
			return dst, fmt.Errorf("finding %q of %q: %v is not finite", f.ID, f.Hook, v)
		}
	}
	w := wireReport{K: &f.Hook, I: &f.ID, A: &f.Camera, P: &f.Class, V: &f.Confidence, X: &f.Lon, Y: &f.Lat,
		U: f.Picture, T: &f.PhenomenonTime, R: &f.ReceivedTime}
	if f.Box != [4]float64{} {
		w.B = &f.Box
	}
	data, err := json.Marshal(w)
	if err != nil {
		return dst, err
	}
	return append(dst, data...), nil
}

// appendArray appends a JSON array; after an error dst comes back as it was.
func appendArray[T any](dst []byte, items []T, add func([]byte, *T) ([]byte, error)) ([]byte, error) {
	was := len(dst)
	dst = append(dst, '[')
	for i := range items {
		if i > 0 {
			dst = append(dst, ',')
		}
		var err error
		if dst, err = add(dst, &items[i]); err != nil {
			return dst[:was], err
		}
	}
	return append(dst, ']'), nil
}

func appendFix(dst []byte, f *Fix) ([]byte, error) {
	dst = appendString(append(dst, `{"a":`...), string(f.Asset))
	for _, v := range [...]struct {
		key   string
		value float64
	}{{`,"x":`, f.Lon}, {`,"y":`, f.Lat}, {`,"h":`, float64(f.Heading)}, {`,"s":`, f.Speed}, {`,"c":`, float64(f.Accuracy)}} {
		if !finite(v.value) {
			return dst, fmt.Errorf("fix of %q: %s %v is not finite", f.Asset, v.key[2:3], v.value)
		}
		dst = strconv.AppendFloat(append(dst, v.key...), v.value, 'g', -1, 64)
	}
	dst = strconv.AppendInt(append(dst, `,"t":`...), f.PhenomenonTime, 10)
	dst = strconv.AppendInt(append(dst, `,"r":`...), f.ReceivedTime, 10)
	return append(dst, '}'), nil
}

// DecodeReports reads a message of OBS. It takes any JSON of the right shape,
// and is fast with what the Append functions write. A message longer than
// MaxMessage, or with a field missing, is an error.
func DecodeReports(data []byte) (Reports, error) {
	if len(data) > MaxMessage {
		return Reports{}, fmt.Errorf("reports: %d bytes, want at most %d", len(data), MaxMessage)
	}
	if r, ok := scanReports(string(data)); ok {
		return r, nil
	}
	return readReports(data)
}

// wireReport is any report as JSON; nil is missing. One with k is a finding, else
// one with x a fix.
type wireReport struct {
	K *string      `json:"k,omitempty"`
	I *string      `json:"i,omitempty"`
	A *assets.ID   `json:"a,omitempty"`
	P *string      `json:"p,omitempty"`
	V *float64     `json:"v,omitempty"`
	X *float64     `json:"x,omitempty"`
	Y *float64     `json:"y,omitempty"`
	H *geo.Degrees `json:"h,omitempty"`
	S *float64     `json:"s,omitempty"`
	C *geo.Metres  `json:"c,omitempty"`
	B *[4]float64  `json:"b,omitempty"`
	U string       `json:"u,omitempty"`
	T *int64       `json:"t,omitempty"`
	R *int64       `json:"r,omitempty"`
}

// readReports is the slow way, one element after the other so that a long list
// of nothing ends at its first element.
func readReports(data []byte) (out Reports, err error) {
	d := json.NewDecoder(bytes.NewReader(data))
	if t, err := d.Token(); err != nil || t != json.Delim('[') {
		return Reports{}, errors.Join(errors.New("reports: want an array"), err)
	}
	for i := 0; d.More(); i++ {
		var w wireReport
		if err := d.Decode(&w); err != nil {
			return Reports{}, fmt.Errorf("reports: [%d]: %w", i, err)
		}
		if err := out.add(&w); err != nil {
			return Reports{}, fmt.Errorf("reports: [%d]: %w", i, err)
		}
	}
	if _, err := d.Token(); err != nil {
		return Reports{}, fmt.Errorf("reports: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return Reports{}, errors.New("reports: more behind the array")
	}
	return out, nil
}

func (r *Reports) add(w *wireReport) error {
	switch {
	case w.K != nil:
		return r.addFinding(w)
	case w.X != nil:
		return r.addFix(w)
	}
	if w.A == nil || w.P == nil || w.V == nil || w.T == nil || w.R == nil {
		return errors.New("want a, p, v, t and r, or a, x, y, t and r")
	}
	r.Observations = append(r.Observations, Observation{*w.A, *w.P, *w.V, *w.T, *w.R})
	return nil
}

func (r *Reports) addFix(w *wireReport) error {
	if w.A == nil || w.Y == nil || w.T == nil || w.R == nil {
		return errors.New("want a, x, y, t and r")
	}
	f := Fix{Asset: *w.A, PhenomenonTime: *w.T, ReceivedTime: *w.R, Lon: *w.X, Lat: *w.Y,
		Heading: NotTold, Speed: NotTold, Accuracy: NotTold}
	if w.H != nil {
		f.Heading = *w.H
	}
	if w.S != nil {
		f.Speed = *w.S
	}
	if w.C != nil {
		f.Accuracy = *w.C
	}
	r.Fixes = append(r.Fixes, f)
	return nil
}

func (r *Reports) addFinding(w *wireReport) error {
	if w.I == nil || w.A == nil || w.P == nil || w.V == nil || w.X == nil || w.Y == nil || w.T == nil || w.R == nil {
		return errors.New("want k, i, a, p, v, x, y, t and r")
	}
	f := Finding{Hook: *w.K, ID: *w.I, Camera: *w.A, Class: *w.P, Confidence: *w.V,
		PhenomenonTime: *w.T, ReceivedTime: *w.R, Lon: *w.X, Lat: *w.Y, Picture: w.U}
	if w.B != nil {
		f.Box = *w.B
	}
	r.Findings = append(r.Findings, f)
	return nil
}
