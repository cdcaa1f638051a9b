package survey

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/twin"
)

// ErrCost says that a question is sound and would cost too much; the error names what
// to make smaller.
var ErrCost = errors.New("too costly")

func costly(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrCost, fmt.Errorf(format, args...))
}

func invalid(format string, args ...any) error {
	return fmt.Errorf("%w: %w", assets.ErrInvalid, fmt.Errorf(format, args...))
}

// notFound says that there is none that who asks may see: in the same words as of what
// does not exist.
func notFound(id assets.ID) error { return fmt.Errorf("asset %s: %w", id, assets.ErrNotFound) }

func denied(format string, args ...any) error {
	return fmt.Errorf("%w: %w", access.ErrDenied, fmt.Errorf(format, args...))
}

// World is the living world, as far as it is asked; *twin.World is one.
type World interface {
	ByID(id assets.ID) *twin.Thing
	Walk(kind assets.Kind, site *geo.Prepared, after assets.FID) iter.Seq[*twin.Thing]
	Nearest(dst []twin.Near, kind assets.Kind, p orb.Point, n int, limit geo.Metres) []twin.Near
}

// Options are what a survey looks at. World, Locate and Classes must be set.
type Options struct {
	World   World
	River   *geo.River                      // nil: there is no creek
	Locate  func(orb.Point) assets.Location // where a point is in the district
	Classes *assets.Classes
	Past    Past   // nil: nothing is told of before
	Links   *Links // nil: nothing is related

	// Watching are the cameras that see some of the ground and are seen by who asks, in
	// order of FID; nil: none are known.
	Watching func(ctx context.Context, ground Watched, sees func(*assets.Asset) bool) ([]*twin.Thing, error)

	Now func() time.Time // default time.Now
}

// Watched is ground of which is asked which cameras see it.
type Watched struct {
	Box   orb.Bound
	Holds func(orb.Point) bool // nil: everything
	Spots []orb.Point          // some points of it, where it may be no more than a line
}

// Survey answers questions of one world. All methods may be called at once.
type Survey struct {
	o     Options
	rooms sync.Pool // *nearRoom
}

// New makes a survey.
func New(o Options) *Survey {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Links == nil {
		o.Links = new(Links)
	}
	return &Survey{o: o}
}

// Length is that of the creek's line; 0 if there is none.
func (s *Survey) Length() geo.Metres {
	if s.o.River == nil {
		return 0
	}
	return s.o.River.Length()
}

// look is how many things are looked at between two looks at the context.
const look = 1024

// Each yields the things that are asked for, kind by kind, in order of FID. Its error
// is yield's or the context's.
func (s *Survey) Each(ctx context.Context, a *Ask, yield func(*twin.Thing) error) error {
	n := 0
	site, but := a.Region.site()
	for _, kind := range a.kinds() {
		known := a.known(kind, but)
		for t := range s.o.World.Walk(kind, site, 0) {
			if n++; n%look == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			if !known.takes(t) {
				continue
			}
			if err := yield(t); err != nil {
				return err
			}
		}
	}
	return nil
}
