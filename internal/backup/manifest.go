package backup

import (
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"time"

	"suhe/assets"
	"suhe/internal/bus"
)

const (
	manifestName = "manifest.json"
	format       = "suhe-backup"
	formatNumber = 1
)

// Manifest tells what is in an archive.
type Manifest struct {
	Format  string         `json:"format"`
	Number  int            `json:"number"`
	Program string         `json:"program"` // version that wrote it
	Begun   time.Time      `json:"begun"`   // whatever was acknowledged before is in it
	Store   string         `json:"store"`   // kind: geopackage or postgis
	Keys    bool           `json:"keys"`    // it holds the keys
	Streams []bus.Snapshot `json:"streams"`
	Parts   []Part         `json:"parts"` // in order
}

// Part is a piece of a member, and one entry of the tar.
type Part struct {
	Name   string `json:"name"` // MEMBER/NUMBER
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// check refuses a manifest of something else.
func (m *Manifest) check() error {
	if m.Format != format || m.Number != formatNumber {
		return fmt.Errorf("%w: manifest: %.40q %d, want %q %d", assets.ErrInvalid, m.Format, m.Number, format, formatNumber)
	}
	return nil
}

// Size is how many bytes all members have together.
func (m *Manifest) Size() (total int64) {
	for _, p := range m.Parts {
		total += p.Size
	}
	return total
}

// The groups of members: the first element of their names.
const (
	Store   = "store"
	Streams = "streams"
	Keys    = "keys"
	Media   = "media"
)

// partDigits is the length of a part's number, which ends its name.
const partDigits = 8

var partNumber = regexp.MustCompile(`^[0-9]{8}$`)

// memberName is what a member may be called. A name can lead nowhere else: it has
// no empty element, none that begins with two dots, no backslash and no colon.
var memberName = regexp.MustCompile(`^(store|streams|keys|media)(/[^/\\:\x00-\x1f]+)+$`)

// checkName refuses a name that could lead out of the folder that it is restored to.
func checkName(name string) error {
	if !memberName.MatchString(name) || !fs.ValidPath(name) || strings.Contains(name, "/..") || len(name) > 1024 {
		return fmt.Errorf("%w: member: %.80q is no name of one", assets.ErrInvalid, name)
	}
	return nil
}

// split takes the number off the name of a part, which leaves its member's.
func split(part string) (member string, err error) {
	i := strings.LastIndexByte(part, '/')
	if i < 0 || !partNumber.MatchString(part[i+1:]) {
		return "", fmt.Errorf("%w: part: %.80q, want MEMBER/NUMBER", assets.ErrInvalid, part)
	}
	return part[:i], checkName(part[:i])
}
