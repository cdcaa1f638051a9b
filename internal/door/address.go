package door

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// Proxies are the networks of the proxies that are believed when they say from
// where a request comes. The zero Proxies believe nobody.
type Proxies struct{ nets []netip.Prefix }

// ParseProxies reads networks (192.0.2.0/24) and single addresses.
func ParseProxies(texts []string) (Proxies, error) {
	var p Proxies
	for _, text := range texts {
		network, err := netip.ParsePrefix(text)
		if err != nil {
			address, single := netip.ParseAddr(text)
			if single != nil {
				return Proxies{}, fmt.Errorf("%q, want a network like 192.0.2.0/24", text)
			}
			network = netip.PrefixFrom(address, address.BitLen())
		}
		p.nets = append(p.nets, network.Masked())
	}
	return p, nil
}

// Hold says whether the address is that of a proxy which is believed.
func (p Proxies) Hold(a netip.Addr) bool {
	for _, network := range p.nets {
		if network.Contains(a.Unmap()) {
			return true
		}
	}
	return false
}

// The headers by which a proxy says for whom it speaks.
const (
	forwardedFor   = "X-Forwarded-For"
	forwardedProto = "X-Forwarded-Proto"
)

type secureKey struct{}

// Resolve returns the request as its client sent it: RemoteAddr is the client's
// address, and Secure knows whether the client speaks TLS. What a request says of
// this is believed only if it comes from one of the proxies; otherwise it is
// taken out, so that nobody behind believes it.
//
// Of X-Forwarded-For counts the last address that is no proxy's: what stands
// before it anybody may have written.
func (p Proxies) Resolve(r *http.Request) *http.Request {
	peer := Address(r)
	secure := r.TLS != nil
	if p.Hold(peer) {
		client := p.client(peer, r.Header.Values(forwardedFor))
		if proto := r.Header.Values(forwardedProto); len(proto) > 0 {
			secure = strings.EqualFold(strings.TrimSpace(lastOf(proto[len(proto)-1])), "https")
		}
		r = r.WithContext(context.WithValue(r.Context(), secureKey{}, secure))
		r.RemoteAddr = netip.AddrPortFrom(client, 0).String()
		return r
	}
	r.Header.Del(forwardedFor)
	r.Header.Del(forwardedProto)
	return r
}

// client walks from the peer towards the client for as long as proxies speak.
func (p Proxies) client(peer netip.Addr, headers []string) netip.Addr {
	hops := strings.Split(strings.Join(headers, ","), ",")
	for i := len(hops) - 1; i >= 0 && p.Hold(peer); i-- {
		hop, err := parseHop(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		peer = hop
	}
	return peer
}

// parseHop reads an address, with or without a port.
func parseHop(text string) (netip.Addr, error) {
	if with, err := netip.ParseAddrPort(text); err == nil {
		return with.Addr().Unmap(), nil
	}
	a, err := netip.ParseAddr(strings.Trim(text, "[]"))
	return a.Unmap().WithZone(""), err
}

func lastOf(list string) string { return list[strings.LastIndexByte(list, ',')+1:] }

// Address is from where a request comes, without port: the one that limits,
// lockouts and the audit use. Behind a trusted proxy it is the client's, once
// Resolve has been asked. It is the zero Addr if there is none, as of a Unix socket.
func Address(r *http.Request) netip.Addr { return AddressOf(r.RemoteAddr) }

// AddressOf reads the address of HOST:PORT.
func AddressOf(hostPort string) netip.Addr {
	host, _, err := net.SplitHostPort(hostPort)
	if err != nil {
		host = hostPort
	}
	a, _ := netip.ParseAddr(host)
	return a.Unmap().WithZone("")
}

// Network is what one client surely holds of the addresses: the address itself,
// or of IPv6 its /64, which a single machine may change at will.
func Network(a netip.Addr) netip.Prefix {
	bits := a.BitLen()
	if a.Is6() {
		bits = 64
	}
	network, _ := a.Prefix(bits)
	return network
}

// Secure says whether the client speaks TLS, with us or with a trusted proxy.
func Secure(r *http.Request) bool {
	if secure, said := r.Context().Value(secureKey{}).(bool); said {
		return secure
	}
	return r.TLS != nil
}

// Base is the scheme, host and port by which the client speaks with us.
func Base(r *http.Request) string {
	if Secure(r) {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}
