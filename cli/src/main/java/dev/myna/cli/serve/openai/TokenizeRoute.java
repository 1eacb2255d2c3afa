// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.openai;

import dev.myna.cli.serve.http.ApiException;
import dev.myna.cli.serve.http.RequestBodies;
import dev.myna.cli.serve.http.Responses;
import dev.myna.cli.serve.http.ServerJson;
import dev.myna.cli.serve.http.Workers;
import dev.myna.cli.serve.metrics.Call;
import dev.myna.engine.text.Tokenizer;
import dev.myna.engine.text.Tokenizer.Specials;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code POST /tokenize}, with the fields of llama.cpp's server; unlike there, special tokens in a text are text by default. */
public final class TokenizeRoute {
    private static final Set<String> FIELDS = Set.of("content", "add_special", "parse_special", "with_pieces");

    private static final int MAX_CHARACTERS = 1 << 20;

    private final Tokenizer tokenizer;
    private final RequestBodies bodies;
    private final Workers workers;
    private final ServerJson json;

    /** The tokens of a text. */
    private record Tokens(Map<String, Object> answer) implements Workers.Prepared {
        @Override
        public void close() {
            // Nothing to release.
        }
    }

    public TokenizeRoute(Tokenizer tokenizer, RequestBodies bodies, Workers workers, ServerJson json) {
        this.tokenizer = tokenizer;
        this.bodies = bodies;
        this.workers = workers;
        this.json = json;
    }

    public void answer(Call call) throws IOException {
        Map<String, Object> answer;
        try (RequestBodies.Body bytes = bodies.read(call.exchange())) {
            answer = workers.call(call.exchange(), () -> new Tokens(tokens(Fields.of(json.object(bytes.take())))))
                    .answer();
        }
        Responses.json(call.exchange(), 200, json, answer);
    }

    private Map<String, Object> tokens(Fields body) {
        body.only(FIELDS);
        String content = body.requiredText("content");
        if (content.length() > MAX_CHARACTERS) {
            throw ApiException.value(
                    "content", "content has " + content.length() + " characters; " + MAX_CHARACTERS + " are allowed");
        }
        Specials specials = body.flag("parse_special", false) ? Specials.PARSE : Specials.PLAIN;
        boolean pieces = body.flag("with_pieces", false);
        List<Object> tokens = new ArrayList<>();
        if (body.flag("add_special", false) && tokenizer.addBos() && tokenizer.bos() >= 0) {
            tokens.add(token(tokenizer.bos(), pieces));
        }
        for (int id : tokenizer.encode(content, specials)) {
            tokens.add(token(id, pieces));
        }
        return Map.of("tokens", tokens);
    }

    private Object token(int id, boolean piece) {
        if (!piece) {
            return id;
        }
        Map<String, Object> token = new LinkedHashMap<>();
        token.put("id", id);
        token.put("piece", tokenizer.piece(id));
        return token;
    }
}
