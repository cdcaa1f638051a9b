package bus

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var topics = []struct{ topic, subject string }{
	{"a", "a"},
	{"a/b", "a.b"},
	{"suhe/v1/devices/wl-0001/observations", "suhe.v1.devices.wl-0001.observations"},
	{"suhe/v1/devices/a.b:c/observations", "suhe.v1.devices.a//b:c.observations"},
	{"a./b", "a//.b"},
	{".a/b", "//a.b"},
	{"a/.b", "a.//b"},
	{"a..b", "a////b"},
	{"./.", "//.//"},
	{"水位/一", "水位.一"},
}

func TestTopicThereAndBack(t *testing.T) {
	for _, tc := range topics {
		s, err := subject(tc.topic)
		if err != nil || s != tc.subject {
			t.Errorf("subject(%q) = %q, %v; want %q", tc.topic, s, err, tc.subject)
		}
		if back := topic(s); back != tc.topic {
			t.Errorf("topic(%q) = %q, want %q", s, back, tc.topic)
		}
	}
}

func TestTopicOfEmptyLevels(t *testing.T) {
	for in, want := range map[string]string{"/.a": "/a", "a./": "a/", "a./.b": "a//b", "/./": "/", "/././": "//"} {
		if got := topic(in); got != want {
			t.Errorf("topic(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestTopicRefuses(t *testing.T) {
	for _, s := range []string{"", "/", "/a", "a/", "a//b", "a b", "a\tb", "a/+", "#", "a/*", "a/>", "a\x00", "a\x7f"} {
		if got, err := subject(s); err == nil {
			t.Errorf("subject(%q) = %q", s, got)
		}
	}
}

func TestTopicRoundTripOfAnyId(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		levels := rapid.SliceOfN(rapid.StringMatching(`[A-Za-z0-9_.:-]{1,12}`), 1, 5).Draw(t, "levels")
		want := strings.Join(levels, "/")
		s, err := subject(want)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Count(s, ".") != len(levels)-1 {
			t.Fatalf("%q has other levels than %q", s, want)
		}
		if back := topic(s); back != want {
			t.Fatalf("%q came back as %q through %q", want, back, s)
		}
	})
}

func TestSubjectFilter(t *testing.T) {
	for in, want := range map[string]string{
		"a/+/b": "a.*.b", "a/#": "a.>", "#": ">", "+": "*", "a.b/+": "a//b.*",
	} {
		if got, err := subjectFilter(in); err != nil || got != want {
			t.Errorf("subjectFilter(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
}

func FuzzTopic(f *testing.F) {
	for _, tc := range topics {
		f.Add(tc.topic)
	}
	f.Fuzz(func(t *testing.T, in string) {
		s, err := subject(in)
		if err != nil {
			return
		}
		if back := topic(s); back != in {
			t.Errorf("%q came back as %q through %q", in, back, s)
		}
	})
}
