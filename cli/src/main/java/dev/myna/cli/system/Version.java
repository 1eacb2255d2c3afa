// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.system;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The version and the commit of this build. The build writes them to a resource. */
public final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {"myna " + withCommit()};
    }

    /** The number alone, such as {@code 1.2.3}. */
    public static String current() {
        return properties().getProperty("version");
    }

    /**
     * Number and commit, such as {@code 1.2.3 (0a1b2c3d)}, with {@code , changed} behind the commit of a checkout with changes; the
     * number alone where the sources were no Git checkout.
     */
    public static String withCommit() {
        Properties build = properties();
        String commit = build.getProperty("commit", "");
        String changed = Boolean.parseBoolean(build.getProperty("changed")) ? ", changed" : "";
        return build.getProperty("version") + (commit.isEmpty() ? "" : " (" + commit + changed + ")");
    }

    private static Properties properties() {
        Properties properties = new Properties();
        try (InputStream in = Version.class.getResourceAsStream("/META-INF/myna/version.properties")) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties;
    }
}
