// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hub;

import dev.myna.loaders.hub.HubException.Fault;
import java.io.IOException;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The proxies that {@code HTTPS_PROXY}, {@code HTTP_PROXY}, {@code ALL_PROXY} and {@code NO_PROXY} name, as curl reads them. */
final class EnvironmentProxies extends ProxySelector {
    private final Map<String, String> environment;

    EnvironmentProxies(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public List<Proxy> select(URI uri) {
        return List.of(proxy(uri).map(EnvironmentProxies::toProxy).orElse(Proxy.NO_PROXY));
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException problem) {
        // The HTTP client reports the error.
    }

    /** Whether requests to an address go through a proxy. */
    boolean isProxied(URI uri) {
        return proxy(uri).isPresent();
    }

    /** Whether a proxy has credentials. */
    boolean haveCredentials() {
        return credentialed().findAny().isPresent();
    }

    private Stream<URI> credentialed() {
        return Stream.of("https", "http")
                .flatMap(scheme -> proxy(scheme).stream())
                .filter(proxy -> proxy.getUserInfo() != null);
    }

    /** Sends credentials to the proxy that requests them, and to no other host. */
    Authenticator authenticator() {
        return new Authenticator() {
            @Override
            protected PasswordAuthentication getPasswordAuthentication() {
                if (getRequestorType() != RequestorType.PROXY) {
                    return null;
                }
                return credentialed()
                        .filter(proxy -> proxy.getHost().equalsIgnoreCase(getRequestingHost())
                                && port(proxy) == getRequestingPort())
                        .findFirst()
                        .map(proxy -> credentials(proxy.getRawUserInfo()))
                        .orElse(null);
            }
        };
    }

    private static PasswordAuthentication credentials(String userInfo) {
        String[] parts = userInfo.split(":", 2);
        String password = parts.length > 1 ? decode(parts[1]) : "";
        return new PasswordAuthentication(decode(parts[0]), password.toCharArray());
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private Optional<URI> proxy(URI uri) {
        return isExcepted(uri) ? Optional.empty() : proxy(uri.getScheme());
    }

    private Optional<URI> proxy(String scheme) {
        return variable(scheme + "_proxy").or(() -> variable("all_proxy")).map(EnvironmentProxies::parse);
    }

    private Optional<String> variable(String name) {
        return Stream.of(name, name.toUpperCase(Locale.ROOT))
                .map(environment::get)
                .filter(value -> value != null && !value.isBlank())
                .findFirst();
    }

    private static URI parse(String text) {
        try {
            URI uri = URI.create(text.contains("://") ? text.strip() : "http://" + text.strip());
            if ("http".equals(uri.getScheme()) && uri.getHost() != null) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // The error follows below.
        }
        // Do not show the value: it may hold a password.
        throw new HubException(Fault.REQUEST, "the proxy in the environment must be http://[USER:PASSWORD@]HOST:PORT");
    }

    private boolean isExcepted(URI uri) {
        String host = uri.getHost().toLowerCase(Locale.ROOT);
        String withPort = host + ":" + uri.getPort();
        return variable("no_proxy").stream()
                .flatMap(list -> Stream.of(list.split("[,\\s]+")))
                .map(entry -> entry.toLowerCase(Locale.ROOT).replaceFirst("^\\*?\\.", ""))
                .filter(entry -> !entry.isEmpty())
                .anyMatch(entry -> entry.equals("*")
                        || host.equals(entry)
                        || withPort.equals(entry)
                        || host.endsWith("." + entry));
    }

    private static Proxy toProxy(URI proxy) {
        return new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(proxy.getHost(), port(proxy)));
    }

    private static int port(URI proxy) {
        return proxy.getPort() < 0 ? 80 : proxy.getPort();
    }
}
