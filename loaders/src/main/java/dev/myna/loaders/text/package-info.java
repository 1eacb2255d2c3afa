// SPDX-License-Identifier: Apache-2.0
/** Text from files that are not trusted; for the readers of this module only. */
package dev.myna.loaders.text;
