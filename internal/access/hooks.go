package access

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"

	"suhe/assets"
)

// Hooks are the algorithms that may send findings, each with a secret of its own
// in a folder: one file for each, readable by its owner only. They are read when
// they are asked for, so that a running node sees one that is added or removed.
// All methods may be called at once.
type Hooks struct {
	dir    string
	decoy  string // the secret of hooks that are not there
	shared Shared

	mu   sync.Mutex
	seen map[[sha256.Size]byte]int64 // what was taken, and until when it must be known again, Unix seconds
}

// maxSeen bounds the messages that are known again; they are forgotten when their
// signature is too old by itself.
const maxSeen = 100_000

// hookName is what a hook may be called: it stands in addresses and file names.
var hookName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`)

// CheckHookName says what is wrong with the name of a hook, of those that come in
// and of those that go out; the error wraps assets.ErrInvalid.
func CheckHookName(name string) error {
	if !hookName.MatchString(name) {
		return fmt.Errorf("%w: hook: %.80q, want a name of 1 to 64 of a-z, 0-9, _ and -", assets.ErrInvalid, name)
	}
	return nil
}

const (
	secretBytes  = 32
	secretPrefix = "whsec_"
	secretSuffix = ".secret"
)

// HookMemory is how long a message must be known again.
const HookMemory = 2 * signatureTolerance * time.Second

// OpenHooks takes the folder, which need not be there. What was taken is known to all
// nodes that share, for HookMemory at least; nil: this node is alone.
func OpenHooks(dir string, shared Shared) *Hooks {
	return &Hooks{dir: dir, decoy: NewHookSecret(), shared: shared, seen: make(map[[sha256.Size]byte]int64)}
}

// NewHookSecret makes a secret that messages are signed with; see Sign.
func NewHookSecret() string {
	secret := make([]byte, secretBytes)
	rand.Read(secret)
	return secretPrefix + base64.RawURLEncoding.EncodeToString(secret)
}

func (h *Hooks) file(name string) string { return filepath.Join(h.dir, name+secretSuffix) }

// Add makes a hook and returns its secret, which is told nowhere else. The error
// wraps assets.ErrInvalid or, if there is one of that name, assets.ErrConflict.
func (h *Hooks) Add(name string) (secret string, err error) {
	if err := CheckHookName(name); err != nil {
		return "", err
	}
	if err := os.MkdirAll(h.dir, 0o700); err != nil {
		return "", fmt.Errorf("hook: %w", err)
	}
	secret = NewHookSecret()
	// A file that is linked in place is whole, and never takes another's place.
	part, err := os.CreateTemp(h.dir, ".new-*")
	if err != nil {
		return "", fmt.Errorf("hook: %w", err)
	}
	defer os.Remove(part.Name())
	_, err = part.WriteString(secret)
	if err = errors.Join(err, part.Sync(), part.Close()); err != nil {
		return "", fmt.Errorf("hook: %w", err)
	}
	err = os.Link(part.Name(), h.file(name))
	if errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("%w: hook: %s is there already: remove it first", assets.ErrConflict, name)
	}
	return secret, err
}

// Remove removes a hook, or says that it is assets.ErrNotFound.
func (h *Hooks) Remove(name string) error {
	if !hookName.MatchString(name) {
		return fmt.Errorf("hook %.80q: %w", name, assets.ErrNotFound)
	}
	err := os.Remove(h.file(name))
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("hook %s: %w", name, assets.ErrNotFound)
	}
	return err
}

// Names are those of all hooks, in order.
func (h *Hooks) Names() ([]string, error) {
	entries, err := os.ReadDir(h.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var out []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), secretSuffix); ok && hookName.MatchString(name) {
			out = append(out, name)
		}
	}
	return out, err
}

// secret is the hook's, or one that nobody knows if there is no such hook.
func (h *Hooks) secret(name string) (secret string, known bool) {
	if hookName.MatchString(name) {
		if text, err := os.ReadFile(h.file(name)); err == nil && len(text) >= len(secretPrefix)+secretBytes {
			return string(text), true
		}
	}
	return h.decoy, false
}

// Take runs take if the signature (see Sign) is the hook's, of this body, and of
// about now, and the message has not been taken before, by any node. One that take
// fails on may come again. Errors wrap ErrUnauthenticated, the same for a hook that is not
// there as for a wrong signature; assets.ErrConflict for a message that is played
// again; assets.ErrBusy; or are those of take.
func (h *Hooks) Take(ctx context.Context, name, signature string, body []byte, now time.Time, take func() error) error {
	s, err := parseSignature(signature)
	if err != nil {
		return err
	}
	if off := now.Unix() - s.at; off > signatureTolerance || off < -signatureTolerance {
		return fmt.Errorf("%w: %s: t=%d is more than 5 minutes off our clock", ErrUnauthenticated, SignatureHeader, s.at)
	}
	secret, known := h.secret(name)
	if right := s.matches(secret, body); !right || !known {
		return fmt.Errorf("%w: %s is not that of this hook and body", ErrUnauthenticated, SignatureHeader)
	}
	message := [sha256.Size]byte(mac(secret, s.at, body))
	if err := h.remember(message, s.at+signatureTolerance, now.Unix()); err != nil {
		return err
	}
	err = once(ctx, h.shared, hex.EncodeToString(message[:]), now, take)
	if errors.Is(err, errDone) {
		return errTaken
	}
	if err != nil {
		h.mu.Lock()
		delete(h.seen, message)
		h.mu.Unlock()
	}
	return err
}

var errTaken = fmt.Errorf("%w: %s: this message was taken already: sign each anew", assets.ErrConflict, SignatureHeader)

// remember refuses a message that came before.
func (h *Hooks) remember(message [sha256.Size]byte, until, now int64) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, again := h.seen[message]; again {
		return errTaken
	}
	if len(h.seen) >= maxSeen {
		for m, last := range h.seen {
			if last < now {
				delete(h.seen, m)
			}
		}
	}
	if len(h.seen) >= maxSeen {
		return fmt.Errorf("%w: more than %d webhooks within 5 minutes", assets.ErrBusy, maxSeen)
	}
	h.seen[message] = until
	return nil
}
