package mapping

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"suhe/assets"
)

// lookEvery is how often a folder is looked at.
const lookEvery = 2 * time.Second

// FolderOptions are a Folder's settings.
type FolderOptions struct {
	Dir       string                // empty: there are no mappings
	Phenomena Phenomena             // must be set
	Log       *slog.Logger          // nil: none
	Metrics   prometheus.Registerer // nil: none
}

// Folder holds the mappings of a folder's *.json files and follows what changes.
// A file whose new version is broken keeps its old one; why is told once, and
// counted. One goroutine calls Run; the others may be called at once.
type Folder struct {
	o     FolderOptions
	set   atomic.Pointer[Set]
	told  atomic.Pointer[[]File]
	files map[string]*file // by name; of Run alone after OpenFolder
	lost  bool             // the folder could not be read the last time

	loads *prometheus.CounterVec
	held  *prometheus.GaugeVec
}

// file is what is known of one file.
type file struct {
	stamp  string
	good   *Mapping // the last version that could be used; nil: none
	broken error    // of the present version
}

// File is one file of a folder.
type File struct {
	Name   string
	Used   *Mapping // what is used of it: its last version that could be; nil: none
	Broken error    // what is wrong with its present version; nil: nothing
}

// OpenFolder reads the folder. A broken file does not keep the others from being
// used; a folder that cannot be read is an error that wraps assets.ErrInvalid.
func OpenFolder(o FolderOptions) (*Folder, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	f := &Folder{
		o: o, files: map[string]*file{},
		loads: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "suhe_mapping_loads_total",
			Help: "Versions of mapping files that were read, by result (loaded, broken).",
		}, []string{"result"}),
		held: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "suhe_mapping_files",
			Help: "Mapping files, by state: fine, kept (broken, an older version is used), broken (not used).",
		}, []string{"state"}),
	}
	if o.Metrics != nil {
		o.Metrics.MustRegister(f.loads, f.held)
	}
	for _, result := range []string{"loaded", "broken"} {
		f.loads.WithLabelValues(result)
	}
	f.set.Store(new(Set))
	f.tell()
	if o.Dir == "" {
		return f, nil
	}
	if err := f.look(); err != nil {
		return nil, fmt.Errorf("%w: mappings: %w", assets.ErrInvalid, err)
	}
	return f, nil
}

// Set returns the mappings of now.
func (f *Folder) Set() *Set { return f.set.Load() }

// Files are the files of now, in the order of their names; they must not be changed.
func (f *Folder) Files() []File { return *f.told.Load() }

// Broken tells what is wrong, in the order of the files' names.
func (f *Folder) Broken() (wrong []error) {
	for _, file := range f.Files() {
		if file.Broken != nil {
			wrong = append(wrong, file.Broken)
		}
	}
	return wrong
}

// tell says what became of the files.
func (f *Folder) tell() {
	files := make([]File, 0, len(f.files))
	for _, name := range slices.Sorted(maps.Keys(f.files)) {
		files = append(files, File{name, f.files[name].good, f.files[name].broken})
	}
	f.told.Store(&files)
}

// Run follows the folder until ctx ends.
func (f *Folder) Run(ctx context.Context) error {
	if f.o.Dir == "" {
		return nil
	}
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		err := f.look()
		if err != nil && !f.lost {
			f.o.Log.Warn("mappings: the folder cannot be read, what was read is kept", "err", err)
		}
		f.lost = err != nil
	}
}

// look reads what has changed since the last time, and takes it into use.
func (f *Folder) look() error {
	entries, err := os.ReadDir(f.o.Dir)
	if err != nil {
		return err
	}
	there := map[string]bool{}
	var news []string
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), ".json")
		info, err := os.Stat(filepath.Join(f.o.Dir, e.Name())) // follows a link, which e does not
		if !ok || err != nil || info.IsDir() || len(there) == MaxMappings {
			continue
		}
		there[name] = true
		stamp := fmt.Sprint(info.ModTime().UnixNano(), info.Size())
		if known := f.files[name]; known == nil || known.stamp != stamp {
			news = append(news, name)
			f.note(name, stamp)
		}
	}
	gone := len(f.files)
	maps.DeleteFunc(f.files, func(name string, _ *file) bool { return !there[name] })
	if gone -= len(f.files); gone > 0 || len(news) > 0 {
		f.renew(news)
	}
	return nil
}

func (f *Folder) note(name, stamp string) {
	if f.files[name] == nil {
		f.files[name] = new(file)
	}
	f.files[name].stamp = stamp
}

// renew builds the set anew: first the files that stay as they are, then the new
// versions, so that of two that do not go together the older one stays.
func (f *Folder) renew(news []string) {
	set := new(Set)
	for _, name := range slices.Sorted(maps.Keys(f.files)) {
		if !slices.Contains(news, name) {
			set = f.keep(set, name)
		}
	}
	for _, name := range news {
		set = f.take(set, name)
	}
	f.set.Store(set)
	f.tell()
	f.measure()
}

// keep adds the version that is in use.
func (f *Folder) keep(set *Set, name string) *Set {
	file := f.files[name]
	if file.good == nil {
		return set
	}
	next, err := set.with(file.good)
	if err != nil {
		f.o.Log.Warn("mapping no longer used", "mapping", name, "err", err)
		file.good, file.broken = nil, err
		return set
	}
	return next
}

// take adds the new version of a file, or else keeps the old one and says why.
func (f *Folder) take(set *Set, name string) *Set {
	file := f.files[name]
	m, err := f.read(name)
	if err == nil {
		var next *Set
		if next, err = set.with(m); err == nil {
			file.good, file.broken = m, nil
			f.loads.WithLabelValues("loaded").Inc()
			f.o.Log.Info("mapping loaded", "mapping", name)
			return next
		}
	}
	file.broken = err
	f.loads.WithLabelValues("broken").Inc()
	f.o.Log.Warn("mapping is broken", "mapping", name, "old version kept", file.good != nil, "err", err)
	return f.keep(set, name)
}

func (f *Folder) read(name string) (*Mapping, error) {
	text, err := readFile(filepath.Join(f.o.Dir, name+".json"))
	if err != nil {
		return nil, err
	}
	return Parse(name, text, f.o.Phenomena)
}

// readFile reads no more than a mapping may have, whatever the file is.
func readFile(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.Mode()&fs.ModeType != 0 {
		return nil, fmt.Errorf("%w: %s is no plain file", assets.ErrInvalid, name)
	}
	r, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(io.LimitReader(r, MaxFile+1))
}

// Load reads one mapping from a file.
func Load(name string, phenomena Phenomena) (*Mapping, error) {
	text, err := readFile(name)
	if err != nil {
		return nil, err
	}
	return Parse(strings.TrimSuffix(filepath.Base(name), ".json"), text, phenomena)
}

func (f *Folder) measure() {
	states := map[string]int{"fine": 0, "kept": 0, "broken": 0}
	for _, file := range f.files {
		switch {
		case file.broken == nil:
			states["fine"]++
		case file.good != nil:
			states["kept"]++
		default:
			states["broken"]++
		}
	}
	for state, n := range states {
		f.held.WithLabelValues(state).Set(float64(n))
	}
}
