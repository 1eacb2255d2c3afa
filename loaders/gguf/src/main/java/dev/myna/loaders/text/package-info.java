// SPDX-License-Identifier: Apache-2.0
/**
 * Text and JSON that are not trusted: strict UTF-8, a strict reader, and a form for messages. For the modules of this project
 * only.
 */
package dev.myna.loaders.text;
