/** The embedded model. */
module dev.myna.models {
    exports dev.myna.models;
}
