// SPDX-License-Identifier: Apache-2.0
/**
 * Tools that a model may call: what a request offers, and how calls and reasoning are read out of an answer while it is being
 * written. Source: docs/spec/chat-templates.md 6 and 7.
 */
package dev.myna.engine.tools;
