package bench

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"
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

// tick is the unit of processor time in /proc, the same on all of Linux's machines.
const tick = 10 * time.Millisecond

// cpuTime is the processor time that a process has used, in its own name and in
// the kernel's.
func cpuTime(pid int) (time.Duration, error) {
	text := fileText(fmt.Sprintf("/proc/%d/stat", pid))
	// The name, in brackets, may hold anything; the fields follow it.
	fields := strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
	if len(fields) < 13 {
		return 0, fmt.Errorf("processor time of %d: /proc tells none", pid)
	}
	user, err := strconv.ParseInt(fields[11], 10, 64)
	if err != nil {
		return 0, fmt.Errorf("processor time of %d: %w", pid, err)
	}
	system, err := strconv.ParseInt(fields[12], 10, 64)
	if err != nil {
		return 0, fmt.Errorf("processor time of %d: %w", pid, err)
	}
	return time.Duration(user+system) * tick, nil
}
