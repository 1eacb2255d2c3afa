// SPDX-License-Identifier: Apache-2.0
/** Vision files of Qwen2-VL, Qwen2.5-VL and Qwen3-VL: images of any size, one decoder row for each square of four patches. */
package dev.myna.engine.family.qwenvl;
