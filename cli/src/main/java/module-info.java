/** The command line. */
module dev.myna.cli {
    requires dev.myna.engine;
    requires dev.myna.models;
    requires info.picocli;
    // Only tests draw images with it, and they are compiled as part of this module.
    requires static java.desktop;
    requires java.management;
    requires jdk.httpserver;
    requires jdk.management;
    requires org.jline;
    requires tools.jackson.jr.ob;

    opens dev.myna.cli to
            info.picocli;
}
