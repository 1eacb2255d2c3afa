// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.fuzz;

import dev.myna.loaders.convert.Conversion;
import dev.myna.loaders.gguf.FileType;
import dev.myna.testing.TinyCheckpoint;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/** Good inputs of every {@link FuzzTarget}, from which mutations begin. */
final class FuzzSeeds {
    /** A chequered image of 16 x 12, lossy and lossless. */
    private static final List<String> WEBP = List.of(
            "UklGRoIAAABXRUJQVlA4IHYAAAAQAgCdASoQAAwABABoJbACdBpgAs/SAqmAAP7w3zghbO2GvePZvZhRQU5O3hpE+H+fKlxR"
                    + "y29JyXaTVj7GlN+uoYzZVP/fW+Js6SGjSqP+yA4yijqtM37fiSf1VX4c771c6GMCj0tCTL8pZ/hUfTXJNoIijSgA",
            "UklGRoAAAABXRUJQVlA4THMAAAAvD8ACAM10IaL/sYmI/oeFTWTbTgTggS71eMBD9pKlZS/JxP/g4LTPwS0Js42Oaf4MfR8O"
                    + "YbbR4dy7/gxjCrVpGzCaU/5If2Ah2qSzgItokwCCzcw8B/IylxZJWQEz0Sa95Ut8WPimKyBEUlFAjvQh9ZsBAA==");

    private final Path folder;

    /** @param folder where a checkpoint may be written */
    FuzzSeeds(Path folder) {
        this.folder = folder;
    }

    List<byte[]> of(FuzzTarget target) throws IOException {
        return switch (target) {
            case GGUF, MODEL -> List.of(model());
            case JPEG -> images("jpg");
            case PNG -> images("png");
            case GIF -> images("gif");
            case BMP -> images("bmp");
            case TIFF -> images("tif");
            case WEBP -> WEBP.stream().map(Base64.getDecoder()::decode).toList();
            case GBNF ->
                texts(
                        "root ::= \"a\" [b-y]{2,5} (\"z\" | item)* # c\nitem ::= \"\\u0905\" .+ [^\\n]?",
                        "root ::= (\" \" root)? \"x\"");
            case SCHEMA ->
                texts(
                        "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\",\"minimum\":-5,\"maximum\":1e3},"
                                + "\"b\":{\"enum\":[\"x\",null,3.5]}},\"required\":[\"a\"],\"additionalProperties\":false}",
                        "{\"$defs\":{\"n\":{\"anyOf\":[{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/n\"},\"maxItems\":3},"
                                + "{\"type\":\"string\",\"pattern\":\"^[a-c]{2,4}(d|e)+$\"}]}},\"$ref\":\"#/$defs/n\"}");
            case TEMPLATE ->
                texts(
                        "{% for m in messages if m.role != 'system' %}{{- '<|' ~ m['role'] ~ '|>' + (m.content if m.content is string else"
                                + " m.content|selectattr('text', 'defined')|map(attribute='text')|join(', '))|trim }}{%- if m.tool_calls %}"
                                + "{% for c in m.tool_calls %}{{ c.function|tojson(indent=2) }}{% endfor %}{% endif %}{% endfor %}"
                                + "{% if add_generation_prompt %}{{ bos_token }}{% endif %}",
                        "{%- macro f(x, y=3) -%}{{ x[1:] * y }}{%- endmacro -%}{% set ns = namespace(n=0) %}{# c #}"
                                + "{% for k, v in messages[2].items() %}{% set ns.n = ns.n + loop.index %}{{ f(k, loop.index0) }}"
                                + "{% endfor %}{{ '%05.1f' % ns.n }}{{ 'aBc'.split('B')[::-1]|last|upper }}{% raw %}{{{% endraw %}");
            case ANSWER ->
                texts(
                        "\0\1<think>a</think>b <tool_call>\n{\"name\": \"look\", \"arguments\": {\"at\": \"x\"}}\n</tool_call>",
                        "\1\0<tool_call>\n<function=look>\n<parameter=n>\n3\n</parameter>\n</function>\n</tool_call>",
                        "\2\0{\"name\": \"now\", \"parameters\": {}}; {\"name\": \"look\", \"parameters\": {\"n\": 1}}",
                        "\3\0[look(at='x', n=[1, {\"a\": None}]), now()]",
                        "\4\0```tool_code\nlook(at=\"x\")\nnow()\n```",
                        "\5\0[TOOL_CALLS]look[CALL_ID]a1[ARGS]{\"at\": \"x\"}[TOOL_CALLS][{\"name\": \"now\", \"arguments\": {}}]",
                        "\6\0<start_function_call>call:look{at:<escape>x<escape>,n:[1,{a:true}]}<end_function_call>",
                        "\7\0<|START_ACTION|>[{\"tool_call_id\": \"0\", \"tool_name\": \"now\", \"parameters\": {}}]<|END_ACTION|>");
            case CONFIG -> List.of(Files.readAllBytes(checkpoint().resolve("config.json")));
            case TOKENIZER -> List.of(Files.readAllBytes(checkpoint().resolve("tokenizer.model")));
            case SAFETENSORS -> List.of(head(Files.readAllBytes(checkpoint().resolve("model.safetensors")), 4096));
            case PICKLE ->
                List.of("PK\003\004".getBytes(StandardCharsets.ISO_8859_1), new byte[] {(byte) 0x80, 2, '}', 'q', 0, '.'
                });
            case MANIFEST -> manifests();
            case IMATRIX -> List.of(importance());
        };
    }

    private static byte[] head(byte[] bytes, int count) {
        return java.util.Arrays.copyOf(bytes, Math.min(count, bytes.length));
    }

    private Path checkpoint() {
        Path checkpoint = folder.resolve("seed");
        return Files.exists(checkpoint) ? checkpoint : TinyCheckpoint.palo().write(checkpoint);
    }

    private byte[] model() throws IOException {
        Path file = folder.resolve("seed.gguf");
        if (!Files.exists(file)) {
            try (Conversion conversion = Conversion.open(checkpoint(), Optional.empty(), "seed")) {
                conversion.write(conversion.plan().text(), FileType.F16, file, 1, _ -> {});
            }
        }
        return Files.readAllBytes(file);
    }

    private static List<byte[]> texts(String... texts) {
        return Stream.of(texts)
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    private static List<byte[]> images(String format) throws IOException {
        List<byte[]> images = new ArrayList<>();
        for (int type : new int[] {BufferedImage.TYPE_3BYTE_BGR, BufferedImage.TYPE_BYTE_GRAY}) {
            BufferedImage image = new BufferedImage(24, 18, type);
            for (int i = 0; i < 24 * 18; i++) {
                image.setRGB(i % 24, i / 24, i * 0x10f0b + (i / 7 << 20));
            }
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            if (ImageIO.write(image, format, out)) {
                images.add(out.toByteArray());
            }
        }
        return images;
    }

    private static List<byte[]> manifests() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("../models-manifest"))) {
            List<byte[]> manifests = new ArrayList<>();
            for (Path file : files.filter(each -> each.toString().endsWith("7b.json"))
                    .sorted()
                    .toList()) {
                manifests.add(Files.readAllBytes(file));
            }
            return manifests;
        }
    }

    /** One entry of four columns in the format before GGUF. */
    private static byte[] importance() {
        byte[] name = "blk.0.attn_q.weight".getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(64 + name.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(1).putInt(name.length).put(name).putInt(2).putInt(4);
        for (int i = 1; i <= 4; i++) {
            bytes.putFloat(i);
        }
        bytes.putInt(2).putInt(0);
        return head(bytes.array(), bytes.position());
    }
}
