package twin

import (
	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
)

// move applies one fix and returns its result.
func (w *World) move(f *Fix, seq uint64) string {
	t := w.writer.named(w.stock, f.Asset)
	if t == nil || t.Asset.Kind != assets.Mover {
		return ResultUnknownDevice
	}
	if field, _, _ := f.Wrong(); field != "" {
		return ResultMalformed
	}
	if !plausibleTimes(f.PhenomenonTime, f.ReceivedTime) {
		return ResultFuture
	}
	k := w.writer.watch(t.Asset.FID)
	result := k.hear(f, w.motion(t.Asset.Class))
	if result == ResultLate || result == ResultRepeat {
		return result
	}
	k.clock = w.writer.clock.of(f.ReceivedTime)
	if result != ResultApplied && t.State.Communication == Online {
		return result // heard, and nothing to show for it
	}
	t = w.writer.draft(w.stock, t)
	t.Changed.Epoch, t.Changed.Obs = w.at.Epoch, seq
	if result == ResultApplied {
		kept := *f
		kept.Asset = t.Asset.ID // the message's bytes are not kept alive for a name
		is := t.Live.follow(kept)
		w.situate(w.stock, is, t.Asset.Class)
		t.moveTo(is)
	}
	return result
}

// hear judges a fix and remembers that it came.
func (k *watch) hear(f *Fix, m assets.Motion) string {
	var before moves
	if k.moves != nil {
		before = *k.moves
	}
	next, result := before.belief.Next(*f, m)
	if result == ResultLate || result == ResultRepeat {
		return result
	}
	k.moves = &moves{next, max(before.heard, f.ReceivedTime)}
	return result
}

func (w *World) motion(class string) assets.Motion {
	if w.options.Motion == nil {
		return assets.Motion{}
	}
	m, _ := w.options.Motion(class)
	return m
}

// situate says where in the district a fix is that is not yet published.
func (w *World) situate(s *stock, is *Live, class string) {
	p := is.Point()
	if w.options.Locate != nil {
		is.Location = w.options.Locate(p)
	}
	if snap := w.motion(class).Snap; snap > 0 {
		is.Snapped, is.OnBank = w.writer.snap(s, p, snap)
	}
}

// maxPaths bounds the paths that are kept ready.
const maxPaths = 256

// snap finds the foot of p on the nearest bank line, if that is within limit. A
// bank that is edited in the same batch counts from the next one on.
func (w *writer) snap(s *stock, p orb.Point, limit geo.Metres) (foot orb.Point, ok bool) {
	for _, hit := range s.layers[assets.Bank].index.Nearest(nil, p, 8, limit) {
		path := w.path(s.things.get(hit.Key).Asset)
		if path == nil {
			continue
		}
		if at := path.Locate(p); at.Offset <= limit {
			limit, ok = at.Offset, true
			at.Offset = 0
			foot = path.At(at)
		}
	}
	return foot, ok
}

// path is the way along a bank; nil if its geometry is no single line.
func (w *writer) path(bank *assets.Asset) *geo.River {
	if path, ok := w.paths[bank]; ok {
		return path
	}
	if len(w.paths) == maxPaths {
		clear(w.paths) // edited banks and all
	}
	var path *geo.River
	if line, ok := bank.Shape.Geometry.Plane.(orb.LineString); ok {
		path, _ = geo.NewRiver(line) // nil if it has no length
	}
	w.paths[bank] = path
	return path
}
