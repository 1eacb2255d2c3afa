// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.text;

/** Byte-level BPE, the Qwen2 family's tokenizer (spec tokenizers.md 4). */
public abstract non-sealed class BpeTokenizer implements Tokenizer {}
