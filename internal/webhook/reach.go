package webhook

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"syscall"

	"suhe/assets"
)

// ErrReach says that an address may not be reached.
var ErrReach = errors.New("address is not one that webhooks may reach")

// Reach is where hooks may reach. The zero Reach is every address of the public
// internet, by https at port 443.
//
// What stands in a URL says little of where it leads: a name is resolved anew for
// each connection, to whatever its owner wants. Therefore the address itself is
// asked about, when it is dialled (see Control); no answer of a name server comes
// between.
type Reach struct {
	Networks []netip.Prefix // that may be reached as well
	Ports    []uint16       // instead of 443, or with HTTP of 80 and 443
	HTTP     bool           // without TLS too
}

// inside are networks that are not the public internet's (RFC 6890 and the IANA
// registries of special-purpose addresses), and one address of the internet at which
// a cloud tells secrets to the machines in it. Of IPv6 only 2000::/3 is the internet:
// the rest (loopback, mapped and translated IPv4, link-local, unique local,
// multicast) need not be listed.
var inside = prefixes(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
	"192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
	"224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32",
	"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")

var internet6 = netip.MustParsePrefix("2000::/3")

func prefixes(texts ...string) (out []netip.Prefix) {
	for _, text := range texts {
		out = append(out, netip.MustParsePrefix(text))
	}
	return out
}

// Check refuses an address and port; the error wraps ErrReach.
func (r Reach) Check(to netip.AddrPort) error {
	// An IPv4 address that is written as IPv6 leads where the IPv4 address does; a
	// zone, which only link-local addresses have, hides it from prefixes.
	a := to.Addr().Unmap().WithZone("")
	contains := func(p netip.Prefix) bool { return p.Contains(a) }
	switch {
	case !slices.Contains(r.ports(), to.Port()):
		return fmt.Errorf("%w: port %d, want one of %v", ErrReach, to.Port(), r.ports())
	case slices.ContainsFunc(r.Networks, contains):
		return nil
	case !a.IsValid() || slices.ContainsFunc(inside, contains) || a.Is6() && !internet6.Contains(a):
		return fmt.Errorf("%w: %s is not of the public internet: --webhook-networks allows others", ErrReach, a)
	}
	return nil
}

func (r Reach) ports() []uint16 {
	switch {
	case len(r.Ports) > 0:
		return r.Ports
	case r.HTTP:
		return []uint16{80, 443}
	}
	return []uint16{443}
}

// Control is net.Dialer's: it is asked about each address that is about to be
// dialled, once the name is resolved.
func (r Reach) Control(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %.80q", ErrReach, address)
	}
	return r.Check(to)
}

// CheckURL refuses what is no address to post to, and of those that name an address
// itself those that may not be reached. The error wraps assets.ErrInvalid.
func (r Reach) CheckURL(text string) error {
	u, err := url.Parse(text)
	wrong := func(what string) error { return fmt.Errorf("%w: url: %s", assets.ErrInvalid, what) }
	switch {
	case err != nil || len(text) > maxURL || u.Hostname() == "":
		return wrong(fmt.Sprintf("want an address like https://receiver.example/suhe of at most %d bytes", maxURL))
	case u.Scheme != "https" && !(r.HTTP && u.Scheme == "http"):
		return wrong(fmt.Sprintf("%.20q, want https (--webhook-http allows http)", u.Scheme))
	case u.User != nil || u.Fragment != "":
		return wrong("want no user, password or fragment")
	}
	port, err := portOf(u)
	if err != nil || !slices.Contains(r.ports(), port) {
		return wrong(fmt.Sprintf("port %.20s, want one of %v (--webhook-ports)", u.Port(), r.ports()))
	}
	if a, err := netip.ParseAddr(u.Hostname()); err == nil {
		if err := r.Check(netip.AddrPortFrom(a, port)); err != nil {
			return wrong(err.Error())
		}
	}
	return nil
}

func portOf(u *url.URL) (uint16, error) {
	switch {
	case u.Port() != "":
		port, err := strconv.ParseUint(u.Port(), 10, 16)
		return uint16(port), err
	case u.Scheme == "http":
		return 80, nil
	}
	return 443, nil
}
