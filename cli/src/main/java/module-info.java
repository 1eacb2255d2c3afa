/** The command line. */
module dev.myna.cli {
    requires dev.myna.engine;
    requires dev.myna.loaders.convert;
    requires dev.myna.loaders.hub;
    requires dev.myna.models;
    requires info.picocli;
    requires java.management;
    requires jdk.httpserver;
    requires jdk.management;
    requires org.jline;
    requires tools.jackson.jr.ob;

    opens dev.myna.cli to
            info.picocli;
}
