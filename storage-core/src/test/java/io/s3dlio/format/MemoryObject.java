package io.s3dlio.format;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectReader;
import io.s3dlio.storage.ReadRequest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** An object in memory that keeps what was asked of it. */
final class MemoryObject implements ObjectReader {
  private final byte[] content;
  private final ObjectInfo info;
  private final List<Range> ranges = new ArrayList<>();

  record Range(long offset, int length) {}

  MemoryObject(String name, byte[] content) {
    this.content = content;
    this.info =
        new ObjectInfo(new Location("s3", "bucket", name), content.length, Instant.EPOCH, "1");
  }

  ObjectInfo info() {
    return info;
  }

  /** Returns the ranges that were read so far. */
  List<Range> ranges() {
    return List.copyOf(ranges);
  }

  /** Returns how many bytes were read so far. */
  long bytesRead() {
    return ranges.stream().mapToLong(Range::length).sum();
  }

  @Override
  public void read(ReadRequest request) {
    int length = request.target().remaining();
    ranges.add(new Range(request.offset(), length));
    request.target().put(content, Math.toIntExact(request.offset()), length);
  }
}
