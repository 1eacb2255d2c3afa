/** Benchmarks and the generator of full-size random models. */
module dev.myna.bench {
    requires dev.myna.engine;
    requires dev.myna.loaders.convert;
    requires info.picocli;
    requires java.net.http;
    requires jmh.core;
    requires tools.jackson.jr.ob;
    requires jdk.management;
    requires jdk.unsupported;

    opens dev.myna.bench.compare to
            info.picocli;
    opens dev.myna.bench.generate to
            info.picocli;
    opens dev.myna.bench.load to
            info.picocli;

    // JMH's generated classes are made beside the benchmarks.
    exports dev.myna.bench.jmh;
}
