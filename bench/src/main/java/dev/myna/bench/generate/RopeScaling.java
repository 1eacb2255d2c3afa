// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.generate;

/**
 * Llama 3.1's scaling of rotary frequencies for long contexts: slow frequencies are divided by {@code factor}, fast ones
 * kept, those between blended.
 *
 * @param lowFrequencyFactor turns in the original context up to which a frequency counts as slow
 * @param highFrequencyFactor turns in the original context from which it counts as fast
 * @param originalContext positions the model was first trained for
 */
public record RopeScaling(double factor, double lowFrequencyFactor, double highFrequencyFactor, int originalContext) {

    static final RopeScaling LLAMA_3_2 = new RopeScaling(32, 1, 4, 8192);

    /** What {@code rope_freqs.weight} holds: one divisor per pair of a head. */
    float[] divisors(int headDim, double base) {
        float[] divisors = new float[headDim / 2];
        for (int pair = 0; pair < divisors.length; pair++) {
            double wavelength = 2 * Math.PI * Math.pow(base, 2.0 * pair / headDim);
            double turns = originalContext / wavelength;
            double fast = (turns - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor);
            double kept = Math.clamp(fast, 0, 1);
            divisors[pair] = (float) (1 / (kept + (1 - kept) / factor));
        }
        return divisors;
    }
}
