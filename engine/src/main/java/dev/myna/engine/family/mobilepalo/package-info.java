// SPDX-License-Identifier: Apache-2.0
/** MobilePALO and MobileVLM: projectors of depth-wise convolutions that keep a quarter of the patches. */
package dev.myna.engine.family.mobilepalo;
