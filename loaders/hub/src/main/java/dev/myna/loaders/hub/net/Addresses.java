// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hub.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.regex.Pattern;

/** Which hosts a redirect may lead to: not this machine and not its private network. */
public final class Addresses {
    /** A host that proxies and resolvers may take for a number, in any notation; it must be an address. */
    private static final Pattern NUMBER = Pattern.compile("(.*\\.)?([0-9]+|0x[0-9a-f]*)\\.?");

    private static final Pattern LITERAL = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|\\[.*]|.*:.*");

    private Addresses() {}

    /** Whether a host name is one of this machine. */
    public static boolean isLoopbackName(String host) {
        return host != null && (host.equalsIgnoreCase("localhost") || host.equals("127.0.0.1") || host.equals("[::1]"));
    }

    /**
     * Whether all addresses of a host are public.
     *
     * @param resolving whether names are resolved here; behind a proxy, the proxy resolves them
     * @throws UnknownHostException if it has no address
     */
    public static boolean isPublic(String host, boolean resolving) throws UnknownHostException {
        String name = host.toLowerCase(Locale.ROOT);
        if (name.endsWith(".")) {
            name = name.substring(0, name.length() - 1);
        }
        boolean literal = LITERAL.matcher(name).matches();
        if (!literal && (NUMBER.matcher(name).matches() || isLocalName(name))) {
            return false;
        }
        if (!resolving && !literal) {
            return name.indexOf('.') > 0; // a name without a dot belongs to the proxy's private network
        }
        for (InetAddress address : InetAddress.getAllByName(host)) {
            if (!AddressRange.isPublic(address.getAddress())) {
                return false;
            }
        }
        return true;
    }

    private static boolean isLocalName(String name) {
        return name.equals("localhost")
                || name.endsWith(".localhost")
                || name.endsWith(".local")
                || name.endsWith(".internal")
                || name.endsWith(".home.arpa");
    }
}
