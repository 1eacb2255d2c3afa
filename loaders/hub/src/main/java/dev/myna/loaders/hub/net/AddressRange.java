// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hub.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.stream.Stream;

/**
 * Addresses that share their first bits.
 *
 * @param prefix the first of them
 * @param bits number of shared bits
 */
record AddressRange(byte[] prefix, int bits) {
    /**
     * All ranges that are not public: IANA's registries of special-purpose addresses (RFC 6890 and its successors), multicast
     * and reserved addresses. Ranges that lead from IPv6 to IPv4 are included, because they may lead to any of the others.
     */
    private static final List<AddressRange> SPECIAL = Stream.of(
                    "0.0.0.0/8", // this network
                    "10.0.0.0/8", // private
                    "100.64.0.0/10", // shared by customers of a provider
                    "127.0.0.0/8", // this machine
                    "169.254.0.0/16", // link-local, with the metadata services of clouds
                    "172.16.0.0/12", // private
                    "192.0.0.0/24", // protocol assignments
                    "192.0.2.0/24", // documentation
                    "192.31.196.0/24", // AS112
                    "192.52.193.0/24", // automatic multicast tunnels
                    "192.88.99.0/24", // relays of 6to4
                    "192.168.0.0/16", // private
                    "192.175.48.0/24", // AS112
                    "198.18.0.0/15", // benchmarks
                    "198.51.100.0/24", // documentation
                    "203.0.113.0/24", // documentation
                    "224.0.0.0/4", // multicast
                    "240.0.0.0/4", // reserved, and broadcast
                    "::/96", // unspecified, this machine, IPv4-compatible
                    "::ffff:0:0:0/96", // IPv4-translated
                    "::ffff:0:0/96", // IPv4-mapped
                    "64:ff9b::/96", // IPv4 through NAT64
                    "64:ff9b:1::/48", // the same, of a network's own
                    "100::/64", // discarded
                    "100:0:0:1::/64", // dummy
                    "2001::/23", // protocol assignments: Teredo, benchmarks, ORCHID
                    "2001:db8::/32", // documentation
                    "2002::/16", // 6to4
                    "2620:4f:8000::/48", // AS112
                    "3fff::/20", // documentation
                    "5f00::/16", // segment routing
                    "fc00::/7", // private
                    "fe80::/10", // link-local
                    "fec0::/10", // site-local
                    "ff00::/8") // multicast
            .map(AddressRange::of)
            .toList();

    /** The range that is assigned to the public IPv6 network. */
    private static final AddressRange GLOBAL_IPV6 = of("2000::/3");

    /** Whether an address of 4 or 16 bytes is public. */
    static boolean isPublic(byte[] address) {
        if (address.length == 16 && !GLOBAL_IPV6.contains(address)) {
            return false;
        }
        return SPECIAL.stream().noneMatch(range -> range.contains(address));
    }

    private static AddressRange of(String text) {
        String[] parts = text.split("/");
        byte[] prefix;
        try {
            prefix = InetAddress.getByName(parts[0]).getAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(text, e);
        }
        if (parts[0].contains(":") && prefix.length == 4) {
            // Java turns mapped addresses into IPv4, so they are checked as IPv4.
            byte[] mapped = new byte[16];
            mapped[10] = -1;
            mapped[11] = -1;
            System.arraycopy(prefix, 0, mapped, 12, 4);
            prefix = mapped;
        }
        return new AddressRange(prefix, Integer.parseInt(parts[1]));
    }

    private boolean contains(byte[] address) {
        if (address.length != prefix.length) {
            return false;
        }
        for (int bit = 0; bit < bits; bit += 8) {
            int mask = bits - bit >= 8 ? 0xFF : 0xFF << (8 - (bits - bit)) & 0xFF;
            if (((address[bit / 8] ^ prefix[bit / 8]) & mask) != 0) {
                return false;
            }
        }
        return true;
    }
}
