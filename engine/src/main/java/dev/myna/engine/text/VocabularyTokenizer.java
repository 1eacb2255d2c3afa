// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.text;

/** What both tokenizers share. */
abstract sealed class VocabularyTokenizer implements Tokenizer permits SpmTokenizer, BpeTokenizer {
    final Vocabulary vocabulary;
    final Tokens tokens;

    VocabularyTokenizer(Vocabulary vocabulary, Tokens tokens) {
        this.vocabulary = vocabulary;
        this.tokens = tokens;
    }

    @Override
    public int size() {
        return vocabulary.size();
    }

    @Override
    public String piece(int id) {
        return tokens.piece(id);
    }

    @Override
    public int id(String piece) {
        return tokens.id(piece);
    }

    @Override
    public int bos() {
        return vocabulary.bos();
    }

    @Override
    public boolean addsSpace() {
        return false;
    }

    @Override
    public boolean addBos() {
        return vocabulary.has(Vocabulary.Flag.ADD_BOS) && vocabulary.bos() >= 0;
    }

    @Override
    public boolean isEndOfGeneration(int id) {
        return tokens.isEndOfGeneration(id);
    }

    @Override
    public boolean isUsable(int id) {
        return tokens.isUsable(id);
    }
}
