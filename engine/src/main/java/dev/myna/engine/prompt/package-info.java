// SPDX-License-Identifier: Apache-2.0
/**
 * Conversations to token ids and places of images: by a published format or by the chat template of a file. The package knows no image
 * and no decoder.
 */
package dev.myna.engine.prompt;
