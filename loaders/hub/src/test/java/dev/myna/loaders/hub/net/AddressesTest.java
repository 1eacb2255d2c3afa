// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hub.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Redirects lead to the public network only; no special range of IANA's registries is public. */
class AddressesTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "0.255.255.255",
                "10.0.0.1",
                "100.64.0.0",
                "100.127.255.255",
                "127.0.0.1",
                "127.255.0.1",
                "169.254.169.254",
                "172.16.0.1",
                "172.31.255.255",
                "192.0.0.1",
                "192.0.0.170",
                "192.0.0.255",
                "192.0.2.1",
                "192.31.196.1",
                "192.52.193.1",
                "192.88.99.1",
                "192.168.0.1",
                "192.175.48.1",
                "198.18.0.0",
                "198.19.255.255",
                "198.51.100.7",
                "203.0.113.9",
                "224.0.0.1",
                "239.1.2.3",
                "240.0.0.1",
                "255.255.255.255",
                "[::]",
                "[::1]",
                "[::7f00:1]",
                "[::8.8.8.8]",
                "[::ffff:127.0.0.1]",
                "[::ffff:10.0.0.1]",
                "[::ffff:0:8.8.8.8]",
                "[64:ff9b::7f00:1]",
                "[64:ff9b::8.8.8.8]",
                "[64:ff9b:1::1]",
                "[100::1]",
                "[100:0:0:1::1]",
                "[2001::1]",
                "[2001:0:4136:e378::1]",
                "[2001:2::1]",
                "[2001:10::1]",
                "[2001:20::1]",
                "[2001:30::1]",
                "[2001:db8::1]",
                "[2002:7f00:1::]",
                "[2002:808:808::1]",
                "[2620:4f:8000::1]",
                "[3fff::1]",
                "[5f00::1]",
                "[fc00::1]",
                "[fd12:3456::1]",
                "[fe80::1]",
                "[fec0::1]",
                "[ff02::1]",
                "[4000::1]",
                "[1::1]"
            })
    void specialAddressesAreNotPublic(String host) throws UnknownHostException {
        assertFalse(Addresses.isPublic(host, true));
        assertFalse(Addresses.isPublic(host, false));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "8.8.8.8",
                "1.1.1.1",
                "100.63.255.255",
                "100.128.0.0",
                "172.15.0.1",
                "172.32.0.1",
                "192.0.1.1",
                "192.0.3.1",
                "198.17.255.255",
                "198.20.0.0",
                "223.255.255.255",
                "[2001:200::1]",
                "[2001:4860:4860::8888]",
                "[2606:4700::1111]",
                "[2a00:1450::1]",
                "[3ffe::1]",
                "[::ffff:8.8.8.8]"
            })
    void neighboursOfSpecialAddressesArePublic(String host) throws UnknownHostException {
        assertTrue(Addresses.isPublic(host, true));
        assertTrue(Addresses.isPublic(host, false));
    }

    /** Names that a proxy, a resolver or a library may take for this machine or its private network. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "LOCALHOST",
                "localhost.",
                "a.localhost",
                "printer.local",
                "metadata.google.internal",
                "router.home.arpa",
                "127.1",
                "2130706433",
                "0x7f000001",
                "0x7f.1",
                "0177.0.0.1.",
                "017700000001",
                "1.0x7f"
            })
    void namesOfThisMachineAreNotPublic(String host) throws UnknownHostException {
        assertFalse(Addresses.isPublic(host, true));
        assertFalse(Addresses.isPublic(host, false));
    }

    @Test
    void proxyResolvesNamesExceptThoseOfItsNetwork() throws UnknownHostException {
        assertTrue(Addresses.isPublic("cdn.example.com", false));
        assertFalse(Addresses.isPublic("intranet", false));
    }

    @Test
    void loopbackNamesAreRecognized() {
        assertTrue(Addresses.isLoopbackName("localhost"));
        assertEquals(false, Addresses.isLoopbackName("localhost.example.com"));
    }
}
