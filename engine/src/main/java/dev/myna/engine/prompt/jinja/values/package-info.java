// SPDX-License-Identifier: Apache-2.0
/** Values of chat templates: what their operators, formats and methods compute with, and text that knows where it came from. */
package dev.myna.engine.prompt.jinja.values;
