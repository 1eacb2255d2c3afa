// SPDX-License-Identifier: Apache-2.0
/**
 * An interpreter of chat templates: the subset of Jinja2 that published templates use, with Jinja2's semantics. A template is
 * untrusted program text. It sees values of {@link dev.myna.engine.prompt.jinja.Value} alone, changes none that came in, and
 * works within limits of steps, depth and output. Every character of the output knows whether it comes from the template or from
 * data.
 */
package dev.myna.engine.prompt.jinja;
