package alarm

import (
	"os"
	"regexp"
	"testing"

	"suhe/assets/scene"
)

// The examples of docs/alarms.md are good documents.
func TestExamplesOfTheDocumentation(t *testing.T) {
	text, err := os.ReadFile("../../docs/alarms.md")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]int{}
	for _, m := range regexp.MustCompile("(?s)```json (\\w+) ([\\w-]+)\n(.*?)```").FindAllSubmatch(text, -1) {
		kind, name := string(m[1]), string(m[2])
		found[kind]++
		var err error
		switch kind {
		case "rule":
			_, err = ReadRule(name, m[3], tables())
		case "fence":
			_, err = ReadFence(name, m[3], scene.River())
		case "silence":
			_, err = ReadSilence(name, m[3], tables())
		}
		if err != nil {
			t.Error(err)
		}
	}
	if found["rule"] < 5 || found["fence"] < 2 || found["silence"] < 1 {
		t.Errorf("examples %v", found)
	}
}
