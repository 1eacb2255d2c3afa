// SPDX-License-Identifier: Apache-2.0

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.constant.ConstantDescs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Finishes the single jar, so that it starts fast. Run by the build as {@code java FinishJar.java myna.jar}.
 *
 * <p>Classes from before Java 6 have no stack maps: the JVM verifies them by inferring types, keeps none of them in an archive of
 * loaded classes, and nothing that was compiled against them. They get stack maps and the version of Java 8; their code stays as
 * it is. Models are stored as they are, at the beginning and aligned as their own data is, to be used where they lie in the jar.
 */
final class FinishJar {
    /** Java 6: since then classes have stack maps. */
    private static final int STACK_MAPS = 50;

    /** Bytes at a multiple of which a model begins, and so all its tensors. */
    private static final int ALIGNMENT = 64;

    private static final int LOCAL_HEADER = 30;

    private final JarFile jar;
    private final CountedOutput out;
    private final ClassFile classes;

    private FinishJar(JarFile jar, CountedOutput out) {
        this.jar = jar;
        this.out = out;
        ClassHierarchyResolver here = ClassHierarchyResolver.ofResourceParsing(
                description -> open(description.descriptorString().replaceAll("^L|;$", "") + ".class"));
        // Libraries have code for parts that the jar does not have, such as servlets. It is never run.
        ClassHierarchyResolver absent =
                _ -> ClassHierarchyResolver.ClassHierarchyInfo.ofClass(ConstantDescs.CD_Object);
        classes = ClassFile.of(
                ClassFile.ClassHierarchyResolverOption.of(here.orElse(ClassHierarchyResolver.defaultResolver())
                        .orElse(absent)
                        .cached()),
                ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
                // Else code would be copied with the constants it refers to, and get no stack maps.
                ClassFile.ConstantPoolSharingOption.NEW_POOL);
    }

    public static void main(String[] args) throws IOException {
        Path path = Path.of(args[0]);
        Path part = path.resolveSibling(path.getFileName() + ".part");
        try (JarFile jar = new JarFile(path.toFile(), false, ZipFile.OPEN_READ);
                CountedOutput file = new CountedOutput(Files.newOutputStream(part));
                ZipOutputStream out = new ZipOutputStream(file)) {
            FinishJar finish = new FinishJar(jar, file);
            List<JarEntry> entries = Collections.list(jar.entries());
            entries.sort(Comparator.comparingInt(FinishJar::order));
            for (JarEntry entry : entries) {
                finish.copy(entry, out);
            }
        }
        Files.move(part, path, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Knows how much has been written. */
    private static final class CountedOutput extends FilterOutputStream {
        private long count;

        CountedOutput(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int b) throws IOException {
            out.write(b);
            count++;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
            count += length;
        }
    }

    /** The manifest first, then models, then everything as it was. */
    private static int order(ZipEntry entry) {
        boolean manifest = entry.getName().equals("META-INF/") || entry.getName().equals(JarFile.MANIFEST_NAME);
        return manifest ? 0 : entry.getName().endsWith(".gguf") ? 1 : 2;
    }

    private InputStream open(String name) {
        try {
            ZipEntry entry = jar.getEntry(name);
            return entry == null ? null : jar.getInputStream(entry);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void copy(ZipEntry entry, ZipOutputStream zip) throws IOException {
        byte[] bytes;
        try (InputStream in = jar.getInputStream(entry)) {
            bytes = in.readAllBytes();
        }
        String name = entry.getName();
        if (name.endsWith(".class")) {
            bytes = upgraded(bytes);
        }
        ZipEntry copy = new ZipEntry(name);
        copy.setTimeLocal(entry.getTimeLocal());
        if (name.endsWith(".gguf")) {
            CRC32 sum = new CRC32();
            sum.update(bytes);
            copy.setMethod(ZipEntry.STORED);
            copy.setSize(bytes.length);
            copy.setCrc(sum.getValue());
            copy.setExtra(padding(name));
        }
        zip.putNextEntry(copy);
        zip.write(bytes);
        zip.closeEntry();
    }

    /** An extra field of zeros that makes the entry's data begin at a multiple of {@link #ALIGNMENT}. */
    private byte[] padding(String name) {
        long begin = out.count + LOCAL_HEADER + name.length() + 4;
        byte[] field = new byte[4 + (int) (-begin & ALIGNMENT - 1)];
        // An id of no meaning, as zipalign writes it, and the length of what follows.
        field[0] = 0x35;
        field[1] = (byte) 0xd9;
        field[2] = (byte) (field.length - 4);
        return field;
    }

    private byte[] upgraded(byte[] bytes) {
        ClassModel model = classes.parse(bytes);
        if (model.majorVersion() >= STACK_MAPS) {
            return bytes;
        }
        ClassTransform version = (builder, element) ->
                builder.with(element instanceof ClassFileVersion ? ClassFileVersion.of(ClassFile.JAVA_8_VERSION, 0) : element);
        return classes.transformClass(
                model, version.andThen(ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL)));
    }
}
