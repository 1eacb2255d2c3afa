// SPDX-License-Identifier: Apache-2.0
package dev.myna.langchain4j;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.myna.engine.ChatMessage;
import dev.myna.engine.ChatRequest;
import dev.myna.engine.Part;
import dev.myna.engine.tools.ToolUse;
import dev.myna.loaders.image.ImageDecoder.Orientation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConversationsTest {
    @Test
    void contentsOfAMessageKeepTheirOrder() throws IOException {
        UserMessage message =
                UserMessage.from(TextContent.from("یہ"), Nano.image("cat"), TextContent.from("和这个"), Nano.image("cat"));
        ChatRequest request =
                new Conversations(new Images(Orientation.IGNORE, null)).read(List.of(message), ToolUse.NONE, Map.of());
        List<Class<?>> kinds = new ArrayList<>();
        for (Part part : ((ChatMessage.User)
                        ((ChatRequest.Chat) request).messages().getFirst())
                .message()
                .parts()) {
            kinds.add(part.getClass());
        }
        assertEquals(List.of(Part.Text.class, Part.Image.class, Part.Text.class, Part.Image.class), kinds);
    }
}
