package io.s3dlio.spark.it;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.jarhc.analyzer.BinaryCompatibilityAnalyzer;
import org.jarhc.env.DefaultJavaRuntime;
import org.jarhc.java.ClassLoaderStrategy;
import org.jarhc.loader.LoaderBuilder;
import org.jarhc.model.ClassDef;
import org.jarhc.model.Classpath;
import org.jarhc.model.MethodRef;
import org.jarhc.report.ReportTable;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Handle;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.slf4j.LoggerFactory;

/**
 * What the classes of a jar refer to and do not find: classes, methods and fields, as the JVM would
 * look for them, and abstract methods that they do not implement.
 */
final class Linkage {
  /** Bundled libraries use these only where somebody adds them. */
  private static final List<String> NOT_BUNDLED =
      List.of(
          "com.aayushatharva.brotli4j.",
          "io.s3dlio.shaded.software.amazon.awssdk.crt.",
          // Of Reactor: metrics, what finds blocking calls, and JDK 8.
          "io.micrometer.",
          "io.s3dlio.shaded.reactor.blockhound.",
          "sun.misc.SharedSecrets",
          "sun.misc.JavaLangAccess",
          // Of MSAL's extensions, which lack it themselves: caches of tokens on disk.
          "com.nimbusds.");

  /** JarHC says so of every record that implements a sealed interface. */
  private static final String MISTAKEN = "Permitted subclass does not extend sealed class: ";

  private static final String PROBLEM = "• ";

  private Linkage() {}

  /**
   * Returns the problems of each class that has any.
   *
   * @param provided a folder of jars that are on the class path before this one
   */
  static Map<String, List<String>> problems(Path jar, Path provided) throws IOException {
    Classpath parent =
        loader()
            .scanForReferences(false)
            .withParentClassLoader(
                new DefaultJavaRuntime(LoggerFactory.getLogger(DefaultJavaRuntime.class)))
            .buildClasspathLoader()
            .load(jars(provided));
    Classpath classes =
        loader().withParentClassLoader(parent).buildClasspathLoader().load(List.of(jar.toFile()));
    addMethodReferences(jar, classes);
    Map<String, List<String>> problems = new TreeMap<>();
    new BinaryCompatibilityAnalyzer(false, false)
        .analyze(classes).getContent().stream()
            .map(ReportTable.class::cast)
            .flatMap(table -> table.getRows().stream())
            .flatMap(row -> Stream.of(row[1].split("\n\n")))
            .forEach(type -> collect(type, problems));
    return problems;
  }

  private static LoaderBuilder loader() {
    return LoaderBuilder.create()
        .forRelease(Runtime.version().feature())
        .withClassLoaderStrategy(ClassLoaderStrategy.ParentFirst);
  }

  private static List<File> jars(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.toString().endsWith(".jar"))
          .sorted()
          .map(Path::toFile)
          .toList();
    }
  }

  /** Takes a class's part of the report: its name, problems, and lines that explain a problem. */
  private static void collect(String type, Map<String, List<String>> problems) {
    List<String> lines = type.lines().map(line -> line.replace("`", "")).toList();
    List<String> found =
        lines.stream()
            .filter(line -> line.startsWith(PROBLEM))
            .map(line -> line.substring(PROBLEM.length()))
            .filter(line -> !line.startsWith(MISTAKEN))
            .filter(line -> NOT_BUNDLED.stream().noneMatch(line::contains))
            .toList();
    if (!found.isEmpty()) {
      problems.put(lines.get(0), found);
    }
  }

  /** JarHC looks at instructions only; a method reference is an argument of a bootstrap method. */
  private static void addMethodReferences(Path jar, Classpath classes) throws IOException {
    try (JarFile file =
        new JarFile(jar.toFile(), true, ZipFile.OPEN_READ, JarFile.runtimeVersion())) {
      for (JarEntry entry : file.versionedStream().toList()) {
        if (entry.getName().endsWith(".class")) {
          ClassReader reader = new ClassReader(file.getInputStream(entry).readAllBytes());
          for (ClassDef type : classes.getClassDefs(reader.getClassName().replace('/', '.'))) {
            reader.accept(new MethodReferences(type::addMethodRef), ClassReader.SKIP_FRAMES);
          }
        }
      }
    }
  }

  private static final class MethodReferences extends ClassVisitor {
    private final Consumer<MethodRef> found;

    MethodReferences(Consumer<MethodRef> found) {
      super(Opcodes.ASM9);
      this.found = found;
    }

    @Override
    public MethodVisitor visitMethod(
        int access, String name, String descriptor, String signature, String[] exceptions) {
      return new MethodVisitor(Opcodes.ASM9) {
        @Override
        public void visitInvokeDynamicInsn(
            String name, String descriptor, Handle bootstrap, Object... arguments) {
          Stream.of(arguments)
              .filter(Handle.class::isInstance)
              .map(Handle.class::cast)
              .filter(handle -> handle.getDesc().startsWith("("))
              .map(MethodReferences::reference)
              .forEach(found);
        }
      };
    }

    private static MethodRef reference(Handle handle) {
      return new MethodRef(
          Type.getObjectType(handle.getOwner()).getClassName(),
          handle.getDesc(),
          handle.getName(),
          handle.isInterface(),
          handle.getTag() == Opcodes.H_INVOKESTATIC);
    }
  }
}
