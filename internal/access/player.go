package access

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"suhe/assets"
)

// The bounds of a player.
const (
	leastPlaySecret = 32 // bytes
	MinPlayLife     = 10 * time.Second
	MaxPlayLife     = 10 * time.Minute
)

// playParts are what the address of a player must name, each once.
var playParts = [...]string{"{camera}", "{ticket}", "{expires}", "{signature}"}

// Player makes addresses at a media server outside, at which one camera can be looked
// through for a short while. The media server knows by the camera's id where its
// pictures come from; that address is not in the ticket, and nobody here is told it.
// It lets in whoever brings a signature that is its own and not too old: in hexadecimal
// digits the HMAC-SHA-256 (RFC 2104), under the secret that both have, of the camera's
// id, the ticket and the Unix time at which it expires, each but the last followed by a
// line feed.
type Player struct {
	address string
	secret  []byte
	life    time.Duration
}

// OpenPlayer takes the address, which names {camera}, {ticket}, {expires} and
// {signature}, and the file of the secret: a text of 32 bytes or more, without what
// white space is around it.
func OpenPlayer(address, secretFile string, life time.Duration) (*Player, error) {
	for _, part := range playParts {
		if n := strings.Count(address, part); n != 1 {
			return nil, fmt.Errorf("play-url: %s stands in it %d times, want once", part, n)
		}
	}
	u, err := url.Parse(fill(address, "c", "t", "0", "s"))
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" && u.Scheme != "wss" && u.Scheme != "ws" {
		return nil, fmt.Errorf("play-url: want an https, http, wss or ws address with a host and without a password")
	}
	if life < MinPlayLife || life > MaxPlayLife {
		return nil, fmt.Errorf("play-life: %v, want %v to %v", life, MinPlayLife, MaxPlayLife)
	}
	text, err := os.ReadFile(secretFile)
	if err != nil {
		return nil, fmt.Errorf("play-secret-file: %w", err)
	}
	secret := strings.TrimSpace(string(text))
	if len(secret) < leastPlaySecret {
		return nil, fmt.Errorf("play-secret-file: %d bytes, want %d or more", len(secret), leastPlaySecret)
	}
	return &Player{address, []byte(secret), life}, nil
}

func fill(address, camera, ticket, expires, signature string) string {
	return strings.NewReplacer(playParts[0], camera, playParts[1], ticket, playParts[2], expires, playParts[3], signature).Replace(address)
}

// PlayTicket lets one look through a camera.
type PlayTicket struct {
	URL     string    `json:"url"`
	Ticket  string    `json:"ticket"` // its number: in the record of both sides
	Expires time.Time `json:"expires"`
}

// Ticket makes a ticket for the camera.
func (p *Player) Ticket(camera assets.ID, now time.Time) PlayTicket {
	t := PlayTicket{Ticket: rand.Text(), Expires: now.Add(p.life).Truncate(time.Second)}
	expires := strconv.FormatInt(t.Expires.Unix(), 10)
	m := hmac.New(sha256.New, p.secret)
	fmt.Fprintf(m, "%s\n%s\n%s", camera, t.Ticket, expires)
	t.URL = fill(p.address, url.PathEscape(string(camera)), t.Ticket, expires, hex.EncodeToString(m.Sum(nil)))
	return t
}
