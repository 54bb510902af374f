package fetch

import (
	"net/netip"
	"slices"
)

// refused are ranges that belong to no server on the public network, beyond
// those that netip knows: this network, carriers' inner addresses, protocol
// assignments, examples, measurements, the former and the reserved ones.
var refused = parse("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15",
	"198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4", "64:ff9b:1::/48", "2001::/23", "2001:db8::/32", "3fff::/20")

// global is where public IPv6 addresses lie; all else is local or reserved.
var global = netip.MustParsePrefix("2000::/3")

// wrapped are IPv6 ranges that hold an IPv4 address from the given byte on,
// to which a gateway may pass the call.
var wrapped = []struct {
	prefix netip.Prefix
	at     int
}{
	{netip.MustParsePrefix("64:ff9b::/96"), 12}, // NAT64
	{netip.MustParsePrefix("2002::/16"), 2},     // 6to4
}

func parse(list ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(list))
	for i, s := range list {
		out[i] = netip.MustParsePrefix(s)
	}
	return out
}

func within(list []netip.Prefix, a netip.Addr) bool {
	return slices.ContainsFunc(list, func(p netip.Prefix) bool { return p.Contains(a) })
}

// public tells whether an address is one of the public network.
func public(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	switch {
	case !a.IsGlobalUnicast(), a.IsPrivate(), a.IsLoopback(), within(refused, a):
		return false
	case a.Is4():
		return true
	}
	for _, w := range wrapped {
		if w.prefix.Contains(a) {
			b := a.As16()
			return public(netip.AddrFrom4([4]byte(b[w.at : w.at+4])))
		}
	}
	return global.Contains(a)
}
