// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.text;

/** SentencePiece-BPE, the llama family's tokenizer (spec tokenizers.md 3). */
public abstract non-sealed class SpmTokenizer implements Tokenizer {}
