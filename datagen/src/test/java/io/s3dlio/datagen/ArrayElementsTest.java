package io.s3dlio.datagen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.github.luben.zstd.Zstd;
import io.s3dlio.format.ElementType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.ZipInputStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Arrays of other elements than bytes, and of given shapes. */
class ArrayElementsTest {
  private static final int SIZE = 1_000_003;

  @ParameterizedTest
  @CsvSource({
    "NPZ, BOOL, 8ccd31e815055004863da80cd48ac8ac011813c72c3326d38a53915c93686c47",
    "NPZ, INT16, dd524fd25877bf1908b9fe44ec5de05035c9385c665f93f6c7714b4b5b79ad0a",
    "NPZ, FLOAT16, aa943baf578cea0cfd39b60c07278b73d9f93489c01b6c848ede2664f328ff19",
    "NPZ, FLOAT32, 1ae693d46dab36be4ebab1ac9718e6227f00fb257705bd1cbcfda25ee64b1e83",
    "NPZ, FLOAT64, 89b92d0de5b656dee1e10b72c1227943dd3829920d3a77c5708ceaa422643ad8",
    "NPZ, COMPLEX128, b6a444064c414b2aed2b8a838f0be41c7edf74965c116c7cf91a5c97b6a42e32",
    "NPY, FLOAT32, 4c6636fe46de5c8b579e019a031693c428dd2f972cff5c320ac65d3ae3afe9ba",
    "HDF5, BOOL, 9fa51914fbcf553813b917b60d95123bfe49f44b32502f05514c314ad914411a",
    "HDF5, FLOAT64, dfc0b0667aa04d3ab5b8fa3beccea424f3824897e99d583de1ad5dd41b78a14d",
    "HDF5, COMPLEX64, 98d652d144a2d7dcf6198db8a885d448ecf5e90bdf57dc1631fb3ad4b0a4af63",
  })
  void bytesNeverChange(ObjectType type, ElementType elements, String sha256) throws Exception {
    byte[] bytes = bytes(type, SIZE, payload(elements));
    assertThat(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)))
        .isEqualTo(sha256);
  }

  /** In NPZ the sums have bits of their own, in others nothing has. */
  @ParameterizedTest
  @EnumSource
  void allNumbersAreFiniteAndBooleansAreOneOrZero(ElementType elements) throws IOException {
    for (ObjectType type : new ObjectType[] {ObjectType.NPZ, ObjectType.NPY, ObjectType.HDF5}) {
      for (double compress :
          elements == ElementType.BOOL ? new double[] {1} : new double[] {1, 3}) {
        Payload payload = payload(elements).withFactors(new Factors(1, compress));
        ByteBuffer array = array(type, bytes(type, SIZE, payload), elements);
        assertThat(array.remaining()).isGreaterThan(990_000);
        while (array.hasRemaining()) {
          assertThat(isValid(array, elements)).isTrue();
        }
      }
    }
  }

  private static boolean isValid(ByteBuffer array, ElementType elements) {
    return switch (elements) {
      case BOOL -> (array.get() & ~1) == 0;
      case FLOAT16 -> (array.getShort() & 0x7c00) != 0x7c00;
      case FLOAT32, COMPLEX64 -> Float.isFinite(array.getFloat());
      case FLOAT64, COMPLEX128 -> Double.isFinite(array.getDouble());
      default -> {
        array.position(array.limit());
        yield true;
      }
    };
  }

  @ParameterizedTest
  @EnumSource
  void elementsHaveAllOtherValues(ElementType elements) throws IOException {
    ByteBuffer array =
        array(ObjectType.NPZ, bytes(ObjectType.NPZ, SIZE, payload(elements)), elements);
    int bits = elements.bytes() * Byte.SIZE;
    int[] set = new int[bits];
    int count = array.remaining() / elements.bytes();
    for (int i = 0; i < count; i++) {
      for (int bit = 0; bit < bits; bit++) {
        set[bit] += array.get() >>> (bit & 7) & 1;
        if ((bit & 7) != 7) {
          array.position(array.position() - 1);
        }
      }
    }
    for (int bit = 0; bit < bits; bit++) {
      if (elements != ElementType.BOOL || bit == 0) {
        assertThat(set[bit] / (double) count).isCloseTo(0.5, within(0.04));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      names = {"BOOL"},
      mode = EnumSource.Mode.EXCLUDE)
  void numbersCompressAsTheFactorSays(ElementType elements) {
    for (double factor : new double[] {1, 2, 3, 10, 20}) {
      Payload payload = payload(elements).withFactors(new Factors(1, factor));
      byte[] file = bytes(ObjectType.NPZ, SIZE, payload);
      assertThat((double) file.length / Zstd.compress(file, 3).length)
          .isCloseTo(factor, within(factor / 20));
    }
  }

  @Property(tries = 200)
  void anyRangeIsThatPartOfTheWhole(
      @ForAll ElementType elements,
      @ForAll @DoubleRange(min = 1, max = 9) double dedupe,
      @ForAll @IntRange(min = 1, max = 9) int records,
      @ForAll @IntRange(max = 40_000) int offset,
      @ForAll @IntRange(max = 20_000) int length) {
    for (ObjectType type : new ObjectType[] {ObjectType.NPZ, ObjectType.NPY, ObjectType.HDF5}) {
      Payload payload = payload(elements).withRecords(records).withFactors(new Factors(dedupe, 1));
      ObjectSource source = new ObjectSpec(7, "x", 60_001, type, payload).source(42);
      ByteBuffer part = ByteBuffer.allocate(length);
      source.fill(offset, part);
      assertThat(part.array())
          .isEqualTo(Arrays.copyOfRange(bytes(type, 60_001, payload), offset, offset + length));
    }
  }

  @ParameterizedTest
  @EnumSource
  void everySizeFromTheLeastOnIsMet(ElementType elements) throws IOException {
    for (ObjectType type : new ObjectType[] {ObjectType.NPZ, ObjectType.NPY, ObjectType.HDF5}) {
      Payload payload = payload(elements).withRecords(3);
      int least = (int) type.minSize(payload);
      for (int size = least; size < least + 300; size++) {
        assertThat(array(type, bytes(type, size, payload), elements).remaining())
            .isGreaterThanOrEqualTo(3 * elements.bytes());
      }
      assertThatIllegalArgumentException()
          .isThrownBy(() -> bytes(type, least - 1, payload))
          .withMessage(
              "Invalid size: %d (%s needs %d or more for 3 samples)"
                  .formatted(least - 1, type, least));
    }
  }

  @ParameterizedTest
  @CsvSource({"NPZ, 452087", "NPY, 451712", "HDF5, 452928"})
  void theSizeFollowsFromTheShape(ObjectType type, long size) throws IOException {
    Payload payload =
        Payload.DEFAULT.withRecords(3).withArray(ElementType.UINT8, List.of(224L, 224L, 3L));
    assertThat(type.size(payload)).hasValue(size);

    byte[] file = bytes(type, (int) size, payload);
    assertThat(array(type, file, ElementType.UINT8).remaining()).isEqualTo(3 * 224 * 224 * 3);

    for (long other : new long[] {size - 1, size + 1}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> bytes(type, (int) other, payload))
          .withMessage(
              "Invalid size: %d (%s has %d for 3 samples of the shape [224, 224, 3])"
                  .formatted(other, type, size));
    }
  }

  @Test
  void otherTypesHaveNoSizeFromAShape() {
    Payload payload = Payload.DEFAULT.withArray(ElementType.UINT8, List.of(5L));
    assertThat(ObjectType.RANDOM.size(payload)).isEmpty();
    assertThat(ObjectType.TFRECORD.size(payload)).isEmpty();
    assertThat(ObjectType.NPZ.size(Payload.DEFAULT)).isEmpty();
  }

  @Test
  void largeElementsAreFewerWhereTheSizeSaysTheShape() {
    Payload payload = payload(ElementType.FLOAT64).withRecords(513);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> bytes(ObjectType.NPZ, SIZE, payload))
        .withMessage("Invalid recordsPerObject: 513 (npz holds 1 to 512 of float64)");
    assertThat(ObjectType.NPZ.size(payload.withArray(ElementType.FLOAT64, List.of(2L))))
        .isPresent();
  }

  @Test
  void booleansCompressByThemselves() {
    Payload payload = payload(ElementType.BOOL).withFactors(new Factors(1, 2));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> bytes(ObjectType.HDF5, SIZE, payload))
        .withMessageContaining("Invalid compress: 2.0 (elements of bool compress by themselves");
  }

  private static Payload payload(ElementType elements) {
    return Payload.DEFAULT.withArray(elements, List.of());
  }

  private static byte[] bytes(ObjectType type, int size, Payload payload) {
    ByteBuffer target = ByteBuffer.allocate(size);
    new ObjectSpec(7, "x", size, type, payload).source(42).fill(0, target);
    return target.array();
  }

  /** Returns the array; the JDK checks its sum in an archive. */
  private static ByteBuffer array(ObjectType type, byte[] file, ElementType elements)
      throws IOException {
    byte[] bytes = file;
    int start;
    if (type == ObjectType.HDF5) {
      // Where the last message of the second dataset's header says.
      start = (int) hdf5Data(file, elements);
    } else {
      if (type == ObjectType.NPZ) {
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(file))) {
          zip.getNextEntry();
          bytes = zip.readAllBytes();
          zip.getNextEntry();
        }
      }
      start = 10 + ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getShort(8);
    }
    ByteBuffer array = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).position(start);
    assertThat(array.remaining() % elements.bytes()).isZero();
    return array;
  }

  /** Finds where an image begins: the layout's address that is followed by the rest's length. */
  private static long hdf5Data(byte[] file, ElementType elements) {
    ByteBuffer head = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at < 4096; at++) {
      long address = head.getLong(at);
      if (address > at && address < file.length && address + head.getLong(at + 8) == file.length) {
        return address;
      }
    }
    throw new AssertionError("no array of " + elements);
  }
}
