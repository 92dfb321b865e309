package io.s3dlio.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NpyTest {
  /** {@code numpy.save} of the same shape and type. */
  @Test
  void theHeaderIsTheOneThatNumpyWrites() {
    byte[] header = Npy.header(128 + 320, new ImageShape(ElementType.UINT8, List.of(64L, 5L), 1));
    assertThat(new String(header, StandardCharsets.ISO_8859_1))
        .isEqualTo(
            "\u0093NUMPY\u0001\u0000v\u0000"
                + "{'descr': '|u1', 'fortran_order': False, 'shape': (64, 5, 1), }"
                + " ".repeat(54)
                + "\n");
  }

  @Test
  void aTupleOfOneEndsWithAComma() {
    assertThat(new String(Npy.labels(5, 2), StandardCharsets.ISO_8859_1))
        .contains("{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }")
        .hasSize(144)
        .endsWith("\n\5\0\0\0\0\0\0\0\6\0\0\0\0\0\0\0");
  }

  /** NumPy refuses headers of more than 10,000 bytes. */
  @ParameterizedTest
  @CsvSource({
    "129, 1",
    "4223, 1",
    "4224, 1",
    "5000, 4096",
    "1048575, 7",
    "1048575, 2049",
    "9223372036854775807, 1",
    "9223372036854775807, 4096"
  })
  void headersStayShortAndTellTheirLength(long length, int samples) {
    ImageShape shape = Npy.shape(length, ElementType.UINT8, samples);
    byte[] header = Npy.header(length, shape);
    assertThat(header.length + shape.length()).isEqualTo(length);
    assertThat(header).hasSizeBetween(128, 128 + 4095).endsWith('\n');
    assertThat(LittleEndian.of(header).getShort(8)).isEqualTo((short) (header.length - 10));
  }

  @Test
  void theHeaderHasRoomForAnyShape() {
    ImageShape shape = new ImageShape(ElementType.COMPLEX128, Collections.nCopies(31, 2L), 4096);
    byte[] header = Npy.header(Npy.length(shape), shape);
    assertThat(header.length % 64).isZero();
    assertThat(header).hasSizeGreaterThan(128);
    assertThat(new String(header, StandardCharsets.ISO_8859_1))
        .contains("{'descr': '<c16', 'fortran_order': False, 'shape': (2, 2, ")
        .contains("2, 4096), }")
        .endsWith("\n");
  }
}
