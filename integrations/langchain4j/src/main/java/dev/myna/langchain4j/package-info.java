// SPDX-License-Identifier: Apache-2.0
/** langchain4j's chat models on Myna's engine: {@link dev.myna.langchain4j.MynaChatModel} and its streaming sister. */
package dev.myna.langchain4j;
