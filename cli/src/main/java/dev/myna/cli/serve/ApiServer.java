// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.myna.engine.Model;
import dev.myna.engine.Scheduler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A model behind HTTP, with the routes of OpenAI's API that mean something here (ecosystem.md section 4). One virtual thread a
 * request; the scheduler does the work.
 */
public final class ApiServer implements AutoCloseable {
    /** Connections that the system may hold for us before they are accepted. */
    private static final int BACKLOG = 128;

    private static final long DRAIN_POLL_MILLIS = 20;

    private final ServerSettings settings;
    private final Scheduler scheduler;
    private final Guard guard;
    private final ServerJson json;
    private final RequestBodies bodies;
    private final Pictures pictures;
    private final Watchdog watchdog = new Watchdog();
    private final Metrics metrics = new Metrics();
    private final Cards cards;
    private final Page page;
    private final Map<String, Route> routes = new LinkedHashMap<>();
    private final AtomicInteger visitors = new AtomicInteger();
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("myna-http-", 0).factory());
    private final HttpServer http;
    private volatile boolean draining;

    private interface Handler {
        void handle(Visit visit) throws IOException;
    }

    /** @param open whether no key is asked for */
    private record Route(String method, boolean open, Handler handler) {}

    /**
     * Listens, but does not answer before {@link #start}. Neither the model nor the scheduler is closed with the server.
     *
     * @throws IOException if the port cannot be had
     */
    public ApiServer(Model model, Scheduler scheduler, ServerSettings settings) throws IOException {
        this.settings = settings;
        this.scheduler = scheduler;
        JdkServer.configure();
        guard = new Guard(settings.hosts(), settings.keys());
        json = new ServerJson(settings.limits().bodyBytes());
        bodies = new RequestBodies(settings.limits());
        pictures = new Pictures(settings.limits(), settings.orientation());
        cards = new Cards(model, scheduler, settings);
        page = Page.load();
        Completions completions = new Completions(
                scheduler,
                settings,
                new Sampling(
                        settings.defaults(), settings.seed(), model.tokenizer().size()),
                TextBound.of(model.tokenizer(), scheduler.contextSize()),
                pictures,
                bodies,
                json,
                new Answers(json, settings.limits(), watchdog, this::told));
        TokenizeRoute tokenize = new TokenizeRoute(model.tokenizer(), bodies, json);
        routes.put("/", new Route("GET", true, visit -> page.send(visit.exchange())));
        routes.put("/health", new Route("GET", true, this::health));
        routes.put("/metrics", new Route("GET", false, this::metrics));
        routes.put("/v1/models", new Route("GET", false, visit -> json(visit, cards.list())));
        routes.put("/v1/chat/completions", new Route("POST", false, completions::chat));
        routes.put("/v1/completions", new Route("POST", false, completions::completion));
        routes.put("/tokenize", new Route("POST", false, tokenize::answer));
        http = HttpServer.create(new InetSocketAddress(settings.address(), settings.port()), BACKLOG);
        http.setExecutor(threads);
        http.createContext("/", this::handle);
    }

    /** Begins to answer. */
    public void start() {
        http.start();
    }

    /** The port that is listened at. */
    public int port() {
        return http.getAddress().getPort();
    }

    /** Requests that are being read, worked on or answered. */
    public int visitors() {
        return visitors.get();
    }

    private void handle(HttpExchange exchange) throws IOException {
        visitors.incrementAndGet();
        Visit visit = null;
        String outcome = "gone";
        try {
            String path = exchange.getRequestURI().getPath();
            Route route = route(path);
            visit = new Visit(exchange, route == null ? "?" : path.startsWith("/v1/models/") ? "/v1/models/ID" : path);
            Responses.prepare(exchange.getResponseHeaders());
            try {
                guard.checkSite(exchange.getRequestHeaders());
                pass(route, visit);
            } catch (RuntimeException | Error e) {
                if (exchange.getResponseCode() != -1) {
                    told(e);
                    throw new IOException("failed after the response had begun", e);
                }
                Responses.error(exchange, json, told(e), settings.limits(), watchdog);
            }
            outcome = Integer.toString(exchange.getResponseCode());
            metrics.request(visit.route(), exchange.getResponseCode());
        } catch (IOException e) {
            // Thrown on, not only closed: so the JDK's server forgets the connection at once.
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
        if (path != null && path.startsWith("/v1/models/")) {
            String id = path.substring("/v1/models/".length());
            return new Route("GET", false, visit -> json(visit, cards.one(id)));
        }
        return path == null ? null : routes.get(path);
    }

    private void pass(Route route, Visit visit) throws IOException {
        HttpExchange exchange = visit.exchange();
        if (route == null || !route.open()) {
            guard.checkKey(exchange.getRequestHeaders());
        }
        if (route == null) {
            throw ApiException.notFound(
                    null, "unknown_path", "there is nothing here; try one of " + String.join(" ", routes.keySet()));
        }
        String method = exchange.getRequestMethod();
        boolean head = method.equals("HEAD") && route.method().equals("GET");
        if (!head && !method.equals(route.method())) {
            exchange.getResponseHeaders().set("Allow", route.method().equals("GET") ? "GET, HEAD" : route.method());
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
        String text = metrics.text(scheduler.stats(), bodies.buffered(), pictures.held());
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
        http.stop(0);
        threads.shutdownNow();
        watchdog.close();
    }
}
