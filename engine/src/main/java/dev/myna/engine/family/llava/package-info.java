// SPDX-License-Identifier: Apache-2.0
/** Files of the LLaVA kind with a SigLIP tower: LLaVA-OneVision, Maya and Centurio. */
package dev.myna.engine.family.llava;
