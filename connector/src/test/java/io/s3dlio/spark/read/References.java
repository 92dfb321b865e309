package io.s3dlio.spark.read;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;

/** Reads content by its references, as Python does, with what the JDK has alone. */
final class References {
  private static final String MEMORY = "memory:";

  private References() {}

  /** Returns the name, the segment (empty if inline) and the CRC of each object, in its task. */
  static List<String> read(Dataset<Row> objects) {
    return objects
        .select("path", "_content_ref")
        .map(
            (MapFunction<Row, String>)
                row ->
                    String.join(
                        " ",
                        name(row.getString(0)),
                        String.valueOf(crc(content(row.getStruct(1)))),
                        segment(row.getStruct(1))),
            Encoders.STRING())
        .collectAsList();
  }

  static long crc(byte[] content) {
    return crc(ByteBuffer.wrap(content));
  }

  /** Returns what {@link #read} should, without the segment. */
  static String expected(Path file) throws IOException {
    return file.getFileName() + " " + crc(ByteBuffer.wrap(Files.readAllBytes(file))) + " ";
  }

  static String segment(Row reference) {
    return reference.isNullAt(0) ? "" : reference.getString(0).substring(MEMORY.length());
  }

  static ByteBuffer content(Row reference) {
    if (reference.isNullAt(0)) {
      return ByteBuffer.wrap((byte[]) reference.get(4));
    }
    try (FileChannel file = FileChannel.open(Path.of(segment(reference)))) {
      long stamp = read(file, 8, Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).getLong();
      if (stamp != reference.getLong(3)) {
        throw new IllegalStateException("stale: " + stamp);
      }
      return read(file, reference.getLong(1), Math.toIntExact(reference.getLong(2)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ByteBuffer read(FileChannel file, long offset, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining() && file.read(bytes, offset + bytes.position()) >= 0) {}
    return bytes.flip();
  }

  private static long crc(ByteBuffer content) {
    CRC32 crc = new CRC32();
    crc.update(content);
    return crc.getValue();
  }

  private static String name(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
