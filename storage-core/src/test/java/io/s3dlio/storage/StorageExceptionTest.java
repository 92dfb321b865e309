package io.s3dlio.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

class StorageExceptionTest {
  private static final Location LOCATION = Location.parse("s3://bucket/a b");
  private static final Failure FAILURE = Failure.of("read", LOCATION, "it is late");
  private static final List<BiFunction<Failure, Throwable, StorageException>> TYPES =
      List.of(
          StorageException::new,
          AccessDeniedException::new,
          AlreadyExistsException::new,
          CorruptException::new,
          NotFoundException::new,
          ObjectChangedException::new,
          StorageTimeoutException::new,
          ThrottledException::new,
          UnavailableException::new,
          TruncatedException::new);

  @Test
  void theMessageNamesOperationLocationReasonAndRemedy() {
    assertThat(new StorageException(FAILURE)).hasMessage("Cannot read s3://bucket/a b: it is late");
    assertThat(new StorageException(FAILURE.withRemedy("Wait")))
        .hasMessage("Cannot read s3://bucket/a b: it is late. Wait");
    assertThat(new StorageException(FAILURE.withAttempts(3).withRemedy("Wait")))
        .hasMessage("Cannot read s3://bucket/a b: it is late (after 3 attempts). Wait");
    assertThat(new StorageException(new Failure("put", LOCATION, "no", "Ask", 2, 503, "R1")))
        .hasMessage(
            "Cannot put s3://bucket/a b: no (after 2 attempts) [status 503, request R1]. Ask");
    assertThat(new StorageException(new Failure("put", LOCATION, "no", "", 1, 404, "")))
        .hasMessage("Cannot put s3://bucket/a b: no [status 404]");
  }

  @Test
  void attemptsAreCountedAndAllElseIsKept() {
    for (BiFunction<Failure, Throwable, StorageException> type : TYPES) {
      StorageException first = type.apply(FAILURE, new IOException("cause"));
      first.addSuppressed(new IOException("other"));

      StorageException third = first.withAttempts(3);

      assertThat(third).isExactlyInstanceOf(first.getClass());
      assertThat(third.failure()).isEqualTo(FAILURE.withAttempts(3));
      assertThat(third).hasMessageContaining("(after 3 attempts)").hasCause(first.getCause());
      assertThat(third.getSuppressed()).isEqualTo(first.getSuppressed());
      assertThat(third.getStackTrace()).isEqualTo(first.getStackTrace());
      assertThat(third.isRetryable()).isEqualTo(first.isRetryable());
      assertThat(third.withAttempts(3)).isSameAs(third);
    }
  }

  @Test
  void onlyWhatMayPassIsTriedAgain() {
    assertThat(new ThrottledException(FAILURE).isRetryable()).isTrue();
    assertThat(new UnavailableException(FAILURE).isRetryable()).isTrue();
    assertThat(new StorageTimeoutException(FAILURE).isRetryable()).isTrue();
    assertThat(new StorageException(FAILURE).isRetryable()).isFalse();
    assertThat(new NotFoundException(FAILURE).isRetryable()).isFalse();
    assertThat(new ObjectChangedException(FAILURE).isRetryable()).isFalse();
    assertThat(new TruncatedException(FAILURE).isRetryable()).isFalse();
  }

  @Test
  void exceptionsTravelBetweenJvms() throws Exception {
    for (BiFunction<Failure, Throwable, StorageException> type : TYPES) {
      StorageException sent =
          type.apply(FAILURE.withRemedy("Wait"), new IOException("cause", new Exception("root")));
      sent.addSuppressed(new NotFoundException(FAILURE));

      StorageException received = travel(sent);

      assertThat(received).isExactlyInstanceOf(sent.getClass()).hasMessage(sent.getMessage());
      assertThat(received.failure()).isEqualTo(sent.failure());
      assertThat(received).hasRootCauseMessage("root");
      assertThat(received.getSuppressed()[0]).isInstanceOf(NotFoundException.class);
    }
  }

  @Test
  void aFailedBatchTellsEachObject() throws Exception {
    Map<Location, StorageException> failures = new LinkedHashMap<>();
    for (int i = 0; i < 20; i++) {
      Location location = LOCATION.withKey("key-" + i);
      failures.put(
          location,
          new AccessDeniedException(
              Failure.of("delete", location, "denied " + i).withRemedy("Ask " + i)));
    }

    BatchDeleteException batch = new BatchDeleteException(failures);

    assertThat(batch)
        .hasMessage("Cannot delete s3://bucket/key-0: denied 0; 19 more objects failed. Ask 0")
        .hasCause(failures.get(LOCATION.withKey("key-0")));
    assertThat(batch.getSuppressed()).hasSize(9);
    StorageException again = batch.withAttempts(2);
    assertThat(again).isInstanceOf(BatchDeleteException.class);
    assertThat(again.getSuppressed()).hasSize(9);
    BatchDeleteException received = travel(batch);
    assertThat(received.failures().keySet()).containsExactlyElementsOf(failures.keySet());
    assertThat(received.failures().get(LOCATION.withKey("key-7"))).hasMessageContaining("denied 7");
    assertThatThrownBy(() -> received.failures().clear())
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> new BatchDeleteException(Map.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void oneFailureOfABatchReadsAsItself() {
    NotFoundException only =
        new NotFoundException(Failure.of("delete", LOCATION, "gone").withRemedy("Look"));

    assertThat(new BatchDeleteException(Map.of(LOCATION, only)))
        .hasMessage("Cannot delete s3://bucket/a b: gone. Look");
  }

  @SuppressWarnings({"unchecked", "BanSerializableRead"})
  private static <T> T travel(T object) throws IOException, ClassNotFoundException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(object);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return (T) in.readObject();
    }
  }
}
