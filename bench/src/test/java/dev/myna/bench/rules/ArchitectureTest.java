// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.rules;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.lang.syntax.elements.ClassesShouldConjunction;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.FileReader;
import java.io.FileWriter;
import java.io.RandomAccessFile;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.net.HttpURLConnection;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URL;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The dependency rules of the modules, checked on the compiled classes without tests. */
class ArchitectureTest {
    private static final String KERNELS = "dev.myna.kernels..";
    private static final String ASM = "dev.myna.kernels.asm..";
    private static final String JIT = "dev.myna.kernels.cpu.jit";
    private static final String LOADERS = "dev.myna.loaders..";
    private static final String[] GGUF = {"dev.myna.loaders.gguf..", "dev.myna.loaders.io..", "dev.myna.loaders.text.."
    };
    private static final String IMAGE = "dev.myna.loaders.image..";
    private static final String HUB = "dev.myna.loaders.hub..";
    private static final String[] CONVERT = {
        "dev.myna.loaders.convert..", "dev.myna.loaders.hf..", "dev.myna.loaders.quantize..", "dev.myna.loaders.rows.."
    };
    private static final String DATASETS = "dev.myna.loaders.datasets..";
    private static final String ENGINE = "dev.myna.engine..";
    private static final String EVAL = "dev.myna.eval..";
    private static final String MODELS = "dev.myna.models..";
    private static final String CLI = "dev.myna.cli..";
    private static final String BENCH = "dev.myna.bench..";
    private static final String LANGCHAIN4J = "dev.myna.langchain4j..";

    private static JavaClasses classes;

    @BeforeAll
    static void importClasses() {
        classes = MainClasses.ALL;
        for (String witness : new String[] {
            "dev.myna.kernels.Device",
            "dev.myna.loaders.gguf.GgufFile",
            "dev.myna.engine.Model",
            "dev.myna.loaders.datasets.TsvReader",
            "dev.myna.eval.tasks.TaskList",
            "dev.myna.bench.generate.Preset",
            "dev.myna.langchain4j.MynaChatModel"
        }) {
            assertTrue(classes.contain(witness), witness + " was not found: the rules would hold for nothing");
        }
    }

    @Test
    void kernelsKnowNoOtherModule() {
        check(noClasses()
                .that()
                .resideInAPackage(KERNELS)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(LOADERS, ENGINE, EVAL, MODELS, CLI, BENCH));
    }

    @Test
    void assemblersKnowNoTensor() {
        check(noClasses()
                .that()
                .resideInAPackage(ASM)
                .should()
                .dependOnClassesThat(resideInAPackage(KERNELS).and(DescribedPredicate.not(resideInAPackage(ASM)))));
    }

    @Test
    void theApiOfKernelsKnowsNoImplementation() {
        check(noClasses()
                .that()
                .resideInAPackage("dev.myna.kernels")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.myna.kernels.*.."));
    }

    /** The writers of the two architectures depend on the contract and on their own assembler, and not on each other. */
    @Test
    void architecturesDoNotKnowEachOther() {
        check(noClasses()
                .that()
                .resideInAPackage(JIT + ".x64..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(JIT + ".arm64..", "dev.myna.kernels.asm.arm64..", "dev.myna.kernels.asm.host.."));
        check(noClasses()
                .that()
                .resideInAPackage(JIT + ".arm64..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(JIT + ".x64..", "dev.myna.kernels.asm.x64..", "dev.myna.kernels.asm.host.."));
    }

    @Test
    void loadersKnowTensorTypesAndHowToRoundToThem() {
        check(noClasses()
                .that()
                .resideInAPackage(LOADERS)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(ENGINE, EVAL, MODELS, CLI, BENCH));
        check(noClasses()
                .that()
                .resideInAPackage(LOADERS)
                .should()
                .dependOnClassesThat(resideInAPackage(KERNELS)
                        .and(DescribedPredicate.not(simpleName("Tensor")
                                .or(simpleName("TensorType"))
                                .or(simpleName("Quantize"))))));
        check(noClasses()
                .that()
                .resideInAnyPackage(GGUF)
                .or()
                .resideInAnyPackage(IMAGE, HUB, "dev.myna.loaders.hf..")
                .should()
                .dependOnClassesThat(simpleName("Quantize")));
    }

    @Test
    void loadersOfOneKindOfDataDoNotKnowTheOthers() {
        check(noClasses()
                .that()
                .resideInAnyPackage(GGUF)
                .should()
                .dependOnClassesThat(resideInAnyPackage(IMAGE, HUB, DATASETS).or(resideInAnyPackage(CONVERT))));
        check(noClasses()
                .that()
                .resideInAPackage(IMAGE)
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage(KERNELS, LOADERS).and(DescribedPredicate.not(resideInAPackage(IMAGE)))));
        check(noClasses()
                .that()
                .resideInAPackage(HUB)
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage(KERNELS, IMAGE, DATASETS).or(resideInAnyPackage(CONVERT))));
        check(noClasses()
                .that()
                .resideInAnyPackage(CONVERT)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(IMAGE, HUB, DATASETS));
        check(noClasses()
                .that()
                .resideInAPackage(DATASETS)
                .should()
                .dependOnClassesThat(resideInAnyPackage(KERNELS, IMAGE, HUB).or(resideInAnyPackage(CONVERT))));
    }

    /** The library that reads Parquet can be replaced in one file. */
    @Test
    void onlyOneClassKnowsParquet() {
        check(noClasses()
                .that(DescribedPredicate.not(simpleName("ParquetReader")))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.hardwood.."));
    }

    /** Evaluations use the engine as any embedder does, and nothing that embedders get knows them. */
    @Test
    void onlyProgramsKnowEvaluations() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages(EVAL, CLI, BENCH)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(EVAL));
        check(noClasses()
                .that()
                .resideInAPackage(EVAL)
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage(KERNELS, MODELS, CLI, BENCH, HUB).or(resideInAnyPackage(CONVERT))));
    }

    /** Embedders get readers of GGUF files and images, and neither downloads nor conversion. */
    @Test
    void engineKnowsKernelsGgufAndImagesOnly() {
        check(noClasses()
                .that()
                .resideInAPackage(ENGINE)
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage(MODELS, CLI, BENCH, HUB, DATASETS).or(resideInAnyPackage(CONVERT))));
    }

    @Test
    void modelsKnowNoOtherModule() {
        check(noClasses()
                .that()
                .resideInAPackage(MODELS)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(KERNELS, LOADERS, ENGINE, EVAL, CLI, BENCH));
    }

    /** Adapters use the engine as any embedder does; images are decoded by loaders, which the engine's API speaks of. */
    @Test
    void adaptersKnowTheEngineAndNobodyKnowsThem() {
        check(noClasses()
                .that()
                .resideInAPackage(LANGCHAIN4J)
                .should()
                .dependOnClassesThat(resideInAnyPackage(KERNELS, MODELS, CLI, BENCH)
                        .or(resideInAPackage(LOADERS)
                                .and(DescribedPredicate.not(resideInAPackage("dev.myna.loaders.image"))))));
        check(noClasses()
                .that()
                .resideOutsideOfPackage(LANGCHAIN4J)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(LANGCHAIN4J, "dev.langchain4j.."));
    }

    @Test
    void nothingDependsOnBench() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage(BENCH)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(BENCH));
    }

    /**
     * The JDK's native JPEG reader can stop the whole JVM, and fills in what a file lacks: images are decoded by codecs of
     * our own, and nothing leads to the JDK's.
     */
    @Test
    void nothingUsesTheCodecsOfTheJdk() {
        check(noClasses()
                .that()
                .resideInAPackage("dev.myna..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "java.awt..", "javax.imageio..", "javax.swing..", "com.sun.imageio..", "sun.awt.."));
    }

    @Test
    void libraryKnowsNoCommandLineJsonOrWindowToolkit() {
        check(noClasses()
                .that()
                .resideInAnyPackage(KERNELS, ENGINE, IMAGE)
                .or()
                .resideInAnyPackage(GGUF)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "picocli..",
                        "org.jline..",
                        "tools.jackson..",
                        "com.fasterxml..",
                        "java.awt..",
                        "javax.imageio..",
                        "javax.swing..",
                        "com.sun.net.httpserver.."));
        check(noClasses()
                .that()
                .resideInAPackage(LOADERS)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("picocli..", "org.jline.."));
    }

    @Test
    void onlyLoadersAndProgramsOpenFiles() {
        check(noClasses()
                .that()
                .resideInAnyPackage(KERNELS, ENGINE, LANGCHAIN4J)
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(
                        Files.class,
                        File.class,
                        FileChannel.class,
                        FileInputStream.class,
                        FileOutputStream.class,
                        FileReader.class,
                        FileWriter.class,
                        RandomAccessFile.class));
    }

    @Test
    void onlyPullingAndJudgesTouchTheNetwork() {
        // A program that measures servers asks them, and no other part of Myna uses it.
        DescribedPredicate<JavaClass> measuring =
                resideInAPackage("dev.myna.bench.load").and(simpleName("ServerStream"));
        // Asks the endpoint that a user named as the judge of an evaluation, and only that.
        DescribedPredicate<JavaClass> judging = resideInAPackage("dev.myna.eval.judging")
                .and(DescribedPredicate.describe(
                        "EndpointJudge", each -> each.getName().startsWith("dev.myna.eval.judging.EndpointJudge")));
        check(noClasses()
                .that(DescribedPredicate.not(resideInAPackage(HUB).or(measuring).or(judging)))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.net.http..")
                .orShould()
                .dependOnClassesThat()
                .belongToAnyOf(Socket.class, ServerSocket.class, URL.class, HttpURLConnection.class));
    }

    /** Only an explicit serve opens a port, and what does that is in one place. */
    @Test
    void onlyTheServerListens() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage("dev.myna.cli.serve..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("com.sun.net.httpserver..")
                .orShould()
                .dependOnClassesThat()
                .belongToAnyOf(ServerSocketChannel.class, AsynchronousServerSocketChannel.class));
        // It fetches nothing: URLs in requests are never followed.
        check(noClasses()
                .that()
                .resideInAPackage("dev.myna.cli.serve..")
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(SocketChannel.class, AsynchronousSocketChannel.class, URL.class));
    }

    @Test
    void onlyTheLauncherMachineCodeAndTheLookForOpenClAreNative() {
        DescribedPredicate<JavaClass> launcher =
                resideInAPackage("dev.myna.cli.system").and(simpleName("Posix"));
        DescribedPredicate<JavaClass> machineCode = resideInAPackage("dev.myna.kernels.asm.host")
                .and(simpleName("SystemFunctions").or(simpleName("Kernel")));
        // Looks whether there is a library before JOCL complains on stderr that there is none.
        DescribedPredicate<JavaClass> library =
                resideInAPackage("dev.myna.kernels.opencl.machine").and(simpleName("ClLibrary"));
        check(noClasses()
                .that(DescribedPredicate.not(launcher.or(machineCode).or(library)))
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(Linker.class, SymbolLookup.class));
    }

    @Test
    void nothingOfTheCommandLineKnowsTheListOfCommands() {
        check(noClasses()
                .that()
                .resideInAPackage("dev.myna.cli.*..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.myna.cli"));
    }

    /** Embedders without JOCL must get along: nothing outside this package may load its classes. */
    @Test
    void onlyTheOpenClDeviceKnowsJocl() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage("dev.myna.kernels.opencl..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.jocl.."));
    }

    /** A runtime need not have the recorder: nothing outside this package may load its classes. */
    @Test
    void onlyEventsKnowTheFlightRecorder() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage("dev.myna.engine.events..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("jdk.jfr.."));
    }

    @Test
    void libraryPrintsAndLogsNothing() {
        check(noClasses()
                .that()
                .resideInAnyPackage(KERNELS, LOADERS, ENGINE, LANGCHAIN4J)
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .orShould()
                .callMethod(Throwable.class, "printStackTrace"));
        check(noClasses()
                .that()
                .resideInAnyPackage(KERNELS, LOADERS, ENGINE, LANGCHAIN4J)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.util.logging..", "org.slf4j.."));
        check(noClasses()
                .that()
                .resideInAnyPackage(KERNELS, LOADERS, ENGINE, LANGCHAIN4J)
                .should()
                .callMethod(System.class, "getLogger", String.class));
    }

    @Test
    void libraryUsesNoReflection() {
        check(noClasses()
                .that()
                .resideInAnyPackage(KERNELS, LOADERS, ENGINE, MODELS, LANGCHAIN4J)
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.lang.reflect.."));
        check(noClasses()
                .that()
                .resideInAnyPackage(KERNELS, LOADERS, ENGINE, MODELS, LANGCHAIN4J)
                .should()
                .callMethod(Class.class, "forName", String.class));
    }

    @Test
    void libraryNeverEndsTheProcess() {
        check(noClasses()
                .that()
                .resideInAnyPackage(KERNELS, LOADERS, ENGINE, MODELS, LANGCHAIN4J)
                .should()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .callMethod(Runtime.class, "halt", int.class));
    }

    @Test
    void vectorTypesStayInKernels() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage(KERNELS)
                .should()
                .dependOnClassesThat()
                .resideInAPackage("jdk.incubator.vector.."));
    }

    private static void check(ClassesShouldConjunction rule) {
        rule.allowEmptyShould(true).check(classes);
    }
}
