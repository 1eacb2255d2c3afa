// SPDX-License-Identifier: Apache-2.0

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
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
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
 * it is. Models are stored as they are: weights hardly shrink, and inflating them takes longer than reading them.
 */
final class FinishJar {
    /** Java 6: since then classes have stack maps. */
    private static final int STACK_MAPS = 50;

    private final JarFile jar;
    private final ClassFile classes;

    private FinishJar(JarFile jar) {
        this.jar = jar;
        ClassHierarchyResolver here = ClassHierarchyResolver.ofResourceParsing(
                description -> open(description.descriptorString().replaceAll("^L|;$", "") + ".class"));
        classes = ClassFile.of(
                ClassFile.ClassHierarchyResolverOption.of(
                        here.orElse(ClassHierarchyResolver.defaultResolver()).cached()),
                ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
                // Else code would be copied with the constants it refers to, and get no stack maps.
                ClassFile.ConstantPoolSharingOption.NEW_POOL);
    }

    public static void main(String[] args) throws IOException {
        Path path = Path.of(args[0]);
        Path part = path.resolveSibling(path.getFileName() + ".part");
        try (JarFile jar = new JarFile(path.toFile(), false, ZipFile.OPEN_READ);
                OutputStream file = Files.newOutputStream(part);
                ZipOutputStream out = new ZipOutputStream(file)) {
            FinishJar finish = new FinishJar(jar);
            for (ZipEntry entry : Collections.list(jar.entries())) {
                finish.copy(entry, out);
            }
        }
        Files.move(part, path, StandardCopyOption.REPLACE_EXISTING);
    }

    private InputStream open(String name) {
        try {
            ZipEntry entry = jar.getEntry(name);
            return entry == null ? null : jar.getInputStream(entry);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void copy(ZipEntry entry, ZipOutputStream out) throws IOException {
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
        }
        out.putNextEntry(copy);
        out.write(bytes);
        out.closeEntry();
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
