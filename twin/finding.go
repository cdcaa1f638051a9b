package twin

import (
	"fmt"
	"math"

	"suhe/assets"
)

// Finding is what an algorithm found in the picture of a camera.
type Finding struct {
	Hook           string     // by whom it was sent
	ID             string     // unique among those of the hook
	Camera         assets.ID  //
	Class          string     // code in the table of findings
	Confidence     float64    // [0,1]
	PhenomenonTime int64      // when the picture was taken, Unix milliseconds
	ReceivedTime   int64      // when we got it, Unix milliseconds
	Lon, Lat       float64    // degrees WGS84: of what was found, else of the camera
	Box            [4]float64 // x, y, width, height as shares of the picture, from its upper left; zero: not told
	Picture        string     // https address, only for those who may see evidence; or empty
}

// KeptFinding is a finding of the log with its place there.
type KeptFinding struct {
	Finding
	Seq uint64 // OBS sequence of the message that carried it
}

// FindingKey is the place of a finding in history: by time, hook and id.
type FindingKey struct {
	Time     int64 // PhenomenonTime
	Hook, ID string
}

// Key is the finding's place in history.
func (f *Finding) Key() FindingKey { return FindingKey{f.PhenomenonTime, f.Hook, f.ID} }

// Wrong names what of the finding cannot be, or is empty. Of names, times and the
// picture's address it says nothing.
func (f *Finding) Wrong() string {
	within := func(v, low, high float64) bool { return v >= low && v <= high }
	switch {
	case !within(f.Confidence, 0, 1):
		return fmt.Sprintf("confidence: %v, want [0,1]", f.Confidence)
	case !within(f.Lon, -180, 180):
		return fmt.Sprintf("lon: %v, want [-180,180]", f.Lon)
	case !within(f.Lat, -90, 90):
		return fmt.Sprintf("lat: %v, want [-90,90]", f.Lat)
	case f.Box == [4]float64{}:
		return ""
	}
	x, y, w, h := f.Box[0], f.Box[1], f.Box[2], f.Box[3]
	if !within(x, 0, 1) || !within(y, 0, 1) || !(w > 0 && h > 0) || !within(x+w, 0, 1+1e-9) || !within(y+h, 0, 1+1e-9) {
		return fmt.Sprintf("bbox: %v, want [x,y,width,height] as shares of the picture", f.Box)
	}
	return ""
}

func (f *Finding) plausible() bool {
	return f.Hook != "" && f.ID != "" && f.Wrong() == "" && plausibleTimes(f.PhenomenonTime, f.ReceivedTime)
}

// find applies one finding and returns its result. All that are new go to the
// sinks, the newest of a camera to its thing.
func (w *World) find(f *Finding, seq uint64) string {
	t := w.writer.named(w.stock, f.Camera)
	switch {
	case t == nil || t.Asset.Kind != assets.Camera:
		return ResultUnknownDevice
	case f.Hook == "" || f.ID == "" || f.Wrong() != "":
		return ResultMalformed
	case !plausibleTimes(f.PhenomenonTime, f.ReceivedTime):
		return ResultFuture
	case !w.writer.news(FindingKey{Hook: f.Hook, ID: f.ID}):
		return ResultRepeat
	}
	w.writer.findings = append(w.writer.findings, KeptFinding{*f, seq})
	if t.Finding != nil && t.Finding.PhenomenonTime >= f.PhenomenonTime {
		return ResultLate
	}
	t = w.writer.draft(w.stock, t)
	kept := *f
	t.Finding = &kept
	t.Changed.Epoch, t.Changed.Obs = w.at.Epoch, seq
	return ResultApplied
}

// findingsKnown is how many findings the writer knows again.
const findingsKnown = 1 << 14

// news says whether the finding is not among the last that came.
func (w *writer) news(k FindingKey) bool {
	if _, known := w.known[k]; known {
		return false
	}
	w.known[k] = struct{}{}
	if len(w.knownOrder) < findingsKnown {
		w.knownOrder = append(w.knownOrder, k)
		return true
	}
	delete(w.known, w.knownOrder[w.knownNext])
	w.knownOrder[w.knownNext] = k
	w.knownNext = (w.knownNext + 1) % findingsKnown
	return true
}

// finite says whether JSON can say it.
func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
