/** The command line. */
module dev.myna.cli {
    requires dev.myna.engine;
    requires dev.myna.eval;
    requires dev.myna.loaders.convert;
    requires dev.myna.loaders.hub;
    requires dev.myna.models;
    requires info.picocli;
    requires java.logging;
    requires java.management;
    requires jdk.httpserver;
    requires jdk.management;
    requires org.jline;
    requires tools.jackson.jr.ob;

    // Options and commands are fields and classes that picocli finds by reflection.
    opens dev.myna.cli to
            info.picocli;
    opens dev.myna.cli.batch to
            info.picocli;
    opens dev.myna.cli.bench to
            info.picocli;
    opens dev.myna.cli.command to
            info.picocli;
    opens dev.myna.cli.eval to
            info.picocli;
    opens dev.myna.cli.models to
            info.picocli;
    opens dev.myna.cli.options to
            info.picocli;
    opens dev.myna.cli.run to
            info.picocli;
    opens dev.myna.cli.serve to
            info.picocli;
    opens dev.myna.cli.system to
            info.picocli;
}
