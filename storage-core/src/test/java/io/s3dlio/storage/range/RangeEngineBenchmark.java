package io.s3dlio.storage.range;

import io.s3dlio.storage.CancellationToken;
import io.s3dlio.storage.ReadRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a small request costs in the engine itself: the store reads nothing. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class RangeEngineBenchmark {
  private static final int REQUESTS = 160;
  private static final int SIZE = 100 << 10;

  @Param({"1", "16"})
  int maxConcurrency;

  private final ByteBuffer memory = ByteBuffer.allocateDirect(REQUESTS * SIZE);
  private final PatternStore store =
      new PatternStore(request -> request.target().position(request.target().limit()));

  @Benchmark
  @OperationsPerInvocation(REQUESTS)
  public BatchRead smallRequest() throws IOException {
    List<ReadRequest> requests =
        IntStream.range(0, REQUESTS)
            .mapToObj(i -> memory.slice(i * SIZE, SIZE))
            .map(target -> new ReadRequest(PatternStore.location("a"), "", 0, target))
            .toList();
    BatchRead batch =
        RangeEngine.shared()
            .submit(
                store,
                requests,
                RangeEngineConfig.DEFAULT,
                maxConcurrency,
                new CancellationToken());
    batch.await();
    return batch;
  }
}
