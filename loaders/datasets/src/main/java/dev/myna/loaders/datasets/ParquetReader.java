// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.datasets;

import dev.hardwood.InputFile;
import dev.hardwood.reader.ParquetFileReader;
import dev.hardwood.row.PqList;
import dev.hardwood.row.PqStruct;
import dev.hardwood.row.StructAccessor;
import dev.hardwood.schema.SchemaNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Rows of a Parquet file. Structs become maps, so an image of a Hugging Face data set is a map of {@code bytes} and {@code path};
 * lists become lists. This class is the only one that knows the library that reads Parquet.
 */
public final class ParquetReader implements RowReader {
    private static final int MAX_DEPTH = 16;

    private final String name;
    private final ParquetFileReader file;
    private final dev.hardwood.reader.RowReader rows;
    private final Problems problems = new Problems();
    private long row;

    private ParquetReader(String name, ParquetFileReader file) {
        this.name = name;
        this.file = file;
        this.rows = file.rowReader();
    }

    /**
     * Opens a file.
     *
     * @param required columns that it must have
     * @throws DatasetException if it is absent, damaged or lacks a column
     */
    public static ParquetReader open(Path path, Set<String> required) throws IOException {
        if (!Files.isRegularFile(path)) {
            throw DatasetException.absent(path + ": no such file");
        }
        String name = path.getFileName().toString();
        ParquetFileReader file = null;
        try {
            file = ParquetFileReader.open(InputFile.of(path));
            for (String column : required) {
                boolean there = file.getFileSchema().getRootNode().children().stream()
                        .map(SchemaNode::name)
                        .anyMatch(column::equals);
                if (!there) {
                    throw new DatasetException(name + ": no column " + column + "; it has "
                            + String.join(
                                    ", ",
                                    file.getFileSchema().getRootNode().children().stream()
                                            .map(SchemaNode::name)
                                            .toList()));
                }
            }
            return new ParquetReader(name, file);
        } catch (IOException | RuntimeException | LinkageError e) {
            if (file != null) {
                file.close();
            }
            throw failure(name, e);
        }
    }

    private static DatasetException failure(String name, Throwable cause) {
        if (cause instanceof DatasetException ours) {
            return ours;
        }
        String said = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return new DatasetException(
                name + ": not a Parquet file that can be read ("
                        + said.lines().findFirst().orElse("") + ")",
                cause);
    }

    @Override
    public Optional<DataRow> next() {
        while (true) {
            try {
                if (!rows.hasNext()) {
                    return Optional.empty();
                }
                rows.next();
                row++;
            } catch (RuntimeException | LinkageError e) {
                throw failure(name + " behind row " + row, e);
            }
            String column = "";
            try {
                Map<String, Object> fields = new LinkedHashMap<>();
                for (SchemaNode node : file.getFileSchema().getRootNode().children()) {
                    column = node.name();
                    fields.put(column, value(rows, node, 0));
                }
                return Optional.of(new DataRow(row, fields));
            } catch (RuntimeException e) {
                String said = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
                problems.add(new RowProblem(
                        name, row, column, said.lines().findFirst().orElse("")));
            }
        }
    }

    private static Object value(StructAccessor from, SchemaNode node, int depth) {
        if (depth > MAX_DEPTH) {
            throw new DatasetException("values are nested deeper than " + MAX_DEPTH + " levels");
        }
        String name = node.name();
        if (from.isNull(name)) {
            return null;
        }
        if (node instanceof SchemaNode.GroupNode group && group.isList()) {
            return list(from.getList(name), group.getListElement(), depth + 1);
        }
        if (node instanceof SchemaNode.GroupNode group && group.isStruct()) {
            return struct(from.getStruct(name), group, depth + 1);
        }
        return from.getValue(name);
    }

    private static Map<String, Object> struct(PqStruct struct, SchemaNode.GroupNode group, int depth) {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (SchemaNode node : group.children()) {
            fields.put(node.name(), value(struct, node, depth));
        }
        return fields;
    }

    private static List<Object> list(PqList list, SchemaNode element, int depth) {
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            Object value = list.isNull(i) ? null : list.get(i);
            if (value instanceof PqStruct struct && element instanceof SchemaNode.GroupNode group) {
                value = struct(struct, group, depth);
            } else if (value instanceof PqList inner && element instanceof SchemaNode.GroupNode group) {
                value = list(inner, group.getListElement(), depth + 1);
            }
            values.add(value);
        }
        return values;
    }

    @Override
    public Problems problems() {
        return problems;
    }

    @Override
    public void close() throws IOException {
        rows.close();
        file.close();
    }
}
