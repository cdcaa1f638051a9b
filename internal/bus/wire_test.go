package bus

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// scripted is a wire on which the broker says the text, whatever it is told, and then
// hangs up.
func scripted(t testing.TB, text string) *wire {
	t.Helper()
	ours, theirs := net.Pipe()
	go func() { _, _ = io.Copy(io.Discard, theirs) }()
	go func() {
		_, _ = io.WriteString(theirs, text)
		_ = theirs.Close()
	}()
	t.Cleanup(func() { _ = ours.Close() })
	return newWire(ours)
}

// told reads all messages of a wire as text.
func told(w *wire) (out []string, err error) {
	for {
		d, err := w.next()
		if err != nil {
			return out, err
		}
		text := fmt.Sprintf("%s %s %d %s", d.subject, d.reply, d.status(), d.header("Nmqtt-Pub"))
		if d.size != 3 { // that is skipped
			data, err := w.data(d)
			if err != nil {
				return out, err
			}
			text += " " + string(data)
		}
		out = append(out, text)
	}
}

func TestWire(t *testing.T) {
	head := "NATS/1.0\r\nOther: Nmqtt-Pub:2\r\nNmqtt-Pub: 1\r\n\r\n"
	beat := "NATS/1.0 100 Idle Heartbeat\r\n\r\n"
	w := scripted(t, "PING\r\nMSG a.b 1 5\r\nhello\r\nMSG a 1 r.1 3\r\nMSG\r\n+OK\r\nMSG   a  1   0 \r\n\r\n"+
		fmt.Sprintf("HMSG a 1 r %d %d\r\n%sdata\r\n", len(head), len(head)+4, head)+
		fmt.Sprintf("INFO {%s}\r\nHMSG a 1 %d %d\r\n%s\r\n", strings.Repeat("x", 2*wireBuffer), len(beat), len(beat), beat))
	got, err := told(w)
	if !errors.Is(err, io.EOF) {
		t.Errorf("it ends with %v", err)
	}
	same(t, "messages", got, "a.b  0  hello", "a r.1 0 ", "a  0  ", "a r 0 1 data", "a  100  ")
}

func TestWireEndsWithWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		"-ERR 'Slow Consumer'\r\n":               "Slow Consumer",
		"MSG a 1 x\r\n":                          "sizes",
		"MSG a 1 -3\r\n":                         "sizes",
		"HMSG a 1 9 3\r\n":                       "sizes",
		"MSG a 1 99999999999\r\n":                "sizes",
		"MSG a 1\r\n":                            "fields",
		"MSG a 1 b c 3\r\n":                      "fields",
		"\r\n":                                   "an empty line",
		strings.Repeat("x", wireLine+wireBuffer): "a line of more than",
		"MSG a 1 5\r\nhe":                        "EOF",
	} {
		if got, err := told(scripted(t, text)); len(got) > 0 || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v, %v, want %s", text, got, err, want)
		}
	}
}

func FuzzWire(f *testing.F) {
	for _, text := range []string{"MSG a 1 5\r\nhello\r\n", "HMSG a 1 r 12 15\r\nNATS/1.0\r\n\r\nabc\r\n", "PING\r\n", "MSG a 1 8388608\r\n", "HMSG a 1 -1 4\r\n"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := told(scripted(t, text)); err == nil {
			t.Error("it never ends")
		}
	})
}

func TestPlace(t *testing.T) {
	at := time.Unix(0, 1_795_392_000_123_456_789)
	for reply, good := range map[string]bool{
		"$JS.ACK.$MQTT_msgs.c7.1.42.7.1795392000123456789.3":                true,
		"$JS.ACK._.hash.$MQTT_msgs.c7.1.42.7.1795392000123456789.3":         true,
		"$JS.ACK.hub.hash.$MQTT_msgs.c7.1.42.7.1795392000123456789.3.token": true,
		"": false, "a.b": false, "$JS.ACK.s.c.1.x.7.1.3": false, "$JS.ACK.s.c.1.4.7.x.3": false, "$JS.ACK.s.c.1.42": false,
	} {
		seq, when, err := place([]byte(reply))
		if good != (err == nil) || good && (seq != 42 || !when.Equal(at)) {
			t.Errorf("%q: %d, %v, %v", reply, seq, when, err)
		}
	}
}

// What flies by while nobody takes it is dropped beyond the bound.
func TestUnkeptIsBounded(t *testing.T) {
	u := unkept{news: make(chan struct{}, 1)}
	big := Letter{Data: make([]byte, MaxLetter)}
	taken, told := 0, 0
	for range 2 * unkeptBytes / MaxLetter {
		before := len(u.letters)
		if !u.add(big) {
			told++
		}
		taken += len(u.letters) - before
	}
	if most := unkeptBytes / MaxLetter; taken == 0 || taken > most || told != 1 {
		t.Errorf("%d letters wait, at most %d; told of it %d times", taken, most, told)
	}
	if got := len(u.take()); got != taken || !u.add(big) || len(u.take()) != 1 {
		t.Errorf("took %d of %d, and then it takes no more", got, taken)
	}
}
