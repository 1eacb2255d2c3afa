// SPDX-License-Identifier: Apache-2.0
/** Pangea: images of any resolution as a thumbnail and tiles on a canvas. */
package dev.myna.engine.family.pangea;
