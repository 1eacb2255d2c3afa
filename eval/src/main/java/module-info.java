/** Published multilingual benchmarks: tasks, scorers and a run that can be interrupted. */
module dev.myna.eval {
    requires java.net.http;
    requires langdetect;
    requires transitive dev.myna.engine;
    requires transitive dev.myna.loaders.datasets;

    exports dev.myna.eval;
    exports dev.myna.eval.catalog;
    exports dev.myna.eval.choice;
    exports dev.myna.eval.data;
    exports dev.myna.eval.judge;
    exports dev.myna.eval.judging;
    exports dev.myna.eval.prompt;
    exports dev.myna.eval.report;
    exports dev.myna.eval.run;
    exports dev.myna.eval.suite;
    exports dev.myna.eval.tasks;
    exports dev.myna.eval.text;
}
