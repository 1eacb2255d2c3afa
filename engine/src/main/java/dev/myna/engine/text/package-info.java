// SPDX-License-Identifier: Apache-2.0
/** Tokenizers: text to token ids and back, for SentencePiece-BPE and byte-level BPE vocabularies (docs/spec/tokenizers.md). */
package dev.myna.engine.text;
