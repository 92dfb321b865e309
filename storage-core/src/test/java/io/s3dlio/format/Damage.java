package io.s3dlio.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.buffer.BufferPool;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Damages files, and sees that reading them fails as it may, if it does. */
final class Damage {
  private static final Pattern MESSAGE =
      Pattern.compile("Cannot decode s3://bucket/damaged: at byte [0-9]+: .+");

  private Damage() {}

  interface Decoding<T> {
    T decode(MemoryObject object) throws IOException;
  }

  /** Returns the file cut off at every byte, the whole file not among them. */
  static Stream<byte[]> truncated(byte[] file) {
    return IntStream.range(0, file.length).mapToObj(length -> Arrays.copyOf(file, length));
  }

  /** Returns the file with each of its bits the other way, and each byte 0 and its opposite. */
  static Stream<byte[]> flipped(byte[] file) {
    return IntStream.range(0, file.length)
        .boxed()
        .flatMap(
            at -> {
              Stream<Integer> bits = IntStream.range(0, Byte.SIZE).mapToObj(i -> 1 << i);
              Stream<Integer> bytes = Stream.of(0xff, file[at] & 0xff);
              return Stream.concat(bits, bytes)
                  .filter(mask -> mask != 0)
                  .map(
                      mask -> {
                        byte[] other = file.clone();
                        other[at] ^= (byte) (int) mask;
                        return other;
                      });
            });
  }

  /**
   * Returns what a damaged file decodes to, nothing if that is refused. Whatever it is, no memory
   * is kept, and a refusal names the object and the place.
   */
  static <T> Optional<T> decode(byte[] content, Decoding<T> decoding) throws IOException {
    long leases = BufferPool.shared().stats().leases();
    try {
      return Optional.of(decoding.decode(new MemoryObject("damaged", content)));
    } catch (CorruptException | UnsupportedFormatException e) {
      StorageException refusal = e;
      assertThat(refusal).hasMessageMatching(MESSAGE);
      return Optional.empty();
    } finally {
      assertThat(BufferPool.shared().stats().leases()).isEqualTo(leases);
    }
  }
}
