package bench

import (
	"fmt"
	"os"
	"runtime"
	"strings"
)

// machine tells where the figures are from.
func machine() []string {
	model := "unknown processor"
	for line := range strings.Lines(fileText("/proc/cpuinfo")) {
		if name, text, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			model = strings.TrimSpace(text)
			break
		}
	}
	lines := []string{fmt.Sprintf("%s/%s, %s, %d of %d cores, %s", runtime.GOOS, runtime.GOARCH, model,
		runtime.GOMAXPROCS(0), runtime.NumCPU(), runtime.Version())}
	if load := strings.Fields(fileText("/proc/loadavg")); len(load) > 0 {
		lines = append(lines, "load average before the run: "+load[0]+" (what others do counts against both sides)")
	}
	return lines
}

// fileText is a file of /proc, or nothing where there is none.
func fileText(name string) string {
	text, err := os.ReadFile(name)
	if err != nil {
		return ""
	}
	return string(text)
}

// memory reads a field of /proc/PID/status in bytes, like VmRSS or VmHWM.
func memory(pid any, field string) (int64, error) {
	for line := range strings.Lines(fileText(fmt.Sprintf("/proc/%v/status", pid))) {
		rest, ok := strings.CutPrefix(line, field+":")
		if !ok {
			continue
		}
		var kilobytes int64
		if _, err := fmt.Sscan(rest, &kilobytes); err != nil {
			return 0, fmt.Errorf("memory of %v: %s: %w", pid, field, err)
		}
		return kilobytes << 10, nil
	}
	return 0, fmt.Errorf("memory of %v: /proc tells no %s", pid, field)
}
