/** The command line. */
module dev.myna.cli {
  requires dev.myna.engine;
  requires dev.myna.models;
}
