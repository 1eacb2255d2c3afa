// SPDX-License-Identifier: Apache-2.0
/** Tokenizers of published checkpoints, written as GGUF metadata: SentencePiece models and byte-level BPE. */
package dev.myna.loaders.convert.tokenizer;
