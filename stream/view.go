package stream

import (
	"encoding/json"
	"slices"
	"sync"

	"suhe/assets"
	"suhe/twin"
)

// objectsPerFrame bounds one frame.
const objectsPerFrame = 500

// view is one subscription: what is looked at, what the client holds, and what
// it has yet to be told. The session's goroutines change what it looks at; the
// hub only marks.
type view struct {
	id      string
	session *session
	canvas  canvas

	mu       sync.Mutex
	scope    scope
	told     twin.Position           // the client knows all of the view up to here
	held     map[assets.FID]struct{} // what the client has, or has been promised
	snapshot []assets.FID            // what the client has yet to get of its snapshot, in order
	fresh    bool                    // a snapshot frame is owed, if only to say that there is nothing
	dirty    map[assets.FID]struct{} // what changed since it was sent
	answer   bool                    // a delta frame is owed, if only to say that nothing changed
}

// newView makes a view that has nothing to tell yet.
func newView(id string, s *session, look scope) *view {
	v := &view{id: id, session: s, scope: look, dirty: make(map[assets.FID]struct{}), held: make(map[assets.FID]struct{})}
	v.canvas.view = v
	return v
}

// mark notes that the client may have to be told of the thing.
func (v *view) mark(fid assets.FID) {
	v.mu.Lock()
	v.dirty[fid] = struct{}{}
	v.mu.Unlock()
	v.session.nudge()
}

// begin prepares a full snapshot of the things, which are at least as new as at.
func (v *view) begin(things []*twin.Thing, at twin.Position) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.held = make(map[assets.FID]struct{}, len(things))
	v.snapshot = v.snapshot[:0]
	for _, t := range things {
		v.snapshot = append(v.snapshot, t.Asset.FID)
	}
	slices.Sort(v.snapshot)
	v.fresh, v.told = true, at
}

// differ prepares the difference between what the client holds and the things:
// what it lacks, what changed, what has left.
func (v *view) differ(things []*twin.Thing, changed func(*twin.Thing) bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	here := make(map[assets.FID]struct{}, len(things))
	for _, t := range things {
		fid := t.Asset.FID
		here[fid] = struct{}{}
		if _, held := v.held[fid]; !held || changed(t) {
			v.dirty[fid] = struct{}{}
		}
	}
	for fid := range v.held {
		if _, still := here[fid]; !still {
			v.dirty[fid] = struct{}{}
		}
	}
	v.answer = true
}

// next returns the view's next frame, or nil if all is told. Everything up to
// at has been marked.
func (v *view) next(h *Hub, at twin.Position) []byte {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.fresh {
		return v.nextSnapshot(h)
	}
	for v.answer || len(v.dirty) > 0 {
		if f := v.nextDelta(h, at); f != nil {
			return f
		}
	}
	return nil
}

// nextSnapshot makes a part of the snapshot. All parts are stamped with the
// position read before the first: what changes meanwhile is marked and follows.
func (v *view) nextSnapshot(h *Hub) []byte {
	n := min(objectsPerFrame, len(v.snapshot))
	f := snapshotFrame{Type: "snapshot", ID: v.id, Position: v.told, Objects: []json.RawMessage{}}
	for _, fid := range v.snapshot[:n] {
		if t := h.visible(v, fid); t != nil {
			f.Objects = append(f.Objects, h.encoded.of(t))
			v.held[fid] = struct{}{}
		}
	}
	v.snapshot = v.snapshot[n:]
	f.More = len(v.snapshot) > 0
	if !f.More {
		v.fresh, v.snapshot = false, nil
	}
	return encode(f)
}

// nextDelta makes a part of what changed, or nil if the client need not be told
// of that part. Only the last part carries the new position: who resumes from an
// earlier one gets the rest.
func (v *view) nextDelta(h *Hub, at twin.Position) []byte {
	f := deltaFrame{Type: "delta", ID: v.id, Upsert: []json.RawMessage{}, Remove: []assets.FID{}}
	for _, fid := range v.some() {
		delete(v.dirty, fid)
		_, held := v.held[fid]
		if t := h.visible(v, fid); t != nil {
			f.Upsert = append(f.Upsert, h.encoded.of(t))
			v.held[fid] = struct{}{}
		} else if held {
			f.Remove = append(f.Remove, fid)
			delete(v.held, fid)
		}
	}
	if len(v.dirty) == 0 {
		v.told = at
	}
	f.Position = v.told
	owed := v.answer
	v.answer = false
	if !owed && len(f.Upsert) == 0 && len(f.Remove) == 0 {
		return nil
	}
	return encode(f)
}

// some returns at most a frame's worth of what is dirty, in order.
func (v *view) some() []assets.FID {
	out := make([]assets.FID, 0, min(len(v.dirty), objectsPerFrame))
	for fid := range v.dirty {
		if len(out) == objectsPerFrame {
			break
		}
		out = append(out, fid)
	}
	slices.Sort(out)
	return out
}
