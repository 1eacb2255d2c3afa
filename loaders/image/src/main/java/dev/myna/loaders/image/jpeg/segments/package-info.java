// SPDX-License-Identifier: Apache-2.0
/** The marker segments of a JPEG (ITU-T T.81, annex B): frame and scan headers, components, and errors that name an offset. */
package dev.myna.loaders.image.jpeg.segments;
