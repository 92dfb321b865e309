package io.s3dlio.format;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.s3dlio.storage.buffer.BufferPool;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Damages files in many ways at once. Whatever they are then, they are read or refused, in little
 * memory and time.
 */
@Timeout(value = 30, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FuzzTest {
  private static final int TRIES = 3000;
  private static final int LONG_TRIES = 100_000;

  /** Files are small: what stands for more than this was believed without a look. */
  private static final long MOST_MEMORY = 64 << 20;

  @ParameterizedTest
  @EnumSource
  void anythingIsReadOrRefused(Decoder decoder) throws Exception {
    for (int i = 0; i < TRIES; i++) {
      attempt(decoder, i);
    }
  }

  @Tag("long")
  @ParameterizedTest
  @EnumSource
  void anythingElseIsReadOrRefused(Decoder decoder) throws Exception {
    long first = new SplittableRandom().nextLong();
    for (long i = first; i != first + LONG_TRIES; i++) {
      attempt(decoder, i);
    }
  }

  /** Inputs of a fuzzer that looks at what code they reach: each reaches other code. */
  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"TFRECORD", "INDEX"})
  void whatReachesOtherCodeIsReadOrRefused(Decoder decoder) throws Exception {
    List<String> found = found(decoder);

    assertThat(found).isNotEmpty();
    for (String input : found) {
      decode(decoder, Base64.getDecoder().decode(input), "found");
    }
  }

  private static List<String> found(Decoder decoder) throws IOException {
    String name = "found/" + decoder.name().toLowerCase(Locale.ROOT).replace('_', '-') + ".txt";
    try (InputStream in = FuzzTest.class.getResourceAsStream(name)) {
      return new String(Objects.requireNonNull(in).readAllBytes(), US_ASCII).lines().toList();
    }
  }

  private static void attempt(Decoder decoder, long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    List<byte[]> files = decoder.seeds();
    byte[] file = files.get(random.nextInt(files.size()));
    byte[] damaged = file.clone();
    int changes = 1 + Math.min(random.nextInt(8), random.nextInt(8));
    for (int i = 0; i < changes && damaged.length > 0; i++) {
      damaged = changed(damaged, files.get(random.nextInt(files.size())), random);
    }
    if (random.nextInt(4) > 0) {
      damaged = decoder.repaired(file, damaged);
    }
    decode(decoder, damaged, "seed " + seed);
  }

  private static void decode(Decoder decoder, byte[] content, String name) throws IOException {
    BufferPool.Stats before = BufferPool.shared().stats();
    try {
      Damage.decode(
          content,
          object -> {
            decoder.decode(object);
            return 0;
          });
    } catch (RuntimeException | Error e) {
      throw new AssertionError(
          "%s, %s: %s".formatted(decoder, name, Base64.getEncoder().encodeToString(content)), e);
    }
    assertThat(BufferPool.shared().stats().peakLeasedBytes())
        .as(name)
        .isLessThanOrEqualTo(
            Math.max(before.peakLeasedBytes(), before.leasedBytes() + MOST_MEMORY));
  }

  private static byte[] changed(byte[] file, byte[] other, SplittableRandom random) {
    int at = random.nextInt(file.length);
    switch (random.nextInt(8)) {
      case 0 -> file[at] ^= (byte) (1 << random.nextInt(Byte.SIZE));
      case 1 -> file[at] = (byte) random.nextInt();
      case 2, 3 -> putNumber(file, at, number(file, random), 1 << random.nextInt(4));
      case 4 -> {
        // A field moves to another place.
        int from = random.nextInt(file.length);
        int length = Math.min(1 << random.nextInt(7), file.length - Math.max(at, from));
        System.arraycopy(file.clone(), from, file, at, length);
      }
      case 5 -> {
        int length = Math.min(random.nextInt(16), file.length - at);
        byte[] shorter = Arrays.copyOf(file, file.length - length);
        System.arraycopy(file, at + length, shorter, at, file.length - at - length);
        return shorter;
      }
      case 6 -> {
        if (random.nextInt(4) == 0) {
          return Arrays.copyOf(file, at);
        }
      }
      default -> {
        int from = random.nextInt(other.length);
        int length = Math.min(random.nextInt(64), Math.min(other.length - from, file.length - at));
        System.arraycopy(other, from, file, at, length);
      }
    }
    return file;
  }

  /** Returns one of those at which something may go wrong. */
  private static long number(byte[] file, SplittableRandom random) {
    long edge =
        switch (random.nextInt(6)) {
          case 0 -> 0;
          case 1 -> file.length;
          case 2 -> random.nextInt(file.length);
          case 3 -> 1L << random.nextInt(Long.SIZE);
          case 4 -> -1L >>> random.nextInt(Long.SIZE);
          default -> random.nextLong();
        };
    return edge + random.nextInt(3) - 1;
  }

  private static void putNumber(byte[] file, int at, long number, int size) {
    for (int i = 0; i < size && at + i < file.length; i++) {
      file[at + i] = (byte) (number >>> (i * Byte.SIZE));
    }
  }
}
