package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"suhe/assets"
	"suhe/internal/bus"
)

// HoldTable keeps who holds what, shared by all nodes; *bus.Table is one. Its entries may
// go when they are older than a hold is long.
type HoldTable interface {
	Get(ctx context.Context, key string) (bus.Entry, error)
	Put(ctx context.Context, key string, value []byte, was uint64) (revision uint64, err error)
}

// Hold says who alone may turn a camera, and until when if it is not held on to.
type Hold struct {
	Camera  assets.ID `json:"camera"`
	Holder  string    `json:"holder"`
	Since   time.Time `json:"since"`
	Expires time.Time `json:"expires"`
}

// Holds are who holds which camera, one at a time, on whichever node. All methods may
// be called at once. What wraps assets.ErrBusy was not decided.
type Holds struct {
	table HoldTable
	life  time.Duration
	now   func() time.Time
}

// NewHolds makes holds of that life in a table.
func NewHolds(table HoldTable, life time.Duration, now func() time.Time) *Holds {
	return &Holds{table, life, now}
}

// Of is who holds the camera; false: nobody.
func (h *Holds) Of(ctx context.Context, camera assets.ID) (Hold, bool, error) {
	is, _, err := h.of(ctx, camera)
	return is, is.Holder != "", err
}

// of is the hold, the zero one if there is none any more, and the revision of its entry.
func (h *Holds) of(ctx context.Context, camera assets.ID) (is Hold, revision uint64, err error) {
	e, err := h.table.Get(ctx, keyOf(camera))
	switch {
	case errors.Is(err, bus.ErrNone):
		return is, 0, nil
	case err != nil:
		return is, 0, busy(err)
	}
	if err := json.Unmarshal(e.Value, &is); err != nil {
		return is, 0, fmt.Errorf("hold of %s: %w", camera, err)
	}
	if !h.now().Before(is.Expires) {
		is = Hold{}
	}
	return is, e.Revision, nil
}

// Take lets who hold the camera, or hold on to it, for a life from now; over takes it
// from another. was is who held it until then, "" if nobody did. assets.ErrConflict:
// somebody else holds it.
func (h *Holds) Take(ctx context.Context, camera assets.ID, who string, over bool) (is Hold, was string, err error) {
	held, revision, err := h.of(ctx, camera)
	if err != nil {
		return is, "", err
	}
	if held.Holder != "" && held.Holder != who && !over {
		return is, held.Holder, heldBy(held)
	}
	now := h.now().UTC()
	is = Hold{Camera: camera, Holder: who, Since: now, Expires: now.Add(h.life)}
	if held.Holder == who {
		is.Since = held.Since
	}
	value, err := json.Marshal(is)
	if err != nil {
		return is, "", err
	}
	_, err = h.table.Put(ctx, keyOf(camera), value, revision)
	switch {
	case errors.Is(err, bus.ErrSequence):
		return Hold{}, "", fmt.Errorf("%w: camera %s: somebody else took it at the same time", assets.ErrConflict, camera)
	case err != nil:
		return Hold{}, "", busy(err)
	}
	return is, held.Holder, nil
}

// Drop ends the hold of who; of one that it does not hold nothing happens. False: it
// did not.
func (h *Holds) Drop(ctx context.Context, camera assets.ID, who string) (bool, error) {
	is, revision, err := h.of(ctx, camera)
	if err != nil || is.Holder != who {
		return false, err
	}
	// An entry that has ended, and not its removal: only that can be bound to its revision.
	is.Expires = h.now().UTC()
	value, err := json.Marshal(is)
	if err != nil {
		return false, err
	}
	_, err = h.table.Put(ctx, keyOf(camera), value, revision)
	switch {
	case errors.Is(err, bus.ErrSequence): // somebody has just taken it over
		return false, nil
	case err != nil:
		return false, busy(err)
	}
	return true, nil
}

// Mine says whether who holds the camera, or who does instead: assets.ErrConflict.
func (h *Holds) Mine(ctx context.Context, camera assets.ID, who string) error {
	is, held, err := h.Of(ctx, camera)
	switch {
	case err != nil:
		return err
	case !held:
		return fmt.Errorf("%w: camera %s: nobody holds it, want you to: POST /v1/cameras/{id}/ptz first", assets.ErrConflict, camera)
	case is.Holder != who:
		return heldBy(is)
	}
	return nil
}

func heldBy(is Hold) error {
	return fmt.Errorf("%w: camera %s: %s holds it until %s", assets.ErrConflict, is.Camera, is.Holder, is.Expires.Format(time.RFC3339))
}
