// SPDX-License-Identifier: Apache-2.0
/** Results as people look at them: a page that needs nothing else, and plots. */
package dev.myna.eval.report;
