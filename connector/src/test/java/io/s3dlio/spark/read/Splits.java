package io.s3dlio.spark.read;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Tables, splits and their rows, for tests. */
final class Splits {
  private Splits() {}

  /** A row as text: object number, offset and size, such as {@code 3@0+10}. */
  static List<String> rows(S3dlioInputPartition split) {
    List<String> rows = new ArrayList<>();
    RowCursor cursor = split.rows();
    while (cursor.next()) {
      String name = split.objects().location(cursor.object()).name();
      rows.add(name + "@" + cursor.offset() + "+" + cursor.size());
    }
    return rows;
  }

  /** Objects named 0, 1, ... of these lengths. */
  static ObjectTable table(long... lengths) {
    ObjectTable.Builder table = new ObjectTable.Builder(Location.parse("s3://b/d/"));
    for (int i = 0; i < lengths.length; i++) {
      table.add(
          new ObjectInfo(
              Location.parse("s3://b/d/" + i),
              lengths[i],
              Instant.ofEpochSecond(1_700_000_000 + i),
              "etag-" + i));
    }
    return table.build();
  }

  static S3dlioInputPartition whole(ObjectTable table) {
    int size = table.size();
    return new S3dlioInputPartition(table, 0, 0, size, table.length(size - 1), Long.MAX_VALUE);
  }

  static byte[] serialized(Object object) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(object);
    }
    return bytes.toByteArray();
  }

  static Object deserialized(byte[] bytes) throws IOException, ClassNotFoundException {
    try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
      return in.readObject();
    }
  }
}
