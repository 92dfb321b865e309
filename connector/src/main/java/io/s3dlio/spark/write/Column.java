package io.s3dlio.spark.write;

import java.io.Serializable;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.unsafe.types.UTF8String;

/** A column of the rows to be written. */
record Column(String name, int ordinal, DataType type) implements Serializable {
  boolean isNull(InternalRow row) {
    return row.isNullAt(ordinal);
  }

  /** Returns the value of a column of any integer type; not null. */
  long integer(InternalRow row) {
    return ((Number) row.get(ordinal, type)).longValue();
  }

  /**
   * Returns the value of a string column; not null.
   *
   * @throws IllegalArgumentException if the text is malformed and would come out altered
   */
  String text(InternalRow row) {
    UTF8String text = row.getUTF8String(ordinal);
    if (!text.isValid()) {
      throw new IllegalArgumentException(
          "Invalid %s: '%s' (must be well-formed UTF-8)".formatted(name, text));
    }
    return text.toString();
  }

  byte[] binary(InternalRow row) {
    return row.getBinary(ordinal);
  }
}
