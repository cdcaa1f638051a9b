package seal

import (
	"bufio"
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

const keyLength = 32

// key is one key, of which two are derived: one encrypts, one makes nonces.
type key struct {
	id    string // eight hexadecimal digits of its hash
	gcm   cipher.AEAD
	nonce []byte
}

func newKey(secret []byte) (key, error) {
	if len(secret) != keyLength {
		return key{}, fmt.Errorf("a key of %d bytes, want %d", len(secret), keyLength)
	}
	sum := sha256.Sum256(append([]byte("suhe seal id\n"), secret...))
	k := key{id: hex.EncodeToString(sum[:4])}
	encrypt, err := hkdf.Key(sha256.New, secret, nil, "suhe seal encrypt", keyLength)
	if err != nil {
		return key{}, err
	}
	block, err := aes.NewCipher(encrypt)
	if err != nil {
		return key{}, err
	}
	if k.gcm, err = cipher.NewGCM(block); err != nil {
		return key{}, err
	}
	k.nonce, err = hkdf.Key(sha256.New, secret, nil, "suhe seal nonce", keyLength)
	return k, err
}

// Open reads the keys of a file: one a line, base64 without padding, the newest
// last. If there is no file it makes one with one key, readable by its owner only;
// one that others may read is refused.
func Open(file string) (*Keys, error) {
	k := &Keys{file: file}
	err := k.load()
	if errors.Is(err, fs.ErrNotExist) {
		if err := write(file, line(), os.O_EXCL); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, fmt.Errorf("seal key: %w", err)
		}
		err = k.load() // of whoever was first
	}
	if err != nil {
		return nil, err
	}
	return k, nil
}

// followEvery is how often the file is looked at, at most.
const followEvery = time.Second

// mark tells whether a file changed.
type mark struct {
	size int64
	at   time.Time
}

// load reads the file. The caller holds mu, or is the first.
func (k *Keys) load() error {
	is := mark{}
	if info, err := os.Stat(k.file); err == nil {
		is = mark{info.Size(), info.ModTime()}
	}
	k.looked = time.Now()
	if k.is != nil && is == k.mark {
		return nil
	}
	text, err := read(k.file)
	if err != nil {
		return fmt.Errorf("seal key: %w", err)
	}
	keys, err := parse(text)
	if err != nil {
		return fmt.Errorf("seal key: %s: %w", k.file, err)
	}
	k.is, k.mark = keys, is
	return nil
}

// now are the keys as of a second ago or later.
func (k *Keys) now() *ring {
	k.mu.Lock()
	defer k.mu.Unlock()
	if time.Since(k.looked) >= followEvery {
		k.follow()
	}
	return k.is
}

// anew are the keys as of now.
func (k *Keys) anew() *ring {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.follow()
	return k.is
}

// follow loads the file if it changed. The caller holds mu.
func (k *Keys) follow() {
	if err := k.load(); err != nil && k.Failed != nil {
		k.Failed(err)
	}
}

func read(file string) ([]byte, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return nil, fmt.Errorf("%s: mode %#o lets others read it, want 0600", file, mode)
	}
	return os.ReadFile(file)
}

func parse(text []byte) (*ring, error) {
	k := &ring{byID: map[string]key{}}
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		if len(lines.Bytes()) == 0 {
			continue
		}
		secret, err := base64.RawStdEncoding.DecodeString(lines.Text())
		if err != nil {
			return nil, errors.New("a line is no base64 without padding")
		}
		one, err := newKey(secret)
		if err != nil {
			return nil, err
		}
		k.byID[one.id], k.newest = one, one
	}
	if len(k.byID) == 0 {
		return nil, errors.New("no key is in it")
	}
	return k, nil
}

func line() []byte {
	secret := make([]byte, keyLength)
	rand.Read(secret)
	return append([]byte(base64.RawStdEncoding.EncodeToString(secret)), '\n')
}

// Rotate adds a key to the file; from now on it is the one that seals.
// Those before stay: what they sealed may be in backups and in the log.
func Rotate(file string) error {
	text, err := read(file)
	if err == nil {
		_, err = parse(text)
	}
	if err == nil {
		err = os.Remove(file + ".new")
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
	}
	if err == nil {
		err = write(file+".new", append(append(bytes.TrimRight(text, "\n"), '\n'), line()...), os.O_EXCL)
	}
	if err == nil {
		err = os.Rename(file+".new", file)
	}
	if err != nil {
		return fmt.Errorf("seal key: %w", err)
	}
	return nil
}

func write(file string, text []byte, how int) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY|how, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Sync(), f.Close())
}
