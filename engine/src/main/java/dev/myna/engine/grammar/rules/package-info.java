// SPDX-License-Identifier: Apache-2.0
/** Rules of a grammar as trees, how much work they may take, and the parser of GBNF. Not exported. */
package dev.myna.engine.grammar.rules;
