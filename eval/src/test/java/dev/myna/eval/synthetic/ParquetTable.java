// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.synthetic;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes small Parquet files for tests: one row group, one uncompressed page a column, plain values. Columns are texts, texts that may
 * be absent, numbers, lists of texts, or images as a struct of bytes and path.
 */
public final class ParquetTable {
    private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);
    private static final int INT64 = 2;
    private static final int BYTE_ARRAY = 6;
    private static final int REQUIRED = 0;
    private static final int OPTIONAL = 1;
    private static final int REPEATED = 2;
    private static final int UTF8 = 0;
    private static final int LIST = 3;
    private static final int NONE = -1;

    private final int rows;
    private final List<Element> schema = new ArrayList<>();
    private final List<Leaf> leaves = new ArrayList<>();
    private int roots;

    private record Element(String name, int type, int repetition, int children, int converted) {}

    /** A column chunk: its values and levels as they are stored. */
    private record Leaf(List<String> path, int type, int values, byte[] page) {}

    public ParquetTable(int rows) {
        this.rows = rows;
    }

    public ParquetTable texts(String name, List<String> values) {
        add(new Element(name, BYTE_ARRAY, REQUIRED, NONE, UTF8));
        leaves.add(new Leaf(List.of(name), BYTE_ARRAY, rows, plain(values)));
        return this;
    }

    /** @param values null where there is none */
    public ParquetTable optionalTexts(String name, List<String> values) {
        add(new Element(name, BYTE_ARRAY, OPTIONAL, NONE, UTF8));
        ByteArrayOutputStream page = new ByteArrayOutputStream();
        page.writeBytes(levels(values.stream().map(each -> each == null ? 0 : 1).toList()));
        page.writeBytes(plain(values.stream().filter(each -> each != null).toList()));
        leaves.add(new Leaf(List.of(name), BYTE_ARRAY, rows, page.toByteArray()));
        return this;
    }

    public ParquetTable numbers(String name, List<Long> values) {
        add(new Element(name, INT64, REQUIRED, NONE, NONE));
        ByteBuffer bytes = ByteBuffer.allocate(8 * rows).order(ByteOrder.LITTLE_ENDIAN);
        values.forEach(bytes::putLong);
        leaves.add(new Leaf(List.of(name), INT64, rows, bytes.array()));
        return this;
    }

    /** @param values lists that are not empty */
    public ParquetTable lists(String name, List<List<String>> values) {
        add(new Element(name, NONE, REQUIRED, 1, LIST));
        schema.add(new Element("list", NONE, REPEATED, 1, NONE));
        schema.add(new Element("element", BYTE_ARRAY, REQUIRED, NONE, UTF8));
        List<Integer> repetitions = new ArrayList<>();
        List<Integer> definitions = new ArrayList<>();
        List<String> all = new ArrayList<>();
        for (List<String> list : values) {
            for (int i = 0; i < list.size(); i++) {
                repetitions.add(i == 0 ? 0 : 1);
                definitions.add(1);
                all.add(list.get(i));
            }
        }
        ByteArrayOutputStream page = new ByteArrayOutputStream();
        page.writeBytes(levels(repetitions));
        page.writeBytes(levels(definitions));
        page.writeBytes(plain(all));
        leaves.add(new Leaf(List.of(name, "list", "element"), BYTE_ARRAY, all.size(), page.toByteArray()));
        return this;
    }

    public ParquetTable images(String name, List<byte[]> values) {
        add(new Element(name, NONE, REQUIRED, 2, NONE));
        schema.add(new Element("bytes", BYTE_ARRAY, REQUIRED, NONE, NONE));
        schema.add(new Element("path", BYTE_ARRAY, REQUIRED, NONE, UTF8));
        leaves.add(new Leaf(List.of(name, "bytes"), BYTE_ARRAY, rows, plainBytes(values)));
        leaves.add(new Leaf(
                List.of(name, "path"),
                BYTE_ARRAY,
                rows,
                plain(values.stream().map(_ -> "drawn.png").toList())));
        return this;
    }

    private void add(Element element) {
        schema.add(element);
        roots++;
    }

    private static byte[] plain(List<String> values) {
        return plainBytes(values.stream()
                .map(each -> each.getBytes(StandardCharsets.UTF_8))
                .toList());
    }

    private static byte[] plainBytes(List<byte[]> values) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] value : values) {
            out.writeBytes(int32(value.length));
            out.writeBytes(value);
        }
        return out.toByteArray();
    }

    private static byte[] int32(int value) {
        return ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
    }

    /** Levels of one bit: their length, and a run of one for each. */
    private static byte[] levels(List<Integer> levels) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(int32(2 * levels.size()));
        for (int level : levels) {
            out.write(1 << 1);
            out.write(level);
        }
        return out.toByteArray();
    }

    /** The file. */
    public byte[] bytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(MAGIC);
        Thrift footer = new Thrift();
        footer.number(1, 1, Thrift.I32);
        footer.list(2, schema.size() + 1, Thrift.STRUCT);
        element(footer, new Element("schema", NONE, NONE, roots, NONE));
        schema.forEach(each -> element(footer, each));
        footer.number(3, rows, Thrift.I64);
        footer.list(4, 1, Thrift.STRUCT);
        footer.begin();
        footer.list(1, leaves.size(), Thrift.STRUCT);
        long total = 0;
        for (Leaf leaf : leaves) {
            long offset = out.size();
            Thrift header = new Thrift();
            header.number(1, 0, Thrift.I32);
            header.number(2, leaf.page.length, Thrift.I32);
            header.number(3, leaf.page.length, Thrift.I32);
            header.struct(5);
            header.number(1, leaf.values, Thrift.I32);
            header.number(2, 0, Thrift.I32);
            header.number(3, 3, Thrift.I32);
            header.number(4, 3, Thrift.I32);
            header.end();
            header.end();
            out.writeBytes(header.bytes());
            out.writeBytes(leaf.page);
            long size = out.size() - offset;
            total += size;
            footer.begin();
            footer.number(2, offset, Thrift.I64);
            footer.struct(3);
            footer.number(1, leaf.type, Thrift.I32);
            footer.list(2, 2, Thrift.I32);
            footer.element(0);
            footer.element(3);
            footer.list(3, leaf.path.size(), Thrift.BINARY);
            leaf.path.forEach(footer::element);
            footer.number(4, 0, Thrift.I32);
            footer.number(5, leaf.values, Thrift.I64);
            footer.number(6, size, Thrift.I64);
            footer.number(7, size, Thrift.I64);
            footer.number(9, offset, Thrift.I64);
            footer.end();
            footer.end();
        }
        footer.number(2, total, Thrift.I64);
        footer.number(3, rows, Thrift.I64);
        footer.end();
        footer.end();
        byte[] bytes = footer.bytes();
        out.writeBytes(bytes);
        out.writeBytes(int32(bytes.length));
        out.writeBytes(MAGIC);
        return out.toByteArray();
    }

    private static void element(Thrift out, Element element) {
        out.begin();
        if (element.type >= 0) {
            out.number(1, element.type, Thrift.I32);
        }
        if (element.repetition >= 0) {
            out.number(3, element.repetition, Thrift.I32);
        }
        out.text(4, element.name);
        if (element.children >= 0) {
            out.number(5, element.children, Thrift.I32);
        }
        if (element.converted >= 0) {
            out.number(6, element.converted, Thrift.I32);
        }
        out.end();
    }
}
