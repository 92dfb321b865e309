package io.s3dlio.datagen;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * How fast a core generates into a direct buffer, beside a plain fill of the same memory. Run it
 * with
 *
 * <pre>{@code
 * mvn -q -pl datagen -am -Pbenchmark process-test-classes
 * }</pre>
 */
@NullUnmarked
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class GeneratorBenchmark {
  @Param({"1", "8"})
  public int mebibytes;

  private ByteBuffer target;
  private byte[] pattern;
  private ObjectSource random;
  private ObjectSource zeros;
  private ObjectSource npz;
  private ObjectSource tfrecord;
  private ObjectSource smallTfRecords;
  private ObjectSource hdf5;

  @Setup
  public void allocate() {
    long size = (long) mebibytes << 20;
    target = ByteBuffer.allocateDirect(mebibytes << 20);
    pattern = new byte[BlockSource.BLOCK];
    random = new ObjectSpec(7, "x", size, ObjectType.RANDOM).source(42);
    zeros = new ObjectSpec(7, "x", size, ObjectType.ZEROS).source(42);
    npz = new ObjectSpec(7, "x", size, ObjectType.NPZ).source(42);
    tfrecord = new ObjectSpec(7, "x", size, ObjectType.TFRECORD).source(42);
    smallTfRecords = new ObjectSpec(7, "x", size, ObjectType.TFRECORD, 256 * mebibytes).source(42);
    hdf5 = new ObjectSpec(7, "x", size, ObjectType.HDF5).source(42);
  }

  @Benchmark
  public void random() {
    random.fill(0, target.clear());
  }

  @Benchmark
  public void zeros() {
    zeros.fill(0, target.clear());
  }

  @Benchmark
  public void npz() {
    npz.fill(0, target.clear());
  }

  @Benchmark
  public void tfrecord() {
    tfrecord.fill(0, target.clear());
  }

  /** Of 4 KiB each. */
  @Benchmark
  public void smallTfRecords() {
    smallTfRecords.fill(0, target.clear());
  }

  @Benchmark
  public void hdf5() {
    hdf5.fill(0, target.clear());
  }

  /** The least that any generator does: every byte is stored once. */
  @Benchmark
  public void plainFill() {
    target.clear();
    while (target.hasRemaining()) {
      target.put(pattern);
    }
  }

  public static void main(String[] args) throws RunnerException, CommandLineOptionException {
    new Runner(
            new OptionsBuilder()
                .parent(new CommandLineOptions(args))
                .include(GeneratorBenchmark.class.getName())
                .build())
        .run();
  }
}
