// SPDX-License-Identifier: Apache-2.0
/** The exceptions of the engine: about requests, about models, and about answers that fail while they are computed. */
package dev.myna.engine.error;
