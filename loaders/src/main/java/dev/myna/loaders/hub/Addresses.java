// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hub;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.regex.Pattern;

/** Which hosts a server may send us to: not into this machine or the network around it. */
final class Addresses {
    private static final Pattern LITERAL = Pattern.compile("[0-9.]+|\\[.*]|.*:.*");

    private Addresses() {}

    /** Whether a host's name says that it is this machine. */
    static boolean isLoopbackName(String host) {
        return host != null && (host.equalsIgnoreCase("localhost") || host.equals("127.0.0.1") || host.equals("[::1]"));
    }

    /**
     * Whether all addresses of a host are public.
     *
     * @param resolving whether names are looked up; behind a proxy the proxy does that
     */
    static boolean isPublic(String host, boolean resolving) throws UnknownHostException {
        String name = host.toLowerCase(Locale.ROOT);
        if (name.equals("localhost") || name.endsWith(".localhost")) {
            return false;
        }
        if (!resolving && !LITERAL.matcher(host).matches()) {
            return true;
        }
        for (InetAddress address : InetAddress.getAllByName(host)) {
            if (!isPublic(address)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isPublic(InetAddress address) {
        byte[] bytes = address.getAddress();
        int first = bytes[0] & 0xFF;
        int second = bytes[1] & 0xFF;
        boolean reserved = address instanceof Inet6Address
                ? (first & 0xFE) == 0xFC
                : first == 0 || first >= 240 || (first == 100 && (second & 0xC0) == 64);
        return !(reserved
                || address.isLoopbackAddress()
                || address.isLinkLocalAddress()
                || address.isSiteLocalAddress()
                || address.isAnyLocalAddress()
                || address.isMulticastAddress());
    }
}
