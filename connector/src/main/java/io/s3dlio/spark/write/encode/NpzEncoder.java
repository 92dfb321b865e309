package io.s3dlio.spark.write.encode;

import io.s3dlio.format.NpzArchive;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.CheckedOutputStream;
import org.apache.spark.sql.catalyst.InternalRow;

/** Collects the arrays of an archive and writes them when it ends, which local headers need. */
final class NpzEncoder implements ShardEncoder {
  /** What leaves room for headers below the 4 GiB of an archive. */
  private static final long MOST = 0xf0000000L;

  private final List<ArrayColumn> columns;
  private final long maxBytes;
  private long length;
  private OutputStream target = OutputStream.nullOutputStream();

  NpzEncoder(List<ArrayColumn> columns, long maxBytes) {
    this.columns = columns;
    this.maxBytes = maxBytes;
  }

  @Override
  public void begin(OutputStream file) {
    target = file;
    columns.forEach(ArrayColumn::clear);
  }

  @Override
  public void add(InternalRow row) throws InvalidRowException {
    length = 0;
    for (ArrayColumn column : columns) {
      column.add(row);
      length += column.length();
      if (length > MOST) {
        // One long text makes all the others as long.
        throw new InvalidRowException(
            column.name(),
            "makes the archive %d bytes long (at most %d); set maxRecordsPerFile"
                .formatted(length, MOST));
      }
    }
  }

  @Override
  public boolean isFull() {
    return length >= maxBytes;
  }

  @Override
  public void end() throws IOException {
    NpzArchive archive = new NpzArchive();
    for (ArrayColumn column : columns) {
      CRC32 sum = new CRC32();
      column.writeTo(new CheckedOutputStream(OutputStream.nullOutputStream(), sum));
      target.write(
          archive.member(
              column.name(),
              column.descr(),
              column.length(),
              (int) sum.getValue(),
              column.shape()));
      column.writeTo(target);
    }
    target.write(archive.end());
  }

  @Override
  public void close() {
    columns.forEach(ArrayColumn::clear);
  }
}
