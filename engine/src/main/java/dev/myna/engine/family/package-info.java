// SPDX-License-Identifier: Apache-2.0
/**
 * Model families: {@link dev.myna.engine.family.Families} lists them. A decoder family says how to read its files and what one of its
 * layers computes.
 */
package dev.myna.engine.family;
