// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve;

import dev.myna.cli.serve.http.ApiException;
import dev.myna.cli.serve.http.Exchange;
import dev.myna.cli.serve.http.Failures;
import dev.myna.cli.serve.http.Guard;
import dev.myna.cli.serve.http.HttpLimits;
import dev.myna.cli.serve.http.HttpListener;
import dev.myna.cli.serve.http.RequestBodies;
import dev.myna.cli.serve.http.Responses;
import dev.myna.cli.serve.http.ServerJson;
import dev.myna.cli.serve.http.Watchdog;
import dev.myna.cli.serve.http.Workers;
import dev.myna.cli.serve.metrics.Metrics;
import dev.myna.cli.serve.metrics.Visit;
import dev.myna.cli.serve.openai.Answers;
import dev.myna.cli.serve.openai.Cards;
import dev.myna.cli.serve.openai.Completions;
import dev.myna.cli.serve.openai.Images;
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
 * A model behind HTTP, with the routes of OpenAI's API that mean something here. One virtual thread a
 * connection, which never computes: workers understand requests, the scheduler answers them.
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
    private final Cards cards;
    private final Page page;
    private final Map<String, Route> routes = new LinkedHashMap<>();
    private final AtomicInteger visitors = new AtomicInteger();
    private final Workers workers = new Workers();
    private final HttpListener http;
    private volatile boolean draining;

    private interface Handler {
        void handle(Visit visit) throws IOException;
    }

    /**
     * @param name in counts and logs
     * @param open whether no key is asked for
     */
    private record Route(String name, String method, boolean open, Handler handler) {
        String allowed() {
            return method.equals("GET") ? "GET, HEAD" : method;
        }
    }

    /**
     * Listens, but does not answer before {@link #start}. Neither the model nor the scheduler is closed with the server.
     *
     * @throws IOException if the port cannot be had
     */
    public ApiServer(Model model, Scheduler scheduler, ServerSettings settings) throws IOException {
        this.settings = settings;
        this.scheduler = scheduler;
        guard = new Guard(settings.hosts(), settings.keys());
        json = new ServerJson();
        bodies = new RequestBodies(settings.limits());
        images = new Images(settings.limits(), settings.orientation());
        cards = new Cards(model, scheduler, settings);
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
                new Answers(json, settings.limits(), watchdog, this::told));
        TokenizeRoute tokenize = new TokenizeRoute(model.tokenizer(), bodies, workers, json);
        route("/", "GET", true, visit -> page.send(visit.exchange()));
        route("/health", "GET", true, this::health);
        route("/metrics", "GET", false, this::metrics);
        route("/v1/models", "GET", false, visit -> json(visit, cards.list()));
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

    /** Begins to answer. */
    public void start() {
        http.start();
    }

    /** The port that is listened at. */
    public int port() {
        return http.port();
    }

    /** Requests that are being read, worked on or answered. */
    public int visitors() {
        return visitors.get();
    }

    private void handle(Exchange exchange) throws IOException {
        visitors.incrementAndGet();
        Visit visit = null;
        String outcome = "gone";
        try {
            String path = exchange.path();
            Route route = route(path);
            visit = new Visit(exchange, route == null ? "?" : route.name());
            Responses.prepare(exchange.responseHeaders());
            try {
                guard.checkSite(exchange.requestHeaders());
                pass(route, visit);
            } catch (RuntimeException | Error e) {
                if (exchange.status() != -1) {
                    told(e);
                    throw new IOException("failed after the response had begun", e);
                }
                Responses.error(exchange, json, told(e), settings.limits(), watchdog);
            }
            outcome = Integer.toString(exchange.status());
            metrics.request(visit.route(), exchange.status());
        } catch (IOException e) {
            metrics.gone();
            throw e;
        } finally {
            visitors.decrementAndGet();
            leave(visit, outcome);
        }
    }

    private void leave(Visit visit, String outcome) {
        if (visit == null) {
            return;
        }
        if (visit.firstText() > 0) {
            metrics.firstToken(visit.firstText());
            metrics.duration(visit.nanos());
        }
        settings.log().accept(visit.line(outcome));
    }

    private Route route(String path) {
        String models = "/v1/models/";
        if (path != null && path.startsWith(models) && path.length() > models.length()) {
            String id = path.substring(models.length());
            return new Route(models + "ID", "GET", false, visit -> json(visit, cards.one(id)));
        }
        if (path == null) {
            return null;
        }
        // Some clients join a base address and a path with one stroke too many.
        boolean stroke = path.length() > 1 && path.endsWith("/");
        return routes.get(stroke ? path.substring(0, path.length() - 1) : path);
    }

    private void pass(Route route, Visit visit) throws IOException {
        Exchange exchange = visit.exchange();
        if (route == null || !route.open()) {
            guard.checkKey(exchange.requestHeaders());
        }
        if (route == null) {
            throw ApiException.notFound(
                    null, "unknown_path", "there is nothing here; try one of " + String.join(" ", routes.keySet()));
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
            throw Failures.shuttingDown();
        }
        route.handler().handle(visit);
    }

    /** What the client is told; the rest is the log's. */
    private ApiException told(Throwable problem) {
        ApiException told = Failures.of(problem, draining);
        if (told.status() >= 500 && told != problem) {
            settings.problems().accept(problem);
        }
        return told;
    }

    private void json(Visit visit, Map<String, Object> body) throws IOException {
        Responses.json(visit.exchange(), 200, json, body);
    }

    private void health(Visit visit) throws IOException {
        if (draining) {
            throw Failures.shuttingDown();
        }
        json(visit, Map.of("status", "ok"));
    }

    private void metrics(Visit visit) throws IOException {
        String text = metrics.text(scheduler.stats(), bodies.buffered(), images.held());
        Responses.send(visit.exchange(), 200, Metrics.CONTENT_TYPE, text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Refuses what is new with 503 and waits until what has begun is answered.
     *
     * @return whether all was answered in time
     * @throws InterruptedException if the waiting thread is interrupted
     */
    public boolean drain(Duration most) throws InterruptedException {
        long end = System.nanoTime() + most.toNanos();
        draining = true;
        while (visitors.get() > 0) {
            if (System.nanoTime() - end > 0) {
                return false;
            }
            Thread.sleep(DRAIN_POLL_MILLIS);
        }
        return true;
    }

    /** Cuts off everybody and lets go of the port. */
    @Override
    public void close() {
        draining = true;
        http.close();
        workers.close();
        watchdog.close();
    }
}
