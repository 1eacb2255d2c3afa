/** Number formats and arithmetic on tensors, on a CPU or an OpenCL device; knows no model and no file. */
module dev.myna.kernels {
    requires jdk.incubator.vector;
    requires static jocl;

    exports dev.myna.kernels;
    exports dev.myna.kernels.devices;
    exports dev.myna.kernels.quantize;
}
