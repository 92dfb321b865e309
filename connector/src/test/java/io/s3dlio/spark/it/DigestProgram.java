package io.s3dlio.spark.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;

/**
 * Reads objects with Spark and writes a line for each: its name and the SHA-256 of its content.
 *
 * <p>Arguments: the file to be written, the folder of a {@link GatedDigest} or {@code -} for none,
 * the location to be read, and options as {@code key=value}.
 */
public final class DigestProgram {
  private DigestProgram() {}

  public static void main(String[] arguments) throws IOException {
    Path output = Path.of(arguments[0]);
    String gate = arguments[1];
    Map<String, String> options =
        Stream.of(arguments)
            .skip(3)
            .map(option -> option.split("=", 2))
            .collect(Collectors.toMap(option -> option[0], option -> option[1]));
    try (SparkSession spark = SparkSession.builder().getOrCreate()) {
      String digest = "sha2(content, 256)";
      if (!gate.equals("-")) {
        spark.udf().register("gated_digest", new GatedDigest(gate), DataTypes.StringType);
        digest = "gated_digest(content)";
      }
      List<String> lines =
          spark
              .read()
              .format("s3dlio")
              .options(options)
              .load(arguments[2])
              .selectExpr("concat(substring_index(path, '/', -1), ' ', " + digest + ")")
              .as(Encoders.STRING())
              .collectAsList();
      Files.write(output, lines);
    }
    // What the native library of JNA is called once it is loaded from a jar.
    System.out.println(
        "JNA loaded: " + Files.readString(Path.of("/proc/self/maps")).contains("/jna"));
  }
}
