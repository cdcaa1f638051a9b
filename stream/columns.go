package stream

import (
	"math"
	"sync"

	"google.golang.org/protobuf/encoding/protowire"

	"suhe/twin"
)

// The frames that carry things are written by hand, column by column: they are
// nearly all that is sent. Numbers of fields are those of stream/suhev1/suhe.proto;
// a test reads what is written by the generated code.

// columns are the columns of one Objects on their way, lent by a pool.
type columns struct {
	words words
	fid, id, layer, class, name, lon, lat, state,
	summary, time, heard, values, phenomenon, value []byte
	out, inner []byte
}

var columnsPool = sync.Pool{New: func() any { return new(columns) }}

// Fields of Tell and of the frames with things.
const (
	tellSnapshot = 3
	tellDelta    = 4

	frameID       = 1
	framePosition = 2

	snapshotObjects = 3
	snapshotMore    = 4

	deltaEntered = 3
	deltaChanged = 4
	deltaRemove  = 5
)

func writeSnapshot(f snapshotFrame) []byte {
	c := columnsPool.Get().(*columns)
	defer columnsPool.Put(c)
	b := frameHead(c.inner[:0], f.id, f.at)
	b = c.objects(b, snapshotObjects, f.things, f.look, true)
	if f.more {
		b = protowire.AppendVarint(protowire.AppendTag(b, snapshotMore, protowire.VarintType), 1)
	}
	c.inner = b
	return whole(tellSnapshot, b)
}

func writeDelta(f deltaFrame) []byte {
	c := columnsPool.Get().(*columns)
	defer columnsPool.Put(c)
	b := frameHead(c.inner[:0], f.id, f.at)
	b = c.objects(b, deltaEntered, f.entered, f.look, true)
	b = c.objects(b, deltaChanged, f.changed, f.look, false)
	if len(f.removed) > 0 {
		c.fid = c.fid[:0]
		var last uint64
		for _, fid := range f.removed {
			c.fid = protowire.AppendVarint(c.fid, uint64(fid)-last)
			last = uint64(fid)
		}
		b = column(b, deltaRemove, c.fid)
	}
	c.inner = b
	return whole(tellDelta, b)
}

// whole is the Tell with one message in it.
func whole(field protowire.Number, message []byte) []byte {
	out := make([]byte, 0, len(message)+8)
	return column(out, field, message)
}

// column appends a field of bytes, if there are any.
func column(b []byte, field protowire.Number, data []byte) []byte {
	if len(data) == 0 {
		return b
	}
	return protowire.AppendBytes(protowire.AppendTag(b, field, protowire.BytesType), data)
}

func frameHead(b []byte, id string, at twin.Position) []byte {
	b = protowire.AppendString(protowire.AppendTag(b, frameID, protowire.BytesType), id)
	var inner [40]byte
	p := inner[:0]
	for i, n := range [...]uint64{at.Epoch, at.Obs, at.Events} {
		if n > 0 {
			p = protowire.AppendVarint(protowire.AppendTag(p, protowire.Number(i+1), protowire.VarintType), n)
		}
	}
	return protowire.AppendBytes(protowire.AppendTag(b, framePosition, protowire.BytesType), p)
}

// objects appends the things as an Objects. Of things that the client has, what the
// registry says is left out.
func (c *columns) objects(b []byte, field protowire.Number, things []*twin.Thing, l *look, entered bool) []byte {
	if len(things) == 0 {
		return b
	}
	c.reset()
	f := l.fields
	if !entered {
		f &^= fieldID | fieldLayer | fieldClass | fieldName
		if !moving(things) {
			f &^= fieldLon | fieldLat
		}
	}
	var fid uint64
	var east, north, clock steps
	for _, t := range things {
		c.fid = protowire.AppendVarint(c.fid, uint64(t.Asset.FID)-fid)
		fid = uint64(t.Asset.FID)
		c.registered(t, f)
		at := l.datum.of(t.Anchor)
		if f&fieldLon != 0 {
			c.lon = protowire.AppendVarint(c.lon, protowire.EncodeZigZag(east.to(degrees(at[0]))))
		}
		if f&fieldLat != 0 {
			c.lat = protowire.AppendVarint(c.lat, protowire.EncodeZigZag(north.to(degrees(at[1]))))
		}
		c.alive(t, f, &clock)
	}
	c.out = c.join(c.out[:0])
	return protowire.AppendBytes(protowire.AppendTag(b, field, protowire.BytesType), c.out)
}

// moving says whether one of the things may be elsewhere than it was.
func moving(things []*twin.Thing) bool {
	for _, t := range things {
		if t.Moves() {
			return true
		}
	}
	return false
}

// registered appends what the registry says.
func (c *columns) registered(t *twin.Thing, f fields) {
	if f&fieldID != 0 {
		c.id = protowire.AppendString(protowire.AppendTag(c.id, 3, protowire.BytesType), string(t.Asset.ID))
	}
	if f&fieldLayer != 0 {
		c.layer = c.word(c.layer, t.Asset.Kind.Layer())
	}
	if f&fieldClass != 0 {
		c.class = c.word(c.class, t.Asset.Class)
	}
	if f&fieldName != 0 {
		c.name = protowire.AppendString(protowire.AppendTag(c.name, 6, protowire.BytesType), t.Asset.Name)
	}
}

// alive appends what changes by itself.
func (c *columns) alive(t *twin.Thing, f fields, clock *steps) {
	if f&(fieldState|fieldSeverity) != 0 {
		c.state = protowire.AppendVarint(c.state, stateNumber(t))
	}
	if f&fieldSummary != 0 {
		c.summary = c.word(c.summary, t.Summary())
	}
	if f&fieldTime != 0 {
		is, newest := uint64(0), heard(t)
		if newest > 0 {
			is = 1
			c.time = protowire.AppendVarint(c.time, protowire.EncodeZigZag(clock.to(newest)))
		} else {
			c.time = protowire.AppendVarint(c.time, 0)
		}
		c.heard = protowire.AppendVarint(c.heard, is)
	}
	if f&fieldValues != 0 {
		c.values = protowire.AppendVarint(c.values, uint64(len(t.Last)))
		for i := range t.Last {
			c.phenomenon = c.word(c.phenomenon, t.Last[i].Phenomenon)
			c.value = protowire.AppendFixed64(c.value, math.Float64bits(t.Last[i].Value))
		}
	}
}

func (c *columns) word(b []byte, word string) []byte {
	return protowire.AppendVarint(b, uint64(c.words.number(word)))
}

func (c *columns) reset() {
	c.words.reset()
	for _, column := range []*[]byte{&c.fid, &c.id, &c.layer, &c.class, &c.name, &c.lon, &c.lat, &c.state,
		&c.summary, &c.time, &c.heard, &c.values, &c.phenomenon, &c.value} {
		*column = (*column)[:0]
	}
}

// join writes the columns behind each other. Strings carry their tags already.
func (c *columns) join(b []byte) []byte {
	b = column(b, 1, c.fid)
	for _, word := range c.words.all {
		b = protowire.AppendString(protowire.AppendTag(b, 2, protowire.BytesType), word)
	}
	b = append(b, c.id...)
	b = column(b, 4, c.layer)
	b = column(b, 5, c.class)
	b = append(b, c.name...)
	for i, data := range [...][]byte{c.lon, c.lat, c.state, c.summary, c.time, c.heard, c.values, c.phenomenon, c.value} {
		b = column(b, protowire.Number(7+i), data)
	}
	return b
}

// words are texts that columns point to, in order of first use.
type words struct {
	all     []string
	numbers map[string]uint32
}

// number is the word's number.
func (w *words) number(word string) uint32 {
	n, ok := w.numbers[word]
	if !ok {
		if w.numbers == nil {
			w.numbers = make(map[string]uint32)
		}
		n = uint32(len(w.all))
		w.numbers[word] = n
		w.all = append(w.all, word)
	}
	return n
}

func (w *words) reset() {
	w.all = w.all[:0]
	clear(w.numbers)
}

// steps are the differences between numbers that follow each other.
type steps struct{ last int64 }

func (s *steps) to(n int64) (step int64) {
	step = n - s.last
	s.last = n
	return step
}

// degrees are a coordinate in units of 1e-7 degrees, about a centimetre.
func degrees(v float64) int64 { return int64(math.Round(v * 1e7)) }

// The parts of a state as Objects.state has them.
var (
	communications = map[twin.Communication]uint64{twin.Unknown: 0, twin.Online: 1, twin.Offline: 2}
	datas          = map[twin.Data]uint64{twin.None: 0, twin.Fresh: 1, twin.Stale: 2, twin.Stuck: 3, twin.Invalid: 4}
	services       = map[twin.Service]uint64{twin.Normal: 0, twin.Maintenance: 1, twin.Fault: 2, twin.Retired: 3}
)

// stateNumber is the thing's state and severity in one number.
func stateNumber(t *twin.Thing) uint64 {
	return communications[t.State.Communication] + 4*datas[t.State.Data] + 32*services[t.State.Service] + 128*uint64(t.Severity)
}
