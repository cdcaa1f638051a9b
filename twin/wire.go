package twin

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"suhe/assets"
	"suhe/internal/bus"
)

// MaxMessage bounds one message of the log, in bytes.
const MaxMessage = 1 << 20

// AppendObservations appends the message of OBS that carries the observations:
// a JSON array of {"a":asset,"p":phenomenon,"v":value,"t":phenomenonTime,
// "r":receivedTime}, times in Unix milliseconds. A value that JSON cannot say
// (NaN, infinite) is an error that names the asset; dst comes back as it was.
func AppendObservations(dst []byte, obs []Observation) ([]byte, error) {
	return appendArray(dst, obs, appendObservation)
}

func appendObservation(dst []byte, o *Observation) ([]byte, error) {
	if math.IsNaN(o.Value) || math.IsInf(o.Value, 0) {
		return dst, fmt.Errorf("observation of %q: %s: %v is not finite", o.Asset, o.Phenomenon, o.Value)
	}
	dst = appendString(append(dst, `{"a":`...), string(o.Asset))
	dst = appendString(append(dst, `,"p":`...), o.Phenomenon)
	dst = strconv.AppendFloat(append(dst, `,"v":`...), o.Value, 'g', -1, 64)
	dst = strconv.AppendInt(append(dst, `,"t":`...), o.PhenomenonTime, 10)
	dst = strconv.AppendInt(append(dst, `,"r":`...), o.ReceivedTime, 10)
	return append(dst, '}'), nil
}

func appendString(dst []byte, s string) []byte {
	for i := range len(s) {
		if !plain(s[i]) {
			quoted, _ := json.Marshal(s) // a string always can be
			return append(dst, quoted...)
		}
	}
	dst = append(dst, '"')
	dst = append(dst, s...)
	return append(dst, '"')
}

// plain says whether the byte stands for itself in a JSON string.
func plain(c byte) bool { return c >= ' ' && c < 0x7f && c != '"' && c != '\\' }

// wireEvent is an event as JSON, with what an asset's own JSON does not have: how
// sensitive the registry found it.
type wireEvent struct {
	Event
	Sensitivity *assets.Sensitivity `json:"sensitivity,omitempty"`
}

// EncodeEvent writes the message of EVENTS that carries e, as JSON.
func EncodeEvent(e Event) ([]byte, error) {
	w := wireEvent{Event: e}
	if e.Asset != nil {
		w.Sensitivity = &e.Asset.Sensitivity
	}
	data, err := json.Marshal(w)
	if err != nil {
		return nil, fmt.Errorf("event %d: %w", e.Seq, err)
	}
	return data, nil
}

// appendPut appends the message of an asset.put whose asset is JSON already.
func appendPut(dst []byte, e *Event, asset []byte) []byte {
	dst = strconv.AppendUint(append(dst, `{"seq":`...), e.Seq, 10)
	dst = e.Time.AppendFormat(append(dst, `,"time":"`...), time.RFC3339Nano)
	dst = appendString(append(dst, `","type":`...), e.Type)
	dst = strconv.AppendUint(append(dst, `,"fid":`...), uint64(e.FID), 10)
	dst = appendString(append(dst, `,"id":`...), string(e.ID))
	dst = append(append(dst, `,"asset":`...), asset...)
	dst = strconv.AppendUint(append(dst, `,"sensitivity":`...), uint64(e.Asset.Sensitivity), 10)
	return append(dst, '}')
}

// DecodeEvent reads a message of EVENTS. An event of a type that is not known
// is none of ours and passes; one that lacks what its type needs is an error. An
// asset of which it is not said how sensitive it is is as sensitive as can be, until
// the registry is read again.
func DecodeEvent(data []byte) (*Event, error) {
	e, err := DecodeUnnumbered(data)
	if err == nil && e.Seq == 0 {
		return nil, errors.New("event: seq is missing")
	}
	return e, err
}

// DecodeUnnumbered is DecodeEvent of one that waits to be published.
func DecodeUnnumbered(data []byte) (*Event, error) {
	if len(data) > maxEvent {
		return nil, fmt.Errorf("event: %d bytes, want at most %d", len(data), maxEvent)
	}
	var w wireEvent
	if err := json.Unmarshal(data, &w); err != nil {
		return nil, fmt.Errorf("event: %w", err)
	}
	e := &w.Event
	switch {
	case e.Type == AssetPut && e.Asset == nil:
		return nil, fmt.Errorf("event %d: asset is missing", e.Seq)
	case (e.Type == AssetPut || e.OfCase()) && (e.Asset.FID != e.FID || e.Asset.ID != e.ID):
		return nil, fmt.Errorf("event %d: of %d %q, but brings %d %q", e.Seq, e.FID, e.ID, e.Asset.FID, e.Asset.ID)
	}
	if e.Asset != nil {
		e.Asset.Sensitivity = assets.Personal
		if w.Sensitivity != nil {
			e.Asset.Sensitivity = min(*w.Sensitivity, assets.Personal)
		}
	}
	return e, nil
}

// maxEvent bounds one event, in bytes: it is what the bus carries.
const maxEvent = bus.MaxMessage

// eventFrame is more than an event has beside its asset, in bytes.
const eventFrame = 1 << 10
