package io.s3dlio.datagen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** What holds for every type that is a file format. */
class FormatBytesTest {
  @ParameterizedTest
  @CsvSource({
    "TFRECORD, 48, 1, 4a2c990c1f26c9f651f6d9221e299931462e9a1603271ce56cf874a9377af2f9",
    "TFRECORD, 4097, 1, 1a5d6ec62b696e2040075214315bde5e226a514d4d10f64bf57474dc5d813d96",
    "TFRECORD, 1048577, 1, 05d3a6c8a23df959aa738f9fd14b52b90297e021a28fccad055bbf578d703dc2",
    "TFRECORD, 1048577, 100, 922caa5bff47f590e9efdfb2eb6a894d8ad5de12a7e44c40a42dc79971840723",
    "TFRECORD, 20971520, 3, c61b8f145918ca37914ba7ef199fa92e2d6defdd65a79f5ed5a7915f433d5c73",
    "NPZ, 488, 1, 9342bc4967ecd59253621fa18539b777d0c99cf6e4b790bc32d930cd771189f2",
    "NPZ, 4097, 1, 9c15137bdb264c94135a05899c32db74855ca38ec44035a8d5c1eb7ae6f44758",
    "NPZ, 1048577, 1, eeaa9d3e51d703f52c9ba6010f56c233c4487953a6874844b2a5cacb6943e33b",
    "NPZ, 1048577, 100, 2d49ae386605eb1b364bb2b06b78df1472ae4c29a3cc6d66f6569879ecfa48e2",
    "NPZ, 20971520, 3, e4f3d7c5bafe220b6f775470a97732e089b81863736249b3bc614f5674c5afc9",
    "NPY, 129, 1, 4eaf66389130d99a59f89de9efe0fa05d72a6bc66efe5c9e0213e1c7430217fd",
    "NPY, 4097, 1, e707e2aad9ad9d3718aee1ebf32d4efc2467d3143850bb1978ed325026f77487",
    "NPY, 1048577, 1, e399618397e15e93ffb82d1e13eeeaaae3b267ba0f4ced3ba39ca7af067fa9ab",
    "NPY, 1048577, 100, 4b26f762e317201d84b44c67779692cab122c955e2c4cd4fe2bd9a66fad7ad16",
    "NPY, 20971520, 3, f72b99bd826573c458527108c6552bd024f58ccd8658fe1265204b8e2eb35194",
    "HDF5, 1321, 1, 6597053b70e363cefaa0031894c39271f0821dee3f99010ef8e3ca9492c2f2ed",
    "HDF5, 4097, 1, c4ecfe0a16f753ce07f7b24b4358ba7d9ecf2eab7a0017fd4f6b0e202ed97040",
    "HDF5, 1048577, 1, 4362ce65aa490aeab5153f2ed3a177d3cc0d9937bb2ee45f3da3fb801da12c26",
    "HDF5, 1048577, 100, 1c30480fe8a8ea5619239627d738721bc96633f2b77c99f46d6a9b75406d4e84",
    "HDF5, 20971520, 3, 4d708cd293d582ff42f7ac1d17801ce3590b838f993f7e7cbf75748d02667370",
  })
  void bytesNeverChange(ObjectType type, int size, int records, String sha256) throws Exception {
    byte[] bytes = bytes(source(42, 7, size, type, records), 0, size);
    assertThat(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)))
        .isEqualTo(sha256);
  }

  @Property(tries = 400)
  void anyRangeIsThatPartOfTheWhole(
      @ForAll("formats") ObjectType type,
      @ForAll @IntRange(min = 1, max = 40) int records,
      @ForAll @IntRange(max = 60_000) int more,
      @ForAll @IntRange(max = 100) int start,
      @ForAll @IntRange(max = 100) int share,
      @ForAll boolean direct) {
    int size = (int) minSize(type, records) + more;
    ObjectSource source = source(1, 2, size, type, records);
    byte[] whole = bytes(source, 0, size);
    int offset = (int) ((long) size * start / 100);
    int length = (int) ((long) (size - offset) * share / 100);
    ByteBuffer target = direct ? ByteBuffer.allocateDirect(length) : ByteBuffer.allocate(length);
    source.fill(offset, target);
    assertThat(target.hasRemaining()).isFalse();
    byte[] part = new byte[length];
    target.flip().get(part);
    assertThat(part).isEqualTo(Arrays.copyOfRange(whole, offset, offset + length));
  }

  @Provide
  static Arbitrary<ObjectType> formats() {
    return Arbitraries.of(
        Arrays.stream(ObjectType.values()).filter(ObjectType::hasRecords).toList());
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"ZEROS", "RANDOM"})
  void byteForByteTheSame(ObjectType type) {
    int size = (int) minSize(type, 3) + 13_000;
    ObjectSource source = source(5, 6, size, type, 3);
    byte[] whole = bytes(source, 0, size);
    for (int offset = 0; offset < size; offset++) {
      assertThat(bytes(source, offset, 1)[0]).isEqualTo(whole[offset]);
    }
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"ZEROS", "RANDOM"})
  void everySizeFromTheLeastOnIsMet(ObjectType type) {
    for (int records : new int[] {1, 2, 7}) {
      int least = (int) minSize(type, records);
      for (int size = least; size < least + 9_000; size++) {
        ObjectSource source = source(0, 0, size, type, records);
        assertThat(source.length()).isEqualTo(size);
        source.fill(0, ByteBuffer.allocate(size));
      }
      assertThatThrownBy(() -> source(0, 0, least - 1, type, records))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "Invalid size: %d (%s needs %d or more for %d sample%s)"
                  .formatted(least - 1, type, least, records, records == 1 ? "" : "s"));
    }
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"ZEROS", "RANDOM"})
  void objectsHaveBytesOfTheirOwn(ObjectType type) {
    Set<ByteBuffer> seen = new HashSet<>();
    for (int index = 0; index < 50; index++) {
      for (int seed = 0; seed < 4; seed++) {
        seen.add(ByteBuffer.wrap(bytes(source(seed, index, 2_000, type, 1), 0, 2_000)));
      }
    }
    assertThat(seen).hasSize(200);
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"ZEROS", "RANDOM"})
  void bytesPastTheEndOfTheObjectAreRefused(ObjectType type) {
    ObjectSource source = source(0, 0, 10_000, type, 1);
    source.fill(10_000, ByteBuffer.allocate(0));
    assertThatThrownBy(() -> source.fill(9_999, ByteBuffer.allocate(2)))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> source.fill(-1, ByteBuffer.allocate(1)))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  /** Terabytes: the ends are made at once, whatever lies between. */
  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"ZEROS", "RANDOM"})
  void theEndsOfTheLargestObjectAreMadeWithoutTheRest(ObjectType type) {
    long size = 5L << 40;
    ObjectSource source = source(0, 0, size, type, 1);
    assertThat(bytes(source, 0, 10_000)).isNotEqualTo(bytes(source, size - 10_000, 10_000));
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"ZEROS", "RANDOM"})
  void noObjectHasLessThanOneSample(ObjectType type) {
    assertThatThrownBy(() -> source(0, 0, 10_000, type, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid recordsPerObject: 0 (must be >= 1)");
  }

  private static long minSize(ObjectType type, int records) {
    return type.minSize(Payload.DEFAULT.withRecords(records));
  }

  private static ObjectSource source(
      long seed, long index, long size, ObjectType type, int records) {
    return new ObjectSpec(index, "x", size, type, records).source(seed);
  }

  private static byte[] bytes(ObjectSource source, long offset, int length) {
    ByteBuffer target = ByteBuffer.allocate(length);
    source.fill(offset, target);
    return target.array();
  }
}
