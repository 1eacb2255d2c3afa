// SPDX-License-Identifier: Apache-2.0
/**
 * A JPEG decoder written from ITU-T T.81, JFIF 1.02 and Adobe's description of its APP14 segment. Its pixels equal those of
 * libjpeg-turbo's accurate integer path, bit by bit.
 *
 * <p>Myna does not use the JDK's native reader, because that reader
 * <ul>
 *   <li>can stop the whole JVM for ever under a collector with a GC locker: it reports warnings while it holds a JNI
 *       critical section;
 *   <li>cannot be interrupted, and does any amount of work for a few bytes (hundreds of scans);
 *   <li>returns half an image when half the file is missing;
 *   <li>starts AWT.
 * </ul>
 *
 * <p>Data flow: {@code JpegDecoder} walks the marker segments with a {@code SegmentReader}; a {@code ScanReader}
 * visits the blocks of a scan in order; a {@code BlockDecoder} turns bits into coefficients; {@code InverseDct} turns
 * coefficients into samples; {@code ImageAssembler} upsamples rows of samples and converts their colours. A sequential
 * image goes through in one pass, with a few rows of samples in memory; an image of several scans keeps its
 * coefficients in a {@code CoefficientStore} until the last scan.
 */
package dev.myna.loaders.image.jpeg;
