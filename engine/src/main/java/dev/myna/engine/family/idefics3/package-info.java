// SPDX-License-Identifier: Apache-2.0
/** SmolVLM and Idefics3: a grid of tiles with the names of their rows and columns, and an overview. */
package dev.myna.engine.family.idefics3;
