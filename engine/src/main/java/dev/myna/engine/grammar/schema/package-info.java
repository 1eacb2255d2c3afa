// SPDX-License-Identifier: Apache-2.0
/** JSON schemas as rules of a grammar. Not exported. */
package dev.myna.engine.grammar.schema;
