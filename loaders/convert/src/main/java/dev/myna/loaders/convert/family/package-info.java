// SPDX-License-Identifier: Apache-2.0
/** Published families beside those of LLaVA's kind: how the tensors and the configuration of each are mapped. */
package dev.myna.loaders.convert.family;
