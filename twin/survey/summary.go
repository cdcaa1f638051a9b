package survey

import (
	"context"
	"strconv"

	"suhe/assets"
	"suhe/twin"
)

// Summary is a region at a glance.
type Summary struct {
	Total     int       `json:"total"`
	Kinds     []KindSum `json:"kinds"` // in drawing order; of none there is none
	Incidents Cases     `json:"incidents"`
	Alarms    Cases     `json:"alarms"`
	Cameras   Few       `json:"cameras"` // in use, not offline, that see some of its ground
	Patrols   Few       `json:"patrols"` // people, boats and vehicles that are inside now
}

// KindSum counts the things of a kind. What who asks is not shown is not there.
type KindSum struct {
	Kind       assets.Kind    `json:"kind"`
	Total      int            `json:"total"`
	Classes    map[string]int `json:"classes"`
	States     map[string]int `json:"states,omitempty"`
	Severities map[string]int `json:"severities,omitempty"` // of those that have one
}

// Cases are the open incidents or alarms, the worst first.
type Cases struct {
	Open  int  `json:"open"`
	Worst *Row `json:"worst,omitempty"`
}

// Few are some of a number of things, in order of FID.
type Few struct {
	Total int   `json:"total"`
	Some  []Row `json:"some"`
}

// maxSome bounds Few.Some.
const maxSome = 100

func (f *Few) add(a *Ask, t *twin.Thing) {
	if f.Total++; len(f.Some) < maxSome {
		f.Some = append(f.Some, a.row(t))
	}
}

// Summary counts what is in the region; kinds, classes and filter say of what.
func (s *Survey) Summary(ctx context.Context, a Ask) (Summary, error) {
	out := Summary{Kinds: []KindSum{}, Cameras: Few{Some: []Row{}}, Patrols: Few{Some: []Row{}}}
	sums := map[assets.Kind]*KindSum{}
	if err := s.Each(ctx, &a, func(t *twin.Thing) error {
		out.Total++
		k := sums[t.Asset.Kind]
		if k == nil {
			k = &KindSum{Kind: t.Asset.Kind, Classes: map[string]int{}, States: map[string]int{}, Severities: map[string]int{}}
			sums[t.Asset.Kind] = k
		}
		k.count(&a, t)
		return nil
	}); err != nil {
		return out, err
	}
	for _, kind := range assets.Kinds() {
		if k := sums[kind]; k != nil {
			out.Kinds = append(out.Kinds, *k)
		}
	}
	return out, s.attention(ctx, &a, &out)
}

func (k *KindSum) count(a *Ask, t *twin.Thing) {
	k.Total++
	k.Classes[t.Asset.Class]++
	if a.shows("state") {
		k.States[t.Summary()]++
	}
	if t.Severity > 0 && a.shows("severity") {
		k.Severities[strconv.Itoa(int(t.Severity))]++
	}
}

// attention finds what somebody has to look at, or can look with, whatever kinds are
// counted.
func (s *Survey) attention(ctx context.Context, a *Ask, out *Summary) (err error) {
	for kind, cases := range map[assets.Kind]*Cases{assets.Incident: &out.Incidents, assets.Alarm: &out.Alarms} {
		if *cases, err = s.open(ctx, a.named(nil, kind)); err != nil {
			return err
		}
	}
	if err := s.Each(ctx, a.named(nil, assets.Mover), func(t *twin.Thing) error {
		if t.Live != nil {
			out.Patrols.add(a, t)
		}
		return nil
	}); err != nil {
		return err
	}
	return s.covering(ctx, a, func(t *twin.Thing) { out.Cameras.add(a, t) })
}

// open counts open cases. Of equally severe ones the first that began is the worst.
func (s *Survey) open(ctx context.Context, a *Ask) (out Cases, err error) {
	var worst *twin.Thing
	err = s.Each(ctx, a, func(t *twin.Thing) error {
		out.Open++
		if worst == nil || rank(t) < rank(worst) {
			worst = t
		}
		return nil
	})
	if worst != nil && a.shows("severity") {
		row := a.row(worst)
		out.Worst = &row
	}
	return out, err
}

// rank orders by severity: 1 is the worst, 0 is none.
func rank(t *twin.Thing) int {
	if t.Severity == 0 {
		return 5
	}
	return int(t.Severity)
}

// covering yields the cameras in use, and not known to be off line, that see some ground
// of the region, wherever they stand, in order of FID.
func (s *Survey) covering(ctx context.Context, a *Ask, yield func(*twin.Thing)) error {
	if s.o.Watching == nil {
		return nil
	}
	all, err := s.o.Watching(ctx, s.Ground(a.Region), a.Sees)
	for _, t := range all {
		yield(t)
	}
	return err
}
