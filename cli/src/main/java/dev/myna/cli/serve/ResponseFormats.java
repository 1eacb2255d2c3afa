// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve;

import dev.myna.engine.GenerationOptions;

/** {@code response_format} and {@code grammar}: what shape an answer must have. */
final class ResponseFormats {
    private ResponseFormats() {}

    static GenerationOptions apply(Fields body, GenerationOptions options) {
        return options;
    }
}
