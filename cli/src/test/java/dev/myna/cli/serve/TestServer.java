// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve;

import dev.myna.Myna;
import dev.myna.cli.serve.http.Limits;
import dev.myna.cli.serve.openai.ServerSettings;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.Model;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.Scheduler;
import dev.myna.engine.SchedulerOptions;
import dev.myna.kernels.CpuKernels;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.image.ImageDecoder.Orientation;
import dev.myna.models.EmbeddedModel;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import tools.jackson.jr.ob.JSON;

/** A server in this process, on the embedded model or another, and the things tests do to one. */
public final class TestServer implements AutoCloseable {
    public static final Path SAMPLES = Path.of("../models-manifest/nano/samples");

    public static final Limits LIMITS = new Limits(
            1 << 20, 4 << 20, 8, 64L << 20, Duration.ofMillis(200), Duration.ofSeconds(10), Duration.ofSeconds(3));

    /** Fields of a request whose answer is as long as the context allows: at this temperature all tokens are alike. */
    static final String ENDLESS = "\"temperature\":100,\"seed\":1,\"max_tokens\":100000";

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();
    public final ConcurrentLinkedQueue<Throwable> problems = new ConcurrentLinkedQueue<>();
    final HttpClient client = HttpClient.newHttpClient();
    private final Arena memory;
    final Model model;
    public final Scheduler scheduler;
    public final ApiServer server;

    public TestServer(SchedulerOptions options) throws IOException {
        this(options, List.of(), LIMITS);
    }

    public TestServer(SchedulerOptions options, List<String> keys, Limits limits) throws IOException {
        this(Arena.ofShared(), options, keys, limits);
    }

    private TestServer(Arena memory, SchedulerOptions options, List<String> keys, Limits limits) throws IOException {
        this(memory, model(memory), options, keys, limits);
    }

    /** A server of another model, which is closed with it. */
    TestServer(Model model, SchedulerOptions options) throws IOException {
        this(Arena.ofShared(), model, options, List.of(), LIMITS);
    }

    private TestServer(Arena memory, Model model, SchedulerOptions options, List<String> keys, Limits limits)
            throws IOException {
        this.memory = memory;
        this.model = model;
        scheduler = model.newScheduler(options);
        server = new ApiServer(
                model,
                scheduler,
                new ServerSettings(
                        InetAddress.getLoopbackAddress(),
                        0,
                        List.of("myna.example"),
                        keys,
                        "nano",
                        List.of("Myna nano"),
                        GenerationOptions.greedy(),
                        null,
                        Orientation.IGNORE,
                        limits,
                        "myna-test",
                        () -> {},
                        log::add,
                        problems::add));
        server.start();
    }

    /** The embedded model on two threads. */
    static Model model(Arena memory) throws IOException {
        return Myna.load(
                file(memory, EmbeddedModel.decoder(), "nano.gguf"),
                file(memory, EmbeddedModel.mmproj(), "nano-mmproj.gguf"),
                ModelOptions.builder().threads(2).kernels(CpuKernels.JIT).build());
    }

    private static GgufFile file(Arena memory, InputStream resource, String name) throws IOException {
        try (resource) {
            byte[] bytes = resource.readAllBytes();
            MemorySegment segment = memory.allocate(bytes.length, 64);
            MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, 0, bytes.length);
            return GgufFile.of(segment, name);
        }
    }

    public URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.port() + path);
    }

    HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    HttpResponse<String> post(String path, String body, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path)).POST(BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    /** A question, as the fields {@code messages} and whatever else. */
    public HttpResponse<String> chat(String fields) throws IOException, InterruptedException {
        return post("/v1/chat/completions", "{" + fields + "}");
    }

    public static String user(String text) {
        return "\"messages\":[{\"role\":\"user\",\"content\":" + JSON.std.asString(text) + "}]";
    }

    /** Parts of a message's content. */
    static String text(String text) {
        return "{\"type\":\"text\",\"text\":" + JSON.std.asString(text) + "}";
    }

    public static String image(String name) throws IOException {
        return imageUrl("data:image/png;base64,"
                + Base64.getEncoder().encodeToString(Files.readAllBytes(SAMPLES.resolve(name + ".png"))));
    }

    static String imageUrl(String url) {
        return "{\"type\":\"image_url\",\"image_url\":{\"url\":" + JSON.std.asString(url) + "}}";
    }

    public static String user(List<String> parts) {
        return "\"messages\":[{\"role\":\"user\",\"content\":[" + String.join(",", parts) + "]}]";
    }

    public static Map<String, Object> json(HttpResponse<String> response) {
        return JSON.std.mapFrom(response.body());
    }

    /** A value by its path: {@code at(json, "choices", 0, "message", "content")}. */
    public static Object at(Object json, Object... path) {
        Object value = json;
        for (Object step : path) {
            value = step instanceof Integer index ? ((List<?>) value).get(index) : ((Map<?, ?>) value).get(step);
        }
        return value;
    }

    static String answer(HttpResponse<String> response) {
        return (String) at(json(response), "choices", 0, "message", "content");
    }

    Socket connect() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), server.port());
    }

    /** Sends a request over a socket of its own and leaves the answer to be read. */
    Socket open(String path, String body) throws IOException {
        Socket socket = connect();
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        OutputStream out = socket.getOutputStream();
        out.write(("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + bytes.length + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        out.write(bytes);
        out.flush();
        return socket;
    }

    /** Reads from a socket until something has come that holds {@code end}. */
    public static String readUntil(Socket socket, String end) throws IOException {
        StringBuilder text = new StringBuilder();
        byte[] buffer = new byte[4096];
        while (text.indexOf(end) < 0) {
            int n = socket.getInputStream().read(buffer);
            if (n < 0) {
                throw new IOException("the server closed the connection after: " + text);
            }
            text.append(new String(buffer, 0, n, StandardCharsets.UTF_8));
        }
        return text.toString();
    }

    /** Waits for something that happens on other threads. */
    public static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("waited in vain until " + what);
            }
            Thread.sleep(5);
        }
    }

    @Override
    public void close() {
        server.close();
        scheduler.close();
        client.close();
        model.close();
        memory.close();
    }
}
