package alarm

import (
	"slices"

	"github.com/google/cel-go/common/types"

	"suhe/twin"
)

// defaultHold is how long what an algorithm saw holds after the last time.
const defaultHold = 10 * 60 * 1000

// Find judges what an algorithm found. What is older than it would hold for says
// nothing of now.
func (j *Judge) Find(f *twin.KeptFinding, now int64) {
	s := j.cameras[f.Camera]
	if s == nil {
		return
	}
	v := &j.variables
	v.of(s.thing.Asset, s.thing.Asset.Location)
	v.finding, v.hook, v.confidence = types.String(f.Class), types.String(f.Hook), types.Double(f.Confidence)
	for _, k := range s.checks {
		until := f.PhenomenonTime + k.hold()
		if k.rule.Kind != Found || !slices.Contains(k.rule.Findings, f.Class) || until <= now {
			continue
		}
		if holds, known := k.rule.when.holds(v); !holds || !known {
			continue
		}
		own := k.forHook(f.Hook)
		own.until = max(own.until, until)
		j.schedule(own, own.until)
		seen := &Seen{Hook: f.Hook, ID: f.ID, Class: f.Class, Confidence: f.Confidence, Time: f.PhenomenonTime}
		j.decide(own, yes, f.PhenomenonTime, detail{finding: seen, lon: f.Lon, lat: f.Lat}, "")
	}
}

func (k *check) hold() int64 {
	if k.rule.Hold == 0 {
		return defaultHold
	}
	return k.rule.Hold.ms()
}

// forHook is the check of what one algorithm finds: two that see the same are two
// conditions, of which each confirms the other.
func (k *check) forHook(hook string) *check {
	own := k.byHook[hook]
	if own == nil {
		own = &check{pending: never, due: never, memory: memory{hook: hook}}
		if k.byHook == nil {
			k.byHook = map[string]*check{}
		}
		k.byHook[hook] = own
	}
	own.base, own.rule, own.of = k.base, k.rule, k.of
	return own
}

// fade ends what was not seen again.
func (j *Judge) fade(k *check, now int64) {
	switch {
	case k.on == nil:
	case now < k.until:
		j.schedule(k, k.until)
	default:
		j.decide(k, no, now, detail{}, whyFaded)
	}
}

// sowFindings lets hold what algorithms saw before this judge.
func (j *Judge) sowFindings(k *check, now int64) {
	for _, own := range k.byHook {
		own.base, own.rule = k.base, k.rule
	}
	for _, seed := range j.seen[k.of.thing.Asset.ID] {
		if seed.Rule != k.base.Name {
			continue
		}
		own := k.forHook(seed.Finding.Hook)
		own.until = max(seed.Finding.Time, seed.Since) + k.hold()
		j.resume(own, seed)
		j.schedule(own, max(own.until, now))
	}
}
