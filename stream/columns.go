package stream

import (
	"math"
	"slices"
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
	brief      brief // of a thing that has none
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
	b = c.objects(b, snapshotObjects, f.things, nil, f.look, true)
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
	b = c.objects(b, deltaEntered, f.entered, nil, f.look, true)
	b = c.objects(b, deltaChanged, f.changed, f.briefs, f.look, false)
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
// registry says is left out. briefs are those of the things, or nil.
func (c *columns) objects(b []byte, field protowire.Number, things []*twin.Thing, briefs []*brief, l *look, entered bool) []byte {
	if len(things) == 0 {
		return b
	}
	c.reset()
	f := l.fields
	if !entered {
		f &^= fieldID | fieldLayer | fieldClass | fieldName
		if !moving(things, briefs) {
			f &^= fieldLon | fieldLat
		}
	}
	var fid uint64
	var east, north, clock steps
	for i, t := range things {
		of := &c.brief
		if briefs != nil && briefs[i] != nil {
			of = briefs[i]
		} else {
			of.fill(t, nil)
		}
		c.fid = protowire.AppendVarint(c.fid, of.fid-fid)
		fid = of.fid
		c.registered(t, f)
		if f&(fieldLon|fieldLat) != 0 {
			c.placed(l.datum.of(t.Anchor), f, &east, &north)
		}
		c.alive(of, f, &clock)
	}
	c.out = c.join(c.out[:0])
	return protowire.AppendBytes(protowire.AppendTag(b, field, protowire.BytesType), c.out)
}

// placed appends where a thing is.
func (c *columns) placed(at [2]float64, f fields, east, north *steps) {
	if f&fieldLon != 0 {
		c.lon = protowire.AppendVarint(c.lon, protowire.EncodeZigZag(east.to(degrees(at[0]))))
	}
	if f&fieldLat != 0 {
		c.lat = protowire.AppendVarint(c.lat, protowire.EncodeZigZag(north.to(degrees(at[1]))))
	}
}

// moving says whether one of the things may be elsewhere than it was. One of which
// there is a brief stands.
func moving(things []*twin.Thing, briefs []*brief) bool {
	for i, t := range things {
		if (briefs == nil || briefs[i] == nil) && t.Moves() {
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
func (c *columns) alive(of *brief, f fields, clock *steps) {
	if f&(fieldState|fieldSeverity) != 0 {
		c.state = protowire.AppendVarint(c.state, of.state)
	}
	if f&fieldSummary != 0 {
		c.summary = c.word(c.summary, of.summary)
	}
	if f&fieldTime != 0 {
		is, step := uint64(0), uint64(0)
		if of.heard > 0 {
			is, step = 1, protowire.EncodeZigZag(clock.to(of.heard))
		}
		c.time = protowire.AppendVarint(c.time, step)
		c.heard = protowire.AppendVarint(c.heard, is)
	}
	if f&fieldValues != 0 {
		c.values = protowire.AppendVarint(c.values, uint64(len(of.values)))
		for _, r := range of.values {
			c.phenomenon = c.word(c.phenomenon, r.phenomenon)
			c.value = protowire.AppendFixed64(c.value, math.Float64bits(r.value))
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

// fewWords are looked through; of more there is a table.
const fewWords = 8

// number is the word's number.
func (w *words) number(word string) uint32 {
	for i, is := range w.all[:min(len(w.all), fewWords)] {
		if is == word {
			return uint32(i)
		}
	}
	n, ok := w.numbers[word]
	if !ok {
		if w.numbers == nil {
			w.numbers = make(map[string]uint32)
		}
		n = uint32(len(w.all))
		if n >= fewWords {
			w.numbers[word] = n
		}
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

// The parts of a state as Objects.state has them, at the place of their number.
var (
	communications = [...]twin.Communication{twin.Unknown, twin.Online, twin.Offline}
	datas          = [...]twin.Data{twin.None, twin.Fresh, twin.Stale, twin.Stuck, twin.Invalid}
	services       = [...]twin.Service{twin.Normal, twin.Maintenance, twin.Fault, twin.Retired}
)

// stateNumber is the thing's state and severity in one number.
func stateNumber(t *twin.Thing) uint64 {
	c, d, s := place(communications[:], t.State.Communication), place(datas[:], t.State.Data), place(services[:], t.State.Service)
	return c + 4*d + 32*s + 128*uint64(t.Severity)
}

// place is where the word is among all, 0 if it is none of them: there are too few
// for a table.
func place[W comparable](all []W, word W) uint64 { return uint64(max(0, slices.Index(all, word))) }
