package httpx

import (
	"net/http"
	"net/netip"
	"strings"
)

// maxForwarded bounds how many hops of X-Forwarded-For are read.
const maxForwarded = 20

// ClientAddr is the address of the client. Forwarded headers count only as far
// as the hops are proxies of ours: from the right, the first address that is
// no proxy is the client. The zero Addr means unknown (a local socket).
func ClientAddr(r *http.Request, proxies []netip.Prefix) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	addr := peer.Addr().Unmap().WithZone("")
	if len(proxies) == 0 || !within(addr, proxies) {
		return addr
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= max(0, len(hops)-maxForwarded); i-- {
		hop, err := parseHop(hops[i])
		if err != nil {
			return addr // what is left of garbage is not believed
		}
		addr = hop
		if !within(addr, proxies) {
			return addr
		}
	}
	return addr
}

// parseHop reads an address with or without a port.
func parseHop(s string) (netip.Addr, error) {
	s = strings.TrimSpace(s)
	if withPort, err := netip.ParseAddrPort(s); err == nil {
		return withPort.Addr().Unmap().WithZone(""), nil
	}
	addr, err := netip.ParseAddr(strings.Trim(s, "[]"))
	return addr.Unmap().WithZone(""), err
}

func within(addr netip.Addr, ranges []netip.Prefix) bool {
	for _, p := range ranges {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

// ShortAddr is an address without the part that tells one household from the
// next: 192.0.2.0 for IPv4, the first 48 bits for IPv6. Logs hold only this.
func ShortAddr(addr netip.Addr) string {
	bits := 48
	if addr.Unmap().Is4() {
		addr, bits = addr.Unmap(), 24
	}
	p, err := addr.Prefix(bits)
	if err != nil || !p.IsValid() {
		return ""
	}
	return p.Addr().String()
}

// AddrKey names an address for a rate limit. One IPv6 subscriber has at least a
// /64 and could otherwise take a new address for each request.
func AddrKey(addr netip.Addr) string {
	addr = addr.Unmap()
	if addr.Is6() {
		if p, err := addr.Prefix(64); err == nil {
			return p.Addr().String() + "/64"
		}
	}
	return addr.String()
}
