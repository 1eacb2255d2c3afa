// SPDX-License-Identifier: Apache-2.0
/** Published checkpoints to GGUF (docs/spec/models.md 7 and 8): one class per family maps its tensors. */
package dev.myna.loaders.convert;
