package io.s3dlio.datagen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.github.luben.zstd.Zstd;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;

class FactoredBytesTest {
  private static final int BLOCK = BlockSource.BLOCK;
  private static final int MIB = 1 << 20;

  @ParameterizedTest
  @CsvSource({
    "RANDOM, 4096, 2, 1, aeb16dad8c3fbdb404b3eae5f15cfd584ac0ab4b04476a0d93331dcb64f346bd",
    "RANDOM, 1048577, 2, 1, 7668e0586f2e4e2ef3ab4a973633d55c69282754b069799240e1be2d0520c91e",
    "RANDOM, 1048577, 1, 3, 688318c9d05da7f23a01b1c087381db5e87dc9882135afab0fe5000622508a3b",
    "RANDOM, 1048577, 1.5, 2.5, 86ab7bca18b14ad5877b6836b61e85482eddda24ea230e0795d1c736fd2664fd",
    "NPZ, 1048577, 2, 3, b5f1736090afb9c7db0062974377c4dcc7b8d0cdd503ec97a51094634b04324f",
    "NPY, 1048577, 2, 3, 9c14241d3a09be8903edbc91352ccebaa9440d0e7275556886e86f8819be8f3f",
    "HDF5, 1048577, 2, 3, 4ed20e1a7cd3c444c9a57435433e4bfcbb0e32af2698ecfb07fce2ef4eb84e0f",
    "TFRECORD, 1048577, 2, 3, 8b739db03e8ef9fd28ddad9503961aa6628d34a2c9758092193b98e73d15c490",
  })
  void bytesNeverChange(ObjectType type, int size, double dedupe, double compress, String sha256)
      throws Exception {
    byte[] bytes = bytes(type, 42, 7, size, new Factors(dedupe, compress));
    assertThat(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)))
        .isEqualTo(sha256);
  }

  @ParameterizedTest
  @CsvSource({
    "64, 1048576, 1",
    "64, 1048576, 1.1",
    "64, 1048576, 1.5",
    "65, 1048576, 2",
    "71, 1048577, 3",
    "64, 1048576, 5",
    "97, 1048576, 10",
    "64, 1048576, 20",
    "200, 1048576, 20",
    "5, 16777216, 1.5",
    "5, 16777216, 5",
    "22, 4194304, 20",
    "200, 1048576, 50",
  })
  void blocksThatAreAlikeAreAsManyAsTheFactorSays(int objects, int size, double dedupe)
      throws Exception {
    assertThat(dedupe(42, objects, size, new Factors(dedupe, 1)))
        .isCloseTo(dedupe, within(dedupe / 100));
  }

  @ParameterizedTest
  @ValueSource(ints = {65_536, 100_001, MIB, 8 * MIB + 4_095})
  void objectsCompressAsTheFactorSays(int size) {
    for (double factor : new double[] {1, 1.01, 1.1, 1.5, 2, 2.5, 3, 5, 7.3, 10, 20}) {
      assertThat(compress(bytes(ObjectType.RANDOM, 42, 7, size, new Factors(1, factor))))
          .isCloseTo(factor, within(factor / 20));
    }
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"ZEROS"})
  void filesCompressAsTheFactorSays(ObjectType type) {
    for (double factor : new double[] {1, 1.5, 2, 3, 5, 10, 20, 100}) {
      assertThat(compress(bytes(type, 42, 7, 2 * MIB, new Factors(1, factor))))
          .isCloseTo(factor, within(factor / 20));
    }
  }

  @ParameterizedTest
  @CsvSource({"2, 3", "1.5, 1.5", "20, 2", "3, 20"})
  void bothFactorsAreTrueTogether(double dedupe, double compress) throws Exception {
    Factors factors = new Factors(dedupe, compress);

    assertThat(dedupe(5, 64, MIB, factors)).isCloseTo(dedupe, within(dedupe / 100));
    assertThat(compress(bytes(ObjectType.RANDOM, 5, 63, MIB, factors)))
        .isCloseTo(compress, within(compress / 20));
  }

  @Test
  void blocksThatAreAlikeAreInOtherObjectsAtTheSamePlace() throws Exception {
    Map<String, Long> places = new HashMap<>();
    int alike = 0;
    for (int index = 0; index < 20; index++) {
      byte[] bytes = bytes(ObjectType.RANDOM, 1, index, MIB, new Factors(3, 2));
      Set<String> within = new HashSet<>();
      for (int at = 0; at < MIB; at += BLOCK) {
        String digest = digest(bytes, at);
        assertThat(within.add(digest)).isTrue();
        Long place = places.putIfAbsent(digest, (long) at);
        if (place != null) {
          assertThat(place).isEqualTo(at);
          alike++;
        }
      }
    }
    assertThat(alike).isGreaterThan(3_000);
  }

  @ParameterizedTest
  @ValueSource(ints = {9, 500, 4_095, 4_096, 5_000, 20_000})
  void allObjectsDiffer(int size) {
    for (ObjectType type : new ObjectType[] {ObjectType.RANDOM, ObjectType.TFRECORD}) {
      if (size < type.minSize(Payload.DEFAULT) + 8) {
        continue;
      }
      Set<ByteBuffer> seen = new HashSet<>();
      for (int index = 0; index < 100; index++) {
        for (int seed = 0; seed < 3; seed++) {
          seen.add(ByteBuffer.wrap(bytes(type, seed, index, size, new Factors(20, 20))));
        }
      }
      assertThat(seen).hasSize(300);
    }
  }

  @Property(tries = 200)
  void anyRangeIsThatPartOfTheWhole(
      @ForAll ObjectType type,
      @ForAll @DoubleRange(min = 1, max = 100) double dedupe,
      @ForAll @DoubleRange(min = 1, max = 100) double compress,
      @ForAll @IntRange(min = 1, max = 5) int records,
      @ForAll @IntRange(max = 60_000) int offset,
      @ForAll @IntRange(max = 20_000) int length) {
    int size = 80_001;
    Payload payload =
        Payload.DEFAULT.withRecords(records).withFactors(new Factors(dedupe, compress));
    ObjectSource source = new ObjectSpec(9, "x", size, type, payload).source(3);
    ByteBuffer whole = ByteBuffer.allocate(size);
    source.fill(0, whole);
    ByteBuffer part = ByteBuffer.allocate(length);
    source.fill(offset, part);
    assertThat(part.array()).isEqualTo(Arrays.copyOfRange(whole.array(), offset, offset + length));
  }

  @Test
  void theLastObjectOfAllIsMadeLikeTheFirst() {
    ObjectSpec last =
        new ObjectSpec(
            Long.MAX_VALUE,
            "x",
            5L << 40,
            ObjectType.RANDOM,
            Payload.DEFAULT.withFactors(new Factors(1.5, 4)));
    ByteBuffer bytes = ByteBuffer.allocate(64 << 10);
    last.source(-1).fill((5L << 40) - bytes.capacity(), bytes);
    assertThat(compress(bytes.array())).isCloseTo(4, within(0.2));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.99, 0, -1, 100.1, Double.NaN, Double.POSITIVE_INFINITY})
  void otherFactorsAreRefused(double factor) {
    assertThatThrownBy(() -> new Factors(factor, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid dedupe: %s (must be from 1 to 100)".formatted(factor));
    assertThatThrownBy(() -> new Factors(1, factor))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid compress: %s (must be from 1 to 100)".formatted(factor));
  }

  /** Over the blocks of all the objects. */
  private static double dedupe(long seed, int objects, int size, Factors factors) throws Exception {
    Set<String> distinct = new HashSet<>();
    long blocks = 0;
    for (int index = 0; index < objects; index++) {
      byte[] bytes = bytes(ObjectType.RANDOM, seed, index, size, factors);
      for (int at = 0; at < size; at += BLOCK) {
        distinct.add(digest(bytes, at));
        blocks++;
      }
    }
    return (double) blocks / distinct.size();
  }

  private static String digest(byte[] bytes, int at) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("MD5");
    digest.update(bytes, at, Math.min(BLOCK, bytes.length - at));
    return HexFormat.of().formatHex(digest.digest());
  }

  private static double compress(byte[] bytes) {
    return (double) bytes.length / Zstd.compress(bytes, 3).length;
  }

  private static byte[] bytes(ObjectType type, long seed, long index, int size, Factors factors) {
    ByteBuffer target = ByteBuffer.allocate(size);
    new ObjectSpec(index, "x", size, type, Payload.DEFAULT.withFactors(factors))
        .source(seed)
        .fill(0, target);
    return target.array();
  }
}
