// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.openai;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionContentPart;
import com.openai.models.chat.completions.ChatCompletionContentPartImage;
import com.openai.models.chat.completions.ChatCompletionContentPartText;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import dev.myna.cli.serve.TestServer;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** OpenAI's own client, as its users use it. */
final class OpenAi {
    private OpenAi() {}

    /** A client that takes what it is told the first time. */
    static OpenAIClient client(TestServer server, String key) {
        return OpenAIOkHttpClient.builder()
                .baseUrl(server.uri("/v1").toString())
                .apiKey(key)
                .maxRetries(0)
                .build();
    }

    static ChatCompletionCreateParams.Builder request() {
        return ChatCompletionCreateParams.builder().model("nano");
    }

    /** A text and sample images. */
    static List<ChatCompletionContentPart> parts(String text, String... samples) throws IOException {
        List<ChatCompletionContentPart> parts = new ArrayList<>();
        for (String sample : samples) {
            byte[] png = Files.readAllBytes(TestServer.SAMPLES.resolve(sample + ".png"));
            parts.add(image("data:image/png;base64," + Base64.getEncoder().encodeToString(png)));
        }
        parts.add(ChatCompletionContentPart.ofText(
                ChatCompletionContentPartText.builder().text(text).build()));
        return parts;
    }

    static ChatCompletionContentPart image(String url) {
        return ChatCompletionContentPart.ofImageUrl(ChatCompletionContentPartImage.builder()
                .imageUrl(ChatCompletionContentPartImage.ImageUrl.builder()
                        .url(url)
                        .build())
                .build());
    }

    static String text(ChatCompletion completion) {
        return completion.choices().getFirst().message().content().orElseThrow();
    }
}
