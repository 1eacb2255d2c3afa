// SPDX-License-Identifier: Apache-2.0
/** GGUF files: read, checked and written, in one part or split. Metadata are typed values; tensors are mapped or streamed. */
package dev.myna.loaders.gguf;
