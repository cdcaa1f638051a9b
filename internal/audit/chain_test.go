package audit_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"suhe/internal/audit"
)

// chain makes a chain of so many entries.
func chain(a audit.Algorithm, n int) []audit.Entry {
	head := audit.Head{Algorithm: a}
	var all []audit.Entry
	for i := 1; len(all) < n; i++ {
		all = append(all, head.Link(time.UnixMilli(int64(1_790_000_000_000+1000*i)), audit.Entry{
			Who: fmt.Sprint("李", i%3), Roles: []string{"operator", "patrol"}[:i%3], Address: "192.0.2.1", Session: "s", Action: "camera view",
			What: fmt.Sprint("asset cam-", i), Purpose: "核查", Incident: "2026-1", Outcome: audit.Done, Detail: json.RawMessage(fmt.Sprintf(`{"n":%d}`, i))})...)
	}
	return all[:n]
}

// follow verifies entries from the beginning up to a head.
func follow(a audit.Algorithm, entries []audit.Entry, head audit.Entry) error {
	v := audit.NewVerifier(audit.Head{Algorithm: a})
	for _, e := range entries {
		if err := v.Next(e); err != nil {
			return err
		}
	}
	if v.At().Seq != head.Seq || v.At().Hash != head.Hash {
		return audit.ErrBroken
	}
	return nil
}

// The hash is what the documentation says, for ever: records that exist depend on
// it. The figures were worked out by another program.
func TestHashesStayAsTheyAre(t *testing.T) {
	for a, want := range map[audit.Algorithm]string{
		audit.SHA256: "c8ff8986cd48e3ed829cfb880aa2e21aa1ea7fff454865fc379933294116fcf0",
		audit.SM3:    "f305982d2aced3e22cb5fde280f69152a2d234fc51f08e15caadca235a18dcdc",
	} {
		if got := chain(a, 3)[2].Hash; got != want {
			t.Errorf("%s: %s, want %s", a, got, want)
		}
	}
}

func TestLink(t *testing.T) {
	head := audit.Head{Algorithm: audit.SHA256}
	if got := head.Link(time.Now()); got != nil || head.Seq != 0 {
		t.Errorf("of nothing: %+v", got)
	}
	at := time.Date(2026, 11, 1, 8, 0, 0, 123_456_789, time.FixedZone("", 8*3600))
	first := head.Link(at, audit.Entry{Action: "login", Detail: json.RawMessage(` { "a" : "<b>" } `)})
	if len(first) != 2 || first[0].Action != audit.RecordBegin || string(first[0].Detail) != `{"algorithm":"sha256"}` {
		t.Fatalf("a record begins with %+v", first)
	}
	if e := first[1]; e.Who != audit.Program || string(e.Detail) != `{"a":"\u003cb\u003e"}` || !e.At.Equal(at.Truncate(time.Millisecond)) || e.At.Location() != time.UTC {
		t.Errorf("entry %+v", e)
	}
	back := head.Link(at.Add(-time.Hour), audit.Entry{Action: "login"})
	if len(back) != 1 || !back[0].At.Equal(first[1].At) {
		t.Errorf("with a clock that was set back: %+v", back)
	}
	if err := follow(audit.SHA256, append(first, back...), back[0]); err != nil {
		t.Error(err)
	}
}

// Whatever somebody sends is kept in a form that no store and no file changes.
func TestHostileEntriesAreBounded(t *testing.T) {
	long := strings.Repeat("河\x00\xff", 5000)
	deep := strings.Repeat(`{"a":`, 20_000) + "1" + strings.Repeat("}", 20_000)
	for _, detail := range []string{"", "{", "[1]", `"text"`, "null", `{"a":"` + strings.Repeat("<", 5000) + `"}`, "{\"a\":\"\xff\"}", deep, `{"a":"\u0000"}`, `{"a":"\ud800"}`} {
		head := audit.Head{Algorithm: audit.SHA256}
		linked := head.Link(time.Now(), audit.Entry{Who: long, Roles: slices.Repeat([]string{long}, 100), Address: long, Session: long,
			Action: audit.Action(long), What: long, Purpose: long, Incident: long, Outcome: audit.Outcome(long), Detail: json.RawMessage(detail)})
		text, err := json.Marshal(linked[1])
		if err != nil || len(text) > 64<<10 || strings.Contains(string(text), `\u0000`) && detail != `{"a":"\u0000"}` {
			t.Fatalf("%.20s: %d bytes, %v", detail, len(text), err)
		}
		var back audit.Entry
		if err := json.Unmarshal(text, &back); err != nil || !reflect.DeepEqual(back, linked[1]) {
			t.Errorf("%.20s: came back as %+v, want %+v; %v", detail, back, linked[1], err)
		}
		if err := follow(audit.SHA256, []audit.Entry{linked[0], back}, back); err != nil {
			t.Errorf("%.20s: %v", detail, err)
		}
	}
}

// Any edit, removal, insertion, change of order or cut is found.
func TestTampering(t *testing.T) {
	const trials = 1000
	random := rand.New(rand.NewPCG(1, 2))
	for trial := range trials {
		a := []audit.Algorithm{audit.SHA256, audit.SM3}[trial%2]
		all := chain(a, 2+random.IntN(40))
		head := all[len(all)-1]
		if err := follow(a, all, head); err != nil {
			t.Fatal(err)
		}
		name, changed := tamper(random, all)
		if err := follow(a, changed, head); !errors.Is(err, audit.ErrBroken) {
			t.Errorf("trial %d: %s of %d entries was not found: %v", trial, name, len(all), err)
		}
	}
}

// tamper returns another chain.
func tamper(random *rand.Rand, all []audit.Entry) (string, []audit.Entry) {
	out := slices.Clone(all)
	i, j := random.IntN(len(out)), random.IntN(len(out)-1)
	if j >= i {
		j++
	}
	switch random.IntN(6) {
	case 0:
		return "edit of " + edit(random, &out[i]), out
	case 1:
		return "removal", slices.Delete(out, i, i+1)
	case 2:
		out[i], out[j] = out[j], out[i]
		return "swap", out
	case 3:
		return "cut", out[:i]
	case 4:
		return "insertion", slices.Insert(out, i, out[j])
	default: // with its numbers made to fit
		e := out[j]
		e.Seq = uint64(i) + 1
		out = slices.Insert(out, i, e)
		for k := i + 1; k < len(out); k++ {
			out[k].Seq++
		}
		return "insertion with numbers", out[:len(all)]
	}
}

// edit changes one field.
func edit(random *rand.Rand, e *audit.Entry) string {
	texts := map[string]*string{"who": &e.Who, "address": &e.Address, "session": &e.Session, "what": &e.What, "purpose": &e.Purpose, "incident": &e.Incident, "hash": &e.Hash,
		"action": (*string)(&e.Action), "outcome": (*string)(&e.Outcome)}
	names := []string{"who", "address", "session", "what", "purpose", "incident", "hash", "action", "outcome", "at", "seq", "roles", "detail", "border"}
	name := names[random.IntN(len(names))]
	switch name {
	case "at":
		e.At = e.At.Add(time.Duration(1+random.IntN(100)) * time.Millisecond)
	case "seq":
		e.Seq += uint64(1 + random.IntN(3))
	case "roles":
		e.Roles = append(slices.Clone(e.Roles), "security")
	case "detail":
		e.Detail = json.RawMessage(`{"n":0.5}`)
	case "border": // from one field into the next
		e.What, e.Purpose = e.What+e.Purpose+"x", ""
	default:
		b := []byte(*texts[name] + " ")
		b[random.IntN(len(b))] ^= byte(1 + random.IntN(255))
		*texts[name] = string(b)
	}
	return name
}

// export writes entries as a file.
func export(t testing.TB, base audit.Head, all []audit.Entry, key audit.Key) []byte {
	t.Helper()
	var out bytes.Buffer
	if _, err := audit.WriteExport(&out, base, each(all), key); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func each(all []audit.Entry) iter.Seq2[audit.Entry, error] {
	return func(yield func(audit.Entry, error) bool) {
		for _, e := range all {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func openKey(t testing.TB) audit.Key {
	t.Helper()
	key, err := audit.OpenKey(t.TempDir() + "/audit.key")
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// A file proves what it holds, the whole record or a part of it.
func TestExport(t *testing.T) {
	key, all := openKey(t), chain(audit.SM3, 20)
	half := audit.Head{Seq: all[9].Seq, At: all[9].At, Hash: all[9].Hash, Algorithm: audit.SM3}
	for name, file := range map[string][]byte{
		"whole":   export(t, audit.Head{Algorithm: audit.SM3}, all, key),
		"part":    export(t, half, all[10:], key),
		"nothing": export(t, half, nil, key),
	} {
		var read []audit.Entry
		first, proof, err := audit.ReadExport(bytes.NewReader(file), func(e audit.Entry) error {
			read = append(read, e)
			return nil
		}, key.Public())
		if err != nil || int(proof.Entries) != len(read) || proof.Seal.Seq != first.Base.Seq+proof.Entries {
			t.Errorf("%s: %+v %+v %v", name, first, proof, err)
		}
		if len(read) > 0 && !reflect.DeepEqual(read, all[first.Base.Seq:]) {
			t.Errorf("%s: read %+v", name, read)
		}
		if _, _, err := audit.ReadExport(bytes.NewReader(file), nil, openKey(t).Public()); !errors.Is(err, audit.ErrBroken) {
			t.Errorf("%s: another key: %v", name, err)
		}
	}
	var out bytes.Buffer
	if _, err := audit.WriteExport(&out, half, each(all), key); !errors.Is(err, audit.ErrBroken) {
		t.Errorf("entries that do not follow were written: %v", err)
	}
}

// Any line that is changed, lost or moved, and any byte, breaks the file.
func TestTamperedExport(t *testing.T) {
	key := openKey(t)
	file := export(t, audit.Head{Algorithm: audit.SHA256}, chain(audit.SHA256, 12), key)
	lines := bytes.SplitAfter(file, []byte("\n"))
	lines = lines[:len(lines)-1]
	refused := func(name string, changed []byte) {
		t.Helper()
		if _, _, err := audit.ReadExport(bytes.NewReader(changed), nil, key.Public()); !errors.Is(err, audit.ErrBroken) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for i := range lines {
		refused(fmt.Sprint("without line ", i+1), bytes.Join(slices.Delete(slices.Clone(lines), i, i+1), nil))
		refused(fmt.Sprint("up to line ", i), bytes.Join(lines[:i], nil))
		refused(fmt.Sprint("line twice ", i+1), bytes.Join(slices.Insert(slices.Clone(lines), i, lines[i]), nil))
		if i > 0 {
			swapped := slices.Clone(lines)
			swapped[i-1], swapped[i] = swapped[i], swapped[i-1]
			refused(fmt.Sprint("swapped at ", i+1), bytes.Join(swapped, nil))
		}
	}
	refused("a line behind", append(slices.Clone(file), "{}\n"...))
	refused("a long line", []byte(`{"export":"`+strings.Repeat("x", 1<<20)+`"}`))
	refused("unknown field", bytes.Replace(file, []byte(`{"seq":2,`), []byte(`{"more":1,"seq":2,`), 1))
	random := rand.New(rand.NewPCG(3, 4))
	for range 1000 {
		changed := slices.Clone(file)
		i := random.IntN(len(changed))
		changed[i] ^= byte(1 + random.IntN(255))
		first, proof, err := audit.ReadExport(bytes.NewReader(changed), nil, key.Public())
		// A few bytes say nothing: a name's case, a blank.
		if err == nil && !bytes.EqualFold(changed, file) && strings.TrimSpace(string(changed)) != strings.TrimSpace(string(file)) {
			t.Errorf("byte %d: %q of %q was not found: %+v %+v", i, changed[i], file[max(0, i-20):min(len(file), i+20)], first, proof)
		}
	}
}

func FuzzReadExport(f *testing.F) {
	key := openKey(f)
	file := export(f, audit.Head{Algorithm: audit.SHA256}, chain(audit.SHA256, 3), key)
	f.Add(file)
	f.Add(bytes.TrimSpace(file))
	f.Add([]byte(`{"export":"suhe audit 1","base":{"seq":0,"algorithm":"md5"}}` + "\n" + `{"seq":1}`))
	f.Add([]byte(`{"export":"suhe audit 1","base":{"seq":18446744073709551615,"algorithm":"sm3"}}` + "\n" + `{"seq":0}`))
	f.Add([]byte(`{"entries":0,"seal":{"signature":"00"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		n := uint64(0)
		_, proof, err := audit.ReadExport(bytes.NewReader(data), func(audit.Entry) error { n++; return nil })
		if err == nil && (proof.Entries != n || proof.Seal.Check() != nil) {
			t.Errorf("%d entries proved by %+v", n, proof)
		}
		if err != nil && !errors.Is(err, audit.ErrBroken) {
			t.Error(err)
		}
	})
}
