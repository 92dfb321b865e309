package io.s3dlio.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Hdf5ChunkedTest {
  /** A chunk alone; one, two and three levels of the tree; samples cut along either axis. */
  @ParameterizedTest
  @CsvSource({
    "2000, 1, 1000000, 1",
    "2000, 1, 100, 8",
    "9000, 64, 1000, 64",
    "9000, 65, 1000, 65",
    "9000, 3, 1, 7584",
    "40000, 100, 7, 6400"
  })
  void imagesAreFoundInTheirChunks(int length, int samples, int maxChunk, int chunks)
      throws IOException {
    ImageShape shape = Hdf5.shape(length, ElementType.UINT8, samples);
    byte[] plain = Arrays.copyOf(Hdf5.head(length, shape, 5), length);
    byte[] images = new byte[(int) shape.length()];
    new Random(1).nextBytes(images);
    System.arraycopy(images, 0, plain, length - images.length, images.length);
    Hdf5Chunked format = Hdf5Chunked.of(plain, maxChunk, 6);
    assertThat(format.imagesLength()).isEqualTo(images.length);

    ByteArrayOutputStream encoded = new ByteArrayOutputStream();
    long[] ends = new long[format.chunks()];
    for (int number = 0; number < ends.length; number++) {
      byte[] chunk = new byte[format.chunkLength()];
      int start = (int) format.chunkStart(number);
      System.arraycopy(images, start, chunk, 0, format.chunkData(number));
      DeflaterOutputStream deflate = new DeflaterOutputStream(encoded);
      deflate.write(chunk);
      deflate.finish();
      ends[number] = encoded.size();
    }
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes(format.head(ends));
    file.writeBytes(encoded.toByteArray());

    assertThat(ends).hasSize(chunks);
    MemoryObject object = new MemoryObject("x.h5", file.toByteArray());
    Hdf5Reader reader = Hdf5Reader.open(object, object.info());
    assertThat(reader.datasets()).extracting(Hdf5Dataset::name).contains("records_0", "labels");
    ArrayReader records = reader.open(reader.dataset("records_0").orElseThrow());
    assertThat(records.shape().stream().mapToLong(Long::longValue).toArray())
        .isEqualTo(shape.samplesFirst());
    ByteBuffer found = ByteBuffer.allocateDirect(images.length);
    records.read(0, found);
    assertThat(found.flip()).isEqualTo(ByteBuffer.wrap(images));
    ArrayReader labels = reader.open(reader.dataset("labels").orElseThrow());
    assertThat(labels.shape()).containsExactly((long) samples);
  }
}
