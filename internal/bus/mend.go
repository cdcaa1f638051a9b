package bus

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

const (
	mendEvery = time.Second
	// roomToMend is what must fit on the disk before the broker starts anew, in bytes.
	roomToMend = 16 << 20
)

// failed notes that the broker could not write.
func (b *broker) failed(err error) {
	b.broken.CompareAndSwap(nil, &err)
	select {
	case b.failing <- err:
	default: // known
	}
}

// mend starts the broker anew when it could not write and the disk takes data
// again: it does not trust a file in which a write failed until it has read it.
// What was confirmed is in the files; connections and readers mend themselves,
// MQTT clients come again.
func (b *broker) mend() {
	for {
		select {
		case <-b.login.quit:
			return
		case err := <-b.failing:
			b.log.Error("the broker cannot write, and takes nothing until it can", "err", err)
		}
		for !b.mended() {
			select {
			case <-b.login.quit:
				return
			case <-time.After(mendEvery):
			}
		}
	}
}

// mended tries once.
func (b *broker) mended() bool {
	if err := probe(b.options.Dir); err != nil {
		return false
	}
	if !b.end() {
		<-b.login.quit // nothing can be mended
		return false
	}
	select { // what the old server said of the same fault
	case <-b.failing:
	default:
	}
	b.broken.Store(nil)
	if err := b.start(); err != nil {
		b.broken.CompareAndSwap(nil, &err)
		b.log.Error("the broker does not start, trying again", "err", err)
		return false
	}
	b.log.Info("the broker writes again")
	return true
}

// probe finds out whether the disk takes data.
func probe(dir string) (err error) {
	f, err := os.OpenFile(filepath.Join(dir, "probe"), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("probe: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(f.Name())) }()
	block := make([]byte, 1<<20)
	for range roomToMend / len(block) {
		if _, err := f.Write(block); err != nil {
			return fmt.Errorf("probe: %w", err)
		}
	}
	return f.Sync()
}
