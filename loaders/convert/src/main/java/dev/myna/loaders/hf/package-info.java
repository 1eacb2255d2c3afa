// SPDX-License-Identifier: Apache-2.0
/** Published checkpoints: safetensors and PyTorch zip files, read as data. */
package dev.myna.loaders.hf;
