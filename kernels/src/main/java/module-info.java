/** Number formats and arithmetic on tensors, on a CPU; knows no model and no file. */
module dev.myna.kernels {
    requires jdk.incubator.vector;

    exports dev.myna.kernels;
}
