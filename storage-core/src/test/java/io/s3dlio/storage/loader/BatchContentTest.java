package io.s3dlio.storage.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.buffer.BufferPool;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BatchContentTest {
  private final List<Integer> allocated = new ArrayList<>();
  private final BatchMemory memory =
      (bytes, required) -> {
        allocated.add(bytes);
        return new CollectedMemory(1).allocate(bytes, required);
      };

  @Test
  void itemsLieOneBehindTheOtherInAsFewPiecesAsHoldThem() throws Exception {
    long[] lengths = {40, 60, 0, 1, 100, 0};

    BatchContent content = BatchContent.allocate(memory, lengths, true, 100).orElseThrow();

    assertThat(allocated).containsExactly(100, 1, 100);
    for (int i = 0; i < lengths.length; i++) {
      assertThat(content.item(i).remaining()).isEqualTo((int) lengths[i]);
    }
    assertThat(Addresses.of(content.item(1))).isEqualTo(Addresses.of(content.item(0)) + 40);
    assertThat(content.owners()).hasSize(3);
  }

  @Test
  void itemsWithoutABytesTakeNoMemory() throws Exception {
    assertThat(BatchContent.allocate(memory, new long[3], true).orElseThrow().item(2).capacity())
        .isZero();
    assertThat(allocated).isEmpty();
  }

  @Test
  void whatIsNotAllToBeHadIsGivenBack() throws Exception {
    BufferPool pool = new BufferPool(8192);
    BatchMemory leased = new LeasedMemory(pool);

    assertThat(BatchContent.allocate(leased, new long[] {4096, 4096, 4096}, false, 4096)).isEmpty();
    assertThat(pool.stats().leasedBytes()).isZero();

    BatchMemory failing =
        (bytes, required) -> {
          if (pool.stats().leasedBytes() > 0) {
            throw new IOException("no more of it");
          }
          return leased.allocate(bytes, required);
        };
    assertThatThrownBy(() -> BatchContent.allocate(failing, new long[] {4096, 4096}, true, 4096))
        .hasMessage("no more of it");
    assertThat(pool.stats().leasedBytes()).isZero();

    Optional<BatchContent> all =
        BatchContent.allocate(leased, new long[] {4096, 4096, 4096}, true, 4096);
    assertThat(pool.stats().leasedBytes()).as("over its budget").isEqualTo(3 * 4096);
    all.orElseThrow().release();
    assertThat(pool.stats().leasedBytes()).isZero();
  }
}
