// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve;

import dev.myna.cli.serve.http.ApiException;
import dev.myna.cli.serve.http.ClientErrors;
import dev.myna.cli.serve.http.Exchange;
import dev.myna.cli.serve.http.Guard;
import dev.myna.cli.serve.http.HttpLimits;
import dev.myna.cli.serve.http.HttpListener;
import dev.myna.cli.serve.http.RequestBodies;
import dev.myna.cli.serve.http.Responses;
import dev.myna.cli.serve.http.ServerJson;
import dev.myna.cli.serve.http.Watchdog;
import dev.myna.cli.serve.http.Workers;
import dev.myna.cli.serve.metrics.Call;
import dev.myna.cli.serve.metrics.Metrics;
import dev.myna.cli.serve.openai.Answers;
import dev.myna.cli.serve.openai.Completions;
import dev.myna.cli.serve.openai.Images;
import dev.myna.cli.serve.openai.ModelsRoute;
import dev.myna.cli.serve.openai.Sampling;
import dev.myna.cli.serve.openai.ServerSettings;
import dev.myna.cli.serve.openai.TextBound;
import dev.myna.cli.serve.openai.TokenizeRoute;
import dev.myna.cli.serve.page.Page;
import dev.myna.engine.Model;
import dev.myna.engine.Scheduler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A model behind HTTP, with the routes of the OpenAI API that Myna supports. Each connection has a virtual thread, which never
 * computes: workers read requests, the scheduler answers them.
 */
public final class ApiServer implements AutoCloseable {
    private static final long DRAIN_POLL_MILLIS = 20;

    private final ServerSettings settings;
    private final Scheduler scheduler;
    private final Guard guard;
    private final ServerJson json;
    private final RequestBodies bodies;
    private final Images images;
    private final Watchdog watchdog = new Watchdog();
    private final Metrics metrics = new Metrics();
    private final ModelsRoute models;
    private final Page page;
    private final Map<String, Route> routes = new LinkedHashMap<>();
    private final AtomicInteger active = new AtomicInteger();
    private final Workers workers = new Workers();
    private final HttpListener http;
    private volatile boolean draining;

    private interface Handler {
        void handle(Call call) throws IOException;
    }

    /**
     * @param name in metrics and logs
     * @param open whether the route needs no key
     */
    private record Route(String name, String method, boolean open, Handler handler) {
        String allowed() {
            return method.equals("GET") ? "GET, HEAD" : method;
        }
    }

    /**
     * Listens, but does not answer before {@link #start}. Closing the server closes neither the model nor the scheduler.
     *
     * @throws IOException if the port is not available
     */
    public ApiServer(Model model, Scheduler scheduler, ServerSettings settings) throws IOException {
        this.settings = settings;
        this.scheduler = scheduler;
        guard = new Guard(settings.hosts(), settings.keys());
        json = new ServerJson();
        bodies = new RequestBodies(settings.limits());
        images = new Images(settings.limits(), settings.orientation());
        models = new ModelsRoute(model, scheduler, settings);
        page = Page.load();
        Completions completions = new Completions(
                scheduler,
                settings,
                new Sampling(
                        settings.defaults(), settings.seed(), model.tokenizer().size()),
                TextBound.of(model.tokenizer(), scheduler.contextSize()),
                images,
                bodies,
                workers,
                json,
                new Answers(json, settings.limits(), watchdog, this::clientError));
        TokenizeRoute tokenize = new TokenizeRoute(model.tokenizer(), bodies, workers, json);
        route("/", "GET", true, call -> page.send(call.exchange()));
        route("/health", "GET", true, this::health);
        route("/metrics", "GET", false, this::metrics);
        route("/v1/models", "GET", false, call -> json(call, models.list()));
        route("/v1/chat/completions", "POST", false, completions::chat);
        route("/v1/completions", "POST", false, completions::completion);
        route("/tokenize", "POST", false, tokenize::answer);
        InetSocketAddress address = new InetSocketAddress(settings.address(), settings.port());
        http = new HttpListener(address, HttpLimits.of(settings.limits()), new HttpListener.Handler() {
            @Override
            public void handle(Exchange exchange) throws IOException {
                ApiServer.this.handle(exchange);
            }

            @Override
            public byte[] refusal(ApiException problem) {
                metrics.request("?", problem.status());
                return json.bytes(json.error(problem));
            }
        });
    }

    private void route(String path, String method, boolean open, Handler handler) {
        routes.put(path, new Route(path, method, open, handler));
    }

    /** Starts to answer. */
    public void start() {
        http.start();
    }

    /** The port of the server. */
    public int port() {
        return http.port();
    }

    /** Requests that are being read, processed or answered. */
    public int activeRequests() {
        return active.get();
    }

    private void handle(Exchange exchange) throws IOException {
        active.incrementAndGet();
        Call call = null;
        String outcome = "gone";
        try {
            String path = exchange.path();
            Route route = route(path);
            call = new Call(exchange, route == null ? "?" : route.name());
            Responses.prepare(exchange.responseHeaders());
            try {
                guard.checkSite(exchange.requestHeaders());
                dispatch(route, call);
            } catch (RuntimeException | Error e) {
                if (exchange.status() != -1) {
                    clientError(e);
                    throw new IOException("failed after the response had begun", e);
                }
                Responses.error(exchange, json, clientError(e), settings.limits(), watchdog);
            }
            outcome = Integer.toString(exchange.status());
            metrics.request(call.route(), exchange.status());
        } catch (IOException e) {
            metrics.gone();
            throw e;
        } finally {
            active.decrementAndGet();
            record(call, outcome);
        }
    }

    private void record(Call call, String outcome) {
        if (call == null) {
            return;
        }
        if (call.firstText() > 0) {
            metrics.firstToken(call.firstText());
            metrics.duration(call.nanos());
        }
        settings.log().accept(call.line(outcome));
    }

    private Route route(String path) {
        String prefix = "/v1/models/";
        if (path != null && path.startsWith(prefix) && path.length() > prefix.length()) {
            String id = path.substring(prefix.length());
            return new Route(prefix + "ID", "GET", false, call -> json(call, models.one(id)));
        }
        if (path == null) {
            return null;
        }
        // Some clients join a base address and a path with one slash too many.
        boolean slash = path.length() > 1 && path.endsWith("/");
        return routes.get(slash ? path.substring(0, path.length() - 1) : path);
    }

    private void dispatch(Route route, Call call) throws IOException {
        Exchange exchange = call.exchange();
        if (route == null || !route.open()) {
            guard.checkKey(exchange.requestHeaders());
        }
        if (route == null) {
            throw ApiException.notFound(
                    null, "unknown_path", "unknown path; the paths are " + String.join(" ", routes.keySet()));
        }
        String method = exchange.method();
        boolean head = method.equals("HEAD") && route.method().equals("GET");
        if (method.equals("OPTIONS")) {
            exchange.responseHeaders().set("Allow", route.allowed() + ", OPTIONS");
            exchange.begin(204, Exchange.NONE);
            exchange.responseBody().close();
            return;
        }
        if (!head && !method.equals(route.method())) {
            exchange.responseHeaders().set("Allow", route.allowed());
            throw ApiException.method(route.method());
        }
        if (draining && method.equals("POST")) {
            throw ClientErrors.shuttingDown();
        }
        route.handler().handle(call);
    }

    /** The error for the client. Logs the cause of an internal one. */
    private ApiException clientError(Throwable problem) {
        ApiException error = ClientErrors.of(problem, draining);
        if (error.status() >= 500 && error != problem) {
            settings.problems().accept(problem);
        }
        return error;
    }

    private void json(Call call, Map<String, Object> body) throws IOException {
        Responses.json(call.exchange(), 200, json, body);
    }

    private void health(Call call) throws IOException {
        if (draining) {
            throw ClientErrors.shuttingDown();
        }
        json(call, Map.of("status", "ok"));
    }

    private void metrics(Call call) throws IOException {
        String text = metrics.text(scheduler.stats(), bodies.buffered(), images.held());
        Responses.send(call.exchange(), 200, Metrics.CONTENT_TYPE, text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Refuses new requests with 503, and waits until the running ones are answered.
     *
     * @return whether all were answered in time
     * @throws InterruptedException if the waiting thread is interrupted
     */
    public boolean drain(Duration max) throws InterruptedException {
        long end = System.nanoTime() + max.toNanos();
        draining = true;
        while (active.get() > 0) {
            if (System.nanoTime() - end > 0) {
                return false;
            }
            Thread.sleep(DRAIN_POLL_MILLIS);
        }
        return true;
    }

    /** Closes all connections and the port. */
    @Override
    public void close() {
        draining = true;
        http.close();
        workers.close();
        watchdog.close();
    }
}
