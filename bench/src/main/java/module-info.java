/** Benchmarks and the generator of full-size random models. */
module dev.myna.bench {
  requires dev.myna.engine;
  requires dev.myna.models;
}
