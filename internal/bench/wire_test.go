package bench

import (
	"bytes"
	"encoding/binary"
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	pb "suhe/stream/suhev1"
)

// frameOf is a frame as a server writes it.
func frameOf(opcode byte, payload []byte) []byte {
	b := []byte{0x80 | opcode}
	switch n := len(payload); {
	case n < 126:
		b = append(b, byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, 126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 127), uint64(n))
	}
	return append(b, payload...)
}

// However frames arrive, each is taken once and in order: whole, or by its
// beginning if that will do.
func TestFramesInPieces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sizes := rapid.SliceOfN(rapid.OneOf(rapid.IntRange(0, 300), rapid.SampledFrom([]int{65535, 65536, 70000})), 1, 8).Draw(t, "sizes")
		skims := rapid.Bool().Draw(t, "skims")
		var all []byte
		for i, n := range sizes {
			all = append(all, frameOf(opBinary, bytes.Repeat([]byte{byte(i)}, n))...)
		}
		var got []int
		note := func(beginning []byte, size int) {
			for _, b := range beginning {
				if int(b) != len(got) {
					t.Fatalf("frame %d holds a byte of frame %d", len(got), b)
				}
			}
			got = append(got, size)
		}
		var w wire
		if skims {
			w.skim = func(_ byte, beginning []byte, size int) bool {
				note(beginning, size)
				return true
			}
		}
		for len(all) > 0 {
			n := rapid.IntRange(1, len(all)).Draw(t, "piece")
			err := w.split(all[:n], func(_ byte, payload []byte) error {
				note(payload, len(payload))
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			all = all[n:]
		}
		if len(got) != len(sizes) {
			t.Fatalf("%d frames, want %d", len(got), len(sizes))
		}
		for i := range got {
			if got[i] != sizes[i] {
				t.Fatalf("frame %d of %d bytes, want %d", i, got[i], sizes[i])
			}
		}
	})
}

// messages are some that readTell is to read, and what of.
func messages() map[string]*pb.Tell {
	objects := &pb.Objects{Fid: []uint64{7, 200, 1}, Time: []int64{5, -2, 0}, Heard: []uint32{1, 1, 0}}
	at := &pb.Position{Epoch: 1, Obs: 300, Events: 2}
	return map[string]*pb.Tell{
		"delta":    {Tell: &pb.Tell_Delta{Delta: &pb.Delta{Id: "v", Position: at, Entered: objects, Changed: objects, Remove: []uint64{3}}}},
		"empty":    {Tell: &pb.Tell_Delta{Delta: &pb.Delta{Id: "v", Position: at}}},
		"snapshot": {Tell: &pb.Tell_Snapshot{Snapshot: &pb.Snapshot{Id: "v", Position: at, Objects: objects, More: true}}},
		"event":    {Tell: &pb.Tell_Event{Event: &pb.Event{Seq: 900, Type: "assets.updated"}}},
	}
}

// The outline of a message is what decoding all of it says.
func TestReadTell(t *testing.T) {
	for name, want := range map[string]tell{
		"delta":    {kind: tellDelta, updates: 6},
		"empty":    {kind: tellDelta},
		"snapshot": {kind: tellSnapshot, updates: 3, more: true},
		"event":    {kind: tellEvent, event: 900},
	} {
		b, err := proto.Marshal(messages()[name])
		if err != nil {
			t.Fatal(err)
		}
		got, err := readTell(b)
		if err != nil || got.kind != want.kind || got.updates != want.updates || got.more != want.more || got.event != want.event {
			t.Errorf("%s: %+v, %v, want %+v", name, got, err, want)
		}
		var at pb.Position
		if name != "event" && (proto.Unmarshal(got.at, &at) != nil || at.Obs != 300) {
			t.Errorf("%s: at %v", name, &at)
		}
	}
	if got := timesOf(nil, messages()["delta"].GetDelta().GetChanged()); len(got) != 2 || got[0] != 5 || got[1] != 3 {
		t.Errorf("times %v, want 5 and 3", got)
	}
	if got := fidsOf(nil, messages()["delta"].GetDelta().GetChanged()); len(got) != 3 || got[2] != 208 {
		t.Errorf("fids %v, want 7, 207 and 208", got)
	}
}

// Whatever comes is read or refused.
func FuzzReadTell(f *testing.F) {
	for _, m := range messages() {
		b, err := proto.Marshal(m)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if got, err := readTell(b); err == nil && got.updates > len(b) {
			t.Errorf("%d updates in %d bytes", got.updates, len(b))
		}
	})
}
