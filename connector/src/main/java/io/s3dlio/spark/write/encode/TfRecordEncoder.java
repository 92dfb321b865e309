package io.s3dlio.spark.write.encode;

import io.s3dlio.datagen.Compression;
import io.s3dlio.format.TfExampleWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.spark.sql.catalyst.InternalRow;
import org.jspecify.annotations.Nullable;

/** Writes a record for each row, at once. */
final class TfRecordEncoder implements ShardEncoder {
  private final RecordEncoder records;
  private final Compression compression;
  private final long maxBytes;
  private final TfExampleWriter writer = new TfExampleWriter();
  private OutputStream target = OutputStream.nullOutputStream();
  private @Nullable Gzip gzip;
  private long length;

  /** Its compressor has memory of its own, which goes without the stream below being closed. */
  private static final class Gzip extends GZIPOutputStream {
    private static final int BUFFER = 64 << 10;

    Gzip(OutputStream target) throws IOException {
      super(target, BUFFER);
    }

    void release() {
      def.end();
    }
  }

  TfRecordEncoder(RecordEncoder records, Compression compression, long maxBytes) {
    this.records = records;
    this.compression = compression;
    this.maxBytes = maxBytes;
  }

  @Override
  public void begin(OutputStream file) throws IOException {
    close();
    length = 0;
    if (compression == Compression.GZIP) {
      gzip = new Gzip(file);
      target = gzip;
    } else {
      target = file;
    }
  }

  @Override
  public void add(InternalRow row) throws IOException, InvalidRowException {
    writer.begin();
    records.write(row, writer);
    length += writer.writeRecord(target);
  }

  @Override
  public boolean isFull() {
    return length >= maxBytes;
  }

  @Override
  public void end() throws IOException {
    if (gzip != null) {
      gzip.finish();
    }
    close();
  }

  @Override
  public void close() {
    if (gzip != null) {
      gzip.release();
      gzip = null;
    }
  }
}
