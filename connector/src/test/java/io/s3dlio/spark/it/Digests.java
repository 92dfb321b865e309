package io.s3dlio.spark.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** SHA-256 of objects by name, told by this JVM's own file reads or by {@link DigestProgram}. */
final class Digests {
  private Digests() {}

  /** Returns those of every file in a folder but what Spark hides. */
  static Map<String, String> ofFolder(Path folder) throws IOException {
    return files(folder).stream()
        .filter(file -> !file.startsWith("_") && !file.startsWith("."))
        .collect(
            Collectors.toMap(
                file -> file, file -> sha256(folder.resolve(file)), (a, b) -> a, TreeMap::new));
  }

  /** Returns the names of all files below a folder. */
  static List<String> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString())
          .sorted()
          .toList();
    }
  }

  /** Returns what the program wrote; a name that it wrote twice is an error. */
  static Map<String, String> ofProgram(Path output) throws IOException {
    return Files.readAllLines(output).stream()
        .map(line -> line.split(" ", 2))
        .collect(
            Collectors.toMap(
                line -> line[0],
                line -> line[1],
                (a, b) -> {
                  throw new IllegalStateException("An object was read twice");
                },
                TreeMap::new));
  }

  private static String sha256(Path file) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(Files.readAllBytes(file)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
