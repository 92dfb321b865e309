package io.s3dlio.spark.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;

class BundleContentIT {
  private static final String CLASSES = "(META-INF/versions/\\d+/)?io/s3dlio/.*";

  /** Native libraries look for their classes under these names. */
  private static final String NATIVE = "(com/sun/jna|org/conscrypt)/.*";

  private static final String PYTHON = "s3dlio_spark/[a-z_]+\\.(py|typed)";

  @Test
  void holdsNoClassButOursOurShadedOnesAndThoseWithNativeLibraries() throws IOException {
    assertThat(files())
        .allMatch(file -> file.matches(CLASSES + "|" + NATIVE + "|" + PYTHON + "|META-INF/.*"));
    assertThat(files())
        .filteredOn(file -> file.endsWith(".class"))
        .allMatch(file -> file.matches(CLASSES + "|" + NATIVE))
        .noneMatch(file -> file.endsWith("module-info.class"));
  }

  @Test
  void holdsEveryModuleAndWhatItNeeds() throws IOException {
    assertThat(files())
        .contains(
            "io/s3dlio/storage/ObjectStores.class",
            "io/s3dlio/datagen/DataGenerator.class",
            "io/s3dlio/spark/S3dlioDataSource.class",
            "s3dlio_spark/__init__.py",
            "s3dlio_spark/py.typed",
            "io/s3dlio/shaded/com/fasterxml/jackson/databind/ObjectMapper.class",
            "io/s3dlio/shaded/picocli/CommandLine.class",
            "io/s3dlio/shaded/com/jcraft/jzlib/Deflater.class",
            "io/s3dlio/shaded/com/google/auth/oauth2/GoogleCredentials.class",
            "com/sun/jna/Native.class",
            "com/sun/jna/linux-x86-64/libjnidispatch.so",
            "com/sun/jna/linux-aarch64/libjnidispatch.so",
            "org/conscrypt/Conscrypt.class",
            "META-INF/native/libconscrypt_openjdk_jni-linux-x86_64.so",
            "META-INF/native/libconscrypt_openjdk_jni-linux-aarch_64.so");
  }

  @Test
  void namesTheDataSourceAndServicesByTheirNewNames() throws IOException {
    assertThat(read("META-INF/services/org.apache.spark.sql.sources.DataSourceRegister"))
        .isEqualToIgnoringNewLines("io.s3dlio.spark.S3dlioDataSource");
    assertThat(files())
        .filteredOn(file -> file.startsWith("META-INF/services/"))
        .allMatch(
            file -> file.matches("META-INF/services/(org\\.apache\\.spark|io\\.s3dlio)\\..*"));
  }

  @Test
  void offersTheClassesOfNewerJavaVersions() throws IOException {
    try (JarFile jar = new JarFile(Build.bundle().toFile())) {
      assertThat(jar.getManifest().getMainAttributes().getValue(Attributes.Name.MULTI_RELEASE))
          .isEqualTo("true");
    }
    assertThat(files()).anyMatch(file -> file.startsWith("META-INF/versions/"));
  }

  @Test
  void carriesLicencesAndNoSignatures() throws IOException {
    assertThat(read("META-INF/LICENSE")).contains("Apache License");
    assertThat(read("META-INF/NOTICE")).contains("Jackson");
    assertThat(files())
        .contains(
            "META-INF/AL2.0",
            "META-INF/Azure-LICENSE",
            "META-INF/FastDoubleParser-LICENSE",
            "META-INF/GoogleAuth-LICENSE",
            "META-INF/JZlib-LICENSE")
        .noneMatch(file -> file.matches("META-INF/[^/]*\\.(SF|DSA|RSA)"));
  }

  private static List<String> files() throws IOException {
    try (JarFile jar = new JarFile(Build.bundle().toFile())) {
      return jar.stream().filter(entry -> !entry.isDirectory()).map(JarEntry::getName).toList();
    }
  }

  private static String read(String name) throws IOException {
    try (JarFile jar = new JarFile(Build.bundle().toFile())) {
      byte[] bytes = jar.getInputStream(jar.getJarEntry(name)).readAllBytes();
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }
}
