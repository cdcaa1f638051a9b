package ingest

import (
	"errors"

	"suhe/assets"
)

// Sender says whether who sends may speak for the device. Nil speaks for all: the
// broker let each MQTT client publish its own topics only, and who replays decided
// to.
type Sender func(device assets.ID) bool

// check refuses what the sender may not speak for, in the words in which a device
// that nobody knows is refused: nobody learns by guessing what is there.
func (s Sender) check(device assets.ID, unknown func(assets.ID) *refusal) error {
	if s == nil || s(device) {
		return nil
	}
	return foreign{unknown(device)}
}

// foreign is the refusal of what the sender may not speak for. It is not kept as a
// dead letter: a replay would let it in.
type foreign struct{ *refusal }

func (f foreign) Unwrap() error { return f.refusal }

func isForeign(err error) bool { return errors.As(err, new(foreign)) }
