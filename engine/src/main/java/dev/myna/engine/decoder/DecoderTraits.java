// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.decoder;

/**
 * What only some families have beside the numbers that all share.
 *
 * @param embeddingScale factor on the embeddings of tokens; rows of images have none
 * @param attentionScale factor on the scores of attention; 0 for 1 / sqrt(head dim)
 * @param residualScale factor on what attention and feed-forward add to the residual stream
 * @param logitScale factor on the logits
 * @param softCap logits become {@code softCap tanh(logits / softCap)}; 0 for no such bound
 * @param attentionSoftCap scores of attention become {@code attentionSoftCap tanh(score / attentionSoftCap)}; 0 for no such bound
 * @param layerNorm the last norm is a LayerNorm without bias, not an RMSNorm
 * @param imagesSeeBothWays the rows of one image see each other in both directions; a pass must hold all of them
 */
public record DecoderTraits(
        float embeddingScale,
        float attentionScale,
        float residualScale,
        float logitScale,
        float softCap,
        float attentionSoftCap,
        boolean layerNorm,
        boolean imagesSeeBothWays) {

    /** A decoder with none of these. */
    public static final DecoderTraits NONE = new DecoderTraits(1, 0, 1, 1, 0, 0, false, false);

    /** The same with another factor on embeddings. */
    public DecoderTraits withEmbeddingScale(float factor) {
        return new DecoderTraits(
                factor,
                attentionScale,
                residualScale,
                logitScale,
                softCap,
                attentionSoftCap,
                layerNorm,
                imagesSeeBothWays);
    }

    /** The same with another factor on the scores of attention. */
    public DecoderTraits withAttentionScale(float factor) {
        return new DecoderTraits(
                embeddingScale,
                factor,
                residualScale,
                logitScale,
                softCap,
                attentionSoftCap,
                layerNorm,
                imagesSeeBothWays);
    }

    /** The same with another factor on what blocks add. */
    public DecoderTraits withResidualScale(float factor) {
        return new DecoderTraits(
                embeddingScale,
                attentionScale,
                factor,
                logitScale,
                softCap,
                attentionSoftCap,
                layerNorm,
                imagesSeeBothWays);
    }

    /** The same with another factor on logits. */
    public DecoderTraits withLogitScale(float factor) {
        return new DecoderTraits(
                embeddingScale,
                attentionScale,
                residualScale,
                factor,
                softCap,
                attentionSoftCap,
                layerNorm,
                imagesSeeBothWays);
    }

    /**
     * The same with other bounds.
     *
     * @param logits of logits; 0 for none
     * @param scores of the scores of attention; 0 for none
     */
    public DecoderTraits withSoftCaps(float logits, float scores) {
        return new DecoderTraits(
                embeddingScale,
                attentionScale,
                residualScale,
                logitScale,
                logits,
                scores,
                layerNorm,
                imagesSeeBothWays);
    }

    /** The same with a LayerNorm at the end. */
    public DecoderTraits withLayerNorm() {
        return new DecoderTraits(
                embeddingScale,
                attentionScale,
                residualScale,
                logitScale,
                softCap,
                attentionSoftCap,
                true,
                imagesSeeBothWays);
    }

    /** The same with images whose rows see each other in both directions, or not. */
    public DecoderTraits withImagesBothWays(boolean bothWays) {
        return new DecoderTraits(
                embeddingScale,
                attentionScale,
                residualScale,
                logitScale,
                softCap,
                attentionSoftCap,
                layerNorm,
                bothWays);
    }
}
