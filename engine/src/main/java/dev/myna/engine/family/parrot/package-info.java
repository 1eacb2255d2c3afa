// SPDX-License-Identifier: Apache-2.0
/** Parrot: the text of a prompt guides a mixture of experts behind the projector. */
package dev.myna.engine.family.parrot;
