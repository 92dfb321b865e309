package io.s3dlio.datagen;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;

/** The bytes of some sources, one after the other. */
final class JoinedBytes implements ObjectSource {
  private final List<ObjectSource> sources;
  private final long length;

  JoinedBytes(List<ObjectSource> sources) {
    this.sources = List.copyOf(sources);
    this.length = sources.stream().mapToLong(ObjectSource::length).sum();
  }

  @Override
  public long length() {
    return length;
  }

  @Override
  public void fill(long offset, ByteBuffer target) {
    Objects.checkFromIndexSize(offset, target.remaining(), length);
    long at = offset;
    for (ObjectSource source : sources) {
      if (at < source.length() && target.hasRemaining()) {
        int limit = target.limit();
        long count = Math.min(target.remaining(), source.length() - at);
        source.fill(at, target.limit(target.position() + (int) count));
        target.limit(limit);
        at += count;
      }
      at -= source.length();
    }
  }
}
