package stream

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"testing"

	"suhe/twin"
)

// schedulesFile holds schedules of the simulation as a page of ours lives through them:
// the page's own tests play them again. Each has to end with the page showing the world.
const schedulesFile = "testdata/schedules.json"

// Of the schedules that are kept.
const (
	keptSchedules = 40
	keptSteps     = 160
)

// TestSchedulesOfPages plays the kept schedules; they are what the hub says now.
func TestSchedulesOfPages(t *testing.T) {
	var lines [][]byte
	for seed := range uint64(keptSchedules) {
		line, err := json.Marshal(playPage(t, seed))
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	out := slices.Concat([]byte("[\n"), bytes.Join(lines, []byte(",\n")), []byte("\n]\n"))
	if *update {
		if err := os.WriteFile(schedulesFile, out, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(schedulesFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(kept, out) {
		t.Errorf("%s is not what the hub says now: go test ./stream -run Schedules -update, then npm test", schedulesFile)
	}
}

// playPage runs one schedule to its end.
func playPage(t *testing.T, seed uint64) pageTape {
	s := newSimulation(t, seed)
	s.open()
	p := s.turn()
	for range keptSteps {
		s.pageStep(p)
	}
	s.settle()
	s.compare()
	tape, err := p.tape(seed)
	s.ok(err)
	return tape
}

// pageStep does one thing of those that can happen around a page.
func (s *simulation) pageStep(p *simPage) {
	n := pick(s, s.nodes)
	switch s.oneOf(22) {
	case 0, 1, 2:
		s.put()
	case 3, 4, 5:
		s.observe()
	case 6:
		s.log.event(s.fid(), twin.AssetRemoved, nil)
	case 7, 8, 9:
		n.apply(1 + s.oneOf(4))
	case 10:
		n.hear(1 + s.oneOf(3))
	case 11, 12, 13:
		s.tick(n)
	case 14:
		n.expire()
	case 15:
		s.glide(p)
	case 16:
		s.slow(p.simClient)
	case 17, 18:
		p.drain(1 + s.oneOf(6))
		s.ok(p.receive(1 + s.oneOf(6)))
	case 19:
		s.drop(p.simClient)
	case 20:
		if p.s == nil {
			s.connect(p.simClient)
		}
		n.hear(len(n.waiting))
		p.drain(p.room)
		s.ok(p.receive(p.room))
	case 21:
		if s.oneOf(2) == 0 {
			s.rare(n)
		}
	}
}
