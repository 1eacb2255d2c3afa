// SPDX-License-Identifier: Apache-2.0
/** Published checkpoints to GGUF (docs/spec/models.md 7 and 8): one class per family says where its tensors go. */
package dev.myna.loaders.convert;
