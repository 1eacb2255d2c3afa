// SPDX-License-Identifier: Apache-2.0
/** Questions, answers and scores: what tasks and runs exchange. */
package dev.myna.eval.data;
