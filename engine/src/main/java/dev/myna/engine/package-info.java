/** Runs vision-language models: load a {@code Model}, open a {@code Session}, ask, and read the answer as it is generated. */
package dev.myna.engine;
