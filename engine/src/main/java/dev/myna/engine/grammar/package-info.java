/** Answers of a given form: grammars (GBNF, JSON, JSON schema) and the masks that keep a model's tokens inside them. */
package dev.myna.engine.grammar;
