package io.s3dlio.datagen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RandomBytesTest {
  private static final int BLOCK = BlockSource.BLOCK;
  private static final long HUGE = Long.MAX_VALUE;

  @ParameterizedTest
  @CsvSource({
    "0, 0, 0, 1, 528a84ce6b18eb7d0e54be01379122a76dfdca14c97f02e0424aabf0220d9f51",
    "0, 0, 0, 4096, c4c16fc9851dab5ff10e43478cdd7d6a0d3fb4f1ec316bce0b72af2f0c5b8e66",
    "0, 0, 0, 1048576, 92986018637d11d1b330079e9d47529847672e7978631f19060b9b1320c8f5e2",
    "0, 1, 0, 4096, 29a684212a330aec50a4eab6ece5f206c0c9fa99e5c29d3fe6bb752c7b00e271",
    "1, 0, 0, 4096, c57424408e500bed3e1f3a2fa4adad85b25bc72fff5ef0d9a2cae30f48d273a4",
    "42, 123456789, 4095, 10000, 170b76ca9120b6d37b544ec3503fe492d0a1ee4346d540e5ebab9b9398e5477a",
    "-1, 9223372036854775807, 1099511627777, 8191, 699b6949843586fba1e92392deb7b669e5a5e1c2a57a34286b17fff9c76edcec",
    "-9223372036854775808, 7, 9223372036854771712, 4095, d6fad3526922e7eb43110f7a2c06b7976bd29bbc00698cb4db0b816897fab54d",
  })
  void bytesNeverChange(long seed, long index, long offset, int length, String sha256)
      throws Exception {
    assertThat(sha256(bytes(seed, index, offset, length))).isEqualTo(sha256);
  }

  @Test
  void blocksBeginWithXoshiroOutputInLittleEndianOrder() {
    long a = mix(0 + mix(0 + 0x9E3779B97F4A7C15L));
    long b = mix((0 ^ 0xD1B54A32D192ED03L) + a);
    long s0 = mix(b + 0x9E3779B97F4A7C15L);
    long s1 = mix(a + 0xD1B54A32D192ED03L);
    long s3 = mix(s1 + mix((s0 ^ s1) + 1)) | 1;
    ByteBuffer second = ByteBuffer.wrap(bytes(0, 0, BLOCK, 8)).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(second.getLong()).isEqualTo(Long.rotateLeft(s0 + s3, 23) + s0);
  }

  @Property(tries = 300)
  void anyChunkingGivesTheSameBytes(
      @ForAll long seed,
      @ForAll @LongRange(min = 0) long index,
      @ForAll @LongRange(min = 0, max = 1L << 50) long start,
      @ForAll List<@IntRange(min = 0, max = 9000) Integer> chunks,
      @ForAll boolean direct,
      @ForAll boolean bigEndian) {
    int length = chunks.stream().mapToInt(Integer::intValue).sum();
    ByteBuffer target = direct ? ByteBuffer.allocateDirect(length) : ByteBuffer.allocate(length);
    target.order(bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    ObjectSource source = source(seed, index, HUGE);
    for (int chunk : chunks) {
      target.limit(target.position() + chunk);
      source.fill(start + target.position(), target);
      assertThat(target.hasRemaining()).isFalse();
    }
    byte[] pieced = new byte[length];
    target.flip().get(pieced);
    assertThat(pieced).isEqualTo(bytes(seed, index, start, length));
  }

  @Property(tries = 300)
  void anyRangeIsThatPartOfTheWhole(
      @ForAll long seed,
      @ForAll @IntRange(min = 0, max = 70_000) int offset,
      @ForAll @IntRange(min = 0, max = 30_000) int length) {
    byte[] whole = bytes(seed, 3, 0, 100_000);
    assertThat(bytes(seed, 3, offset, length))
        .isEqualTo(Arrays.copyOfRange(whole, offset, offset + length));
  }

  @Test
  void onlyTheRemainingBytesOfTheTargetAreWritten() {
    ByteBuffer target = ByteBuffer.allocateDirect(20_000).position(101).limit(15_003);
    source(5, 5, HUGE).fill(77, target);
    assertThat(target.position()).isEqualTo(15_003);
    target.clear();
    byte[] all = new byte[20_000];
    target.get(all);
    assertThat(Arrays.copyOfRange(all, 0, 101)).containsOnly(0);
    assertThat(Arrays.copyOfRange(all, 15_003, 20_000)).containsOnly(0);
    assertThat(Arrays.copyOfRange(all, 101, 15_003)).isEqualTo(bytes(5, 5, 77, 15_003 - 101));
  }

  @Test
  void bytesPastTheEndOfTheObjectAreRefused() {
    ObjectSource source = source(0, 0, 10_000);
    source.fill(10_000, ByteBuffer.allocate(0));
    assertThatThrownBy(() -> source.fill(9_999, ByteBuffer.allocate(2)))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> source.fill(-1, ByteBuffer.allocate(1)))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void theSizeOfAnObjectDoesNotChangeItsBytes() {
    ByteBuffer small = ByteBuffer.allocate(5_000);
    source(9, 9, 5_000).fill(0, small);
    assertThat(small.array()).isEqualTo(bytes(9, 9, 0, 5_000));
  }

  @Test
  void threadsThatShareASourceGetTheSameBytes() throws Exception {
    ObjectSource source = source(11, 12, HUGE);
    byte[] expected = bytes(11, 12, 1, 1 << 20);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      Callable<byte[]> fill =
          () -> {
            ByteBuffer target = ByteBuffer.allocate(1 << 20);
            source.fill(1, target);
            return target.array();
          };
      for (Future<byte[]> filled : threads.invokeAll(List.of(fill, fill, fill, fill))) {
        assertThat(filled.get()).isEqualTo(expected);
      }
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void anObjectDoesNotCompress() {
    assertThat(zstdRatio(bytes(42, 0, 0, 64 << 20))).isBetween(0.999, 1.01);
  }

  @Test
  void objectsDoNotCompressTogether() {
    ByteBuffer all = ByteBuffer.allocate(64 << 20);
    for (int index = 0; index < 64; index++) {
      source(0, index, 1 << 20).fill(0, all.limit((index + 1) << 20));
    }
    assertThat(zstdRatio(all.array())).isBetween(0.999, 1.01);
  }

  @Test
  void smallObjectsDoNotCompressTogether() {
    ByteBuffer all = ByteBuffer.allocate(64 * 16_384);
    for (int index = 0; index < 16_384; index++) {
      source(0, index, 64).fill(0, all.limit((index + 1) * 64));
    }
    assertThat(zstdRatio(all.array())).isBetween(0.999, 1.01);
  }

  @Test
  void blocksAreUniqueAcrossSeedsObjectsAndOffsets() {
    // Every block is one sequence, so its first two words tell it from every other.
    int seeds = 8;
    int objects = 32;
    int blocks = 256;
    List<Word> words = new ArrayList<>(seeds * objects * blocks);
    ByteBuffer head = ByteBuffer.allocate(16);
    for (int seed = -seeds / 2; seed < seeds / 2; seed++) {
      for (int index = 0; index < objects; index++) {
        ObjectSource source = source(seed, index, HUGE);
        for (int block = 0; block < blocks; block++) {
          source.fill((long) block * BLOCK, head.clear());
          words.add(new Word(head.getLong(0), head.getLong(8)));
        }
      }
    }
    assertThat(words.stream().distinct().count()).isEqualTo((long) seeds * objects * blocks);
    assertThat(words.stream().map(Word::first).distinct().count()).isEqualTo(words.size());
  }

  private record Word(long first, long second) {}

  @ParameterizedTest
  @CsvSource({"0, 0, 1", "0, 1, 0", "1, 0, 0", "0, 4294967296, 0", "-9223372036854775808, 0, 0"})
  void neighboursDoNotResembleEachOther(long seedStep, long indexStep, long blockStep) {
    long differing = 0;
    int pairs = 2_000;
    for (int i = 0; i < pairs; i++) {
      byte[] one = bytes(i, i, (long) i * BLOCK, 64);
      byte[] other = bytes(i + seedStep, i + indexStep, (i + blockStep) * BLOCK, 64);
      for (int k = 0; k < one.length; k++) {
        differing += Integer.bitCount((one[k] ^ other[k]) & 0xff);
      }
    }
    // Half of the bits differ; the bounds are some ten standard deviations away.
    assertThat(differing / (pairs * 512.0)).isBetween(0.495, 0.505);
  }

  @Test
  void everyByteValueIsEquallyLikelyAtTheBeginningOfObjects() {
    int objects = 256 * 1_000;
    int[] seen = new int[256];
    ByteBuffer first = ByteBuffer.allocate(1);
    for (int index = 0; index < objects; index++) {
      source(0, index, 1).fill(0, first.clear());
      seen[first.get(0) & 0xff]++;
    }
    assertThat(Arrays.stream(seen)).allSatisfy(count -> assertThat(count).isBetween(800, 1_200));
  }

  private static ObjectSource source(long seed, long index, long size) {
    return new ObjectSpec(index, "x", size, ObjectType.RANDOM).source(seed);
  }

  private static byte[] bytes(long seed, long index, long offset, int length) {
    ByteBuffer target = ByteBuffer.allocate(length);
    source(seed, index, HUGE).fill(offset, target);
    return target.array();
  }

  private static double zstdRatio(byte[] bytes) {
    return (double) bytes.length / Zstd.compress(bytes, 3).length;
  }

  private static String sha256(byte[] bytes) throws NoSuchAlgorithmException {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  private static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
