package io.s3dlio.datagen;

import java.nio.ByteBuffer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An object that is encoded when its length or its first byte is asked for, by the thread that
 * asks: that takes long, and the objects of a task are put by several.
 */
final class CompressedObject implements ObjectSource {
  private final long bound;
  private final ObjectSource plain;
  private final Function<ObjectSource, ObjectSource> encoder;
  private @Nullable ObjectSource encoded;

  CompressedObject(ObjectSource plain, Function<ObjectSource, ObjectSource> encoder) {
    // Around what is encoded there are a few headers.
    this.bound = DeflatedBytes.bound(plain.length()) + 4096;
    this.plain = plain;
    this.encoder = encoder;
  }

  private synchronized ObjectSource encoded() {
    if (encoded == null) {
      encoded = encoder.apply(plain);
      if (encoded.length() > bound) {
        throw new IllegalStateException(
            "an object of %d bytes became %d".formatted(plain.length(), encoded.length()));
      }
    }
    return encoded;
  }

  @Override
  public long lengthBound() {
    return bound;
  }

  @Override
  public long length() {
    return encoded().length();
  }

  @Override
  public void fill(long offset, ByteBuffer target) {
    encoded().fill(offset, target);
  }
}
