package io.s3dlio.storage.cloud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectReader.Checks;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.UnavailableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which objects are compared, whatever the ranges and attempts that they come in. */
class VerifiedReaderTest {
  private static final Location OBJECT = new Location("s3", "bucket", "object");
  private static final int SIZE = 1000;

  private final byte[] content = new byte[SIZE];
  private final Memory memory = new Memory();
  private final VerifiedReader reader = new VerifiedReader(memory);

  VerifiedReaderTest() {
    new Random(3).nextBytes(content);
    memory.sum = Crc32c.base64(Crc32c.of(List.of(ByteBuffer.wrap(content))));
  }

  /** One object in memory, and what is told of it. */
  private final class Memory implements VerifiedReader.Source {
    private String sum = "";
    private boolean tells;
    private int asked;
    private int failingAsks;
    private int garbled = -1;
    private final Deque<Integer> cuts = new ArrayDeque<>();

    @Override
    public KeptSum get(ReadRequest request) throws IOException {
      ByteBuffer target = request.target();
      int from = (int) request.offset();
      int count = target.remaining();
      boolean cut = !cuts.isEmpty();
      int arrives = cut ? cuts.remove() : count;
      for (int i = from; i < from + arrives; i++) {
        target.put((byte) (content[i] ^ (i == garbled ? 1 : 0)));
      }
      if (cut) {
        throw new UnavailableException(Failure.of("read", OBJECT, "cut"), null);
      }
      boolean whole = from == 0 && count == content.length;
      return new KeptSum(content.length, tells && whole ? sum : "");
    }

    @Override
    public KeptSum ask(ReadRequest request) throws IOException {
      asked++;
      if (failingAsks-- > 0) {
        throw new UnavailableException(Failure.of("read", OBJECT, "busy"), null);
      }
      return new KeptSum(content.length, sum);
    }
  }

  private void read(int from, int to) throws IOException {
    reader.read(new ReadRequest(OBJECT, "e", from, ByteBuffer.allocateDirect(to - from)));
  }

  @Test
  void rangesInAnyOrderAreComparedOnceTheyAreTheWhole() throws IOException {
    List<Integer> starts = new ArrayList<>();
    for (int i = 0; i < SIZE; i += 70) {
      starts.add(i);
    }
    for (int seed = 0; seed < 20; seed++) {
      memory.asked = 0;
      Collections.shuffle(starts, new Random(seed));
      for (int start : starts) {
        assertThat(memory.asked).isZero();
        read(start, Math.min(SIZE, start + 70));
      }
      assertThat(memory.asked).isOne();
      assertThat(reader.checks()).isEqualTo(new Checks(seed + 1, 0));
    }
  }

  @Test
  void aByteThatDiffersIsFoundByTheRangeThatCompletesTheObject() throws IOException {
    memory.garbled = 10;

    read(0, 500);

    assertThatThrownBy(() -> read(500, SIZE))
        .isInstanceOf(CorruptException.class)
        .hasMessageContaining("Cannot read s3://bucket/object: its CRC32C is")
        .hasMessageContaining(memory.sum);
    assertThat(reader.checks().verified()).isZero();
  }

  @Test
  void theAnswersOwnSumSavesTheQuestion() throws IOException {
    memory.tells = true;

    read(0, SIZE);

    assertThat(memory.asked).isZero();
    assertThat(reader.checks()).isEqualTo(new Checks(1, 0));
  }

  @Test
  void whatArrivedBeforeAFailureCounts() throws IOException {
    ByteBuffer target = ByteBuffer.allocateDirect(SIZE);
    memory.cuts.add(300);
    memory.cuts.add(0);
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> reader.read(new ReadRequest(OBJECT, "e", target.position(), target)))
          .isInstanceOf(UnavailableException.class);
    }

    reader.read(new ReadRequest(OBJECT, "e", target.position(), target));

    assertThat(reader.checks()).isEqualTo(new Checks(1, 0));
  }

  @Test
  void aQuestionThatFailsIsAskedAgainByTheNextAttempt() throws IOException {
    memory.failingAsks = 1;
    ByteBuffer target = ByteBuffer.allocateDirect(SIZE);
    assertThatThrownBy(() -> reader.read(new ReadRequest(OBJECT, "e", 0, target)))
        .isInstanceOf(UnavailableException.class);
    assertThat(reader.checks()).isEqualTo(new Checks(0, 1));
    assertThat(target.hasRemaining()).isFalse();

    reader.read(new ReadRequest(OBJECT, "e", SIZE, target));

    assertThat(reader.checks()).isEqualTo(new Checks(1, 0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "AAAAAA==-3"})
  void anObjectWithoutASumOfItsWholeIsReadAndCounted(String sum) throws IOException {
    memory.sum = sum;

    read(0, 500);
    read(500, SIZE);

    assertThat(reader.checks()).isEqualTo(new Checks(0, 1));
  }

  @Test
  void anObjectOfWhichAPartIsReadIsCounted() throws IOException {
    read(0, 400);
    read(500, SIZE);

    assertThat(memory.asked).isZero();
    assertThat(reader.checks()).isEqualTo(new Checks(0, 1));
  }

  @Test
  void anObjectThatIsReadAgainIsComparedAgain() throws IOException {
    read(0, 100);
    read(100, 200);
    read(0, 100);
    read(100, SIZE);
    memory.garbled = 5;
    read(0, 100);

    assertThat(reader.checks()).isEqualTo(new Checks(1, 1));
    assertThatThrownBy(() -> read(100, SIZE)).isInstanceOf(CorruptException.class);
  }

  @Test
  void versionsAreNotMixed() throws IOException {
    read(0, 500);
    reader.read(new ReadRequest(OBJECT, "other", 500, ByteBuffer.allocateDirect(500)));

    assertThat(memory.asked).isZero();
    assertThat(reader.checks()).isEqualTo(new Checks(0, 2));
  }
}
