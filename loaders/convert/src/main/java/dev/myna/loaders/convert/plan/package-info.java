// SPDX-License-Identifier: Apache-2.0
/** What a checkpoint becomes: tensors under new names, the decoder's file, and the plan of all files. */
package dev.myna.loaders.convert.plan;
