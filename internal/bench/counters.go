package bench

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// applied is how many observations the node's world has taken into states.
func (n *node) applied(ctx context.Context) (float64, error) {
	return n.metric(ctx, `suhe_observations_total{result="applied"}`)
}

// kept is how many observations the node has handed to history.
func (n *node) kept(ctx context.Context) (float64, error) {
	return n.metric(ctx, "suhe_history_observations_total")
}

func (n *node) metric(ctx context.Context, name string) (float64, error) {
	text, err := n.ask(ctx, http.MethodGet, "http://"+n.admin+"/metrics", "")
	if err != nil {
		return 0, err
	}
	return counter(text, name)
}

// counter reads one sample of the Prometheus text format.
func counter(text []byte, name string) (float64, error) {
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		if rest, ok := strings.CutPrefix(lines.Text(), name+" "); ok {
			return strconv.ParseFloat(rest, 64)
		}
	}
	return 0, fmt.Errorf("metrics: no %s", name)
}

// settlePatience is how long nothing may happen until what is missing is lost.
const settlePatience = 5 * time.Second

// settle waits until the node has applied so many observations, or applies no
// more, and returns how many it has.
func (n *node) settle(ctx context.Context, want float64) (float64, error) {
	last, moved := -1.0, time.Now()
	for {
		now, err := n.applied(ctx)
		if err != nil || now >= want {
			return now, err
		}
		if now != last {
			last, moved = now, time.Now()
		}
		if time.Since(moved) > settlePatience {
			return now, nil
		}
		time.Sleep(10 * time.Millisecond)
	}
}
