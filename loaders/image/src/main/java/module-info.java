/** Encoded images to RGB, resampled as Pillow does. */
module dev.myna.loaders.image {
    exports dev.myna.loaders.image;
}
