// SPDX-License-Identifier: Apache-2.0
/** {@code myna serve}: a model behind HTTP. This package starts and stops the server and lists its routes. */
package dev.myna.cli.serve;
