package io.s3dlio.spark.bench;

import com.github.luben.zstd.Zstd;
import io.s3dlio.datagen.Factors;
import io.s3dlio.datagen.ObjectSpec;
import io.s3dlio.datagen.ObjectType;
import io.s3dlio.datagen.Payload;
import io.s3dlio.testing.Peer;
import io.s3dlio.testing.Rounds;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What generating into memory costs, objects of 8 MiB on one thread: random bytes, file formats,
 * factors, and other libraries in a process of their own. Arguments: the rounds, then the command
 * of the libraries.
 */
public final class GenerateBenchmark {
  private static final int SIZE = 8 << 20;
  private static final int OBJECTS = 256;
  private static final int LOOKED_AT = 16;
  private static final int BLOCK = 4096;
  private static final String RANDOM = "random";

  private static final List<String> PEERS =
      List.of("dgen-py", "s3dlio", "s3dlio streaming", "dgen-py 2, 3", "s3dlio 2, 3");

  private final ByteBuffer target = ByteBuffer.allocateDirect(SIZE);

  private GenerateBenchmark() {}

  public static void main(String[] args) throws Exception {
    new GenerateBenchmark().run(Integer.parseInt(args[0]), List.of(args).subList(1, args.length));
  }

  private void run(int rounds, List<String> command) throws Exception {
    Rounds race =
        new Rounds(
            "%d objects of %d MiB into a buffer, a request an object"
                .formatted(OBJECTS, SIZE >> 20),
            (long) OBJECTS * SIZE,
            OBJECTS);
    Map<String, ObjectSpec> ways = ways();
    ways.forEach((name, spec) -> race.add(name, () -> generate(spec)));
    try (Peer peer = new Peer(command, Map.of())) {
      for (String name : PEERS) {
        race.addElsewhere(name, () -> peer.run(name));
      }
      race.print(RANDOM, rounds);
      System.out.println("\nhow many times smaller zstd -3 makes an object, deduplication all");
      for (Map.Entry<String, ObjectSpec> way : ways.entrySet()) {
        print(way.getKey(), look(way.getValue()));
      }
      for (String name : PEERS) {
        print(name, peer.ask("look " + name));
      }
    }
  }

  private static void print(String name, String factors) {
    System.out.printf("  %-22s %s%n", name, factors.replace(",", ", "));
  }

  private static Map<String, ObjectSpec> ways() {
    Map<String, ObjectSpec> ways = new LinkedHashMap<>();
    ways.put(RANDOM, spec(ObjectType.RANDOM, Factors.NONE));
    for (ObjectType type : List.of(ObjectType.NPZ, ObjectType.TFRECORD, ObjectType.HDF5)) {
      ways.put(type.toString(), spec(type, Factors.NONE));
    }
    ways.put("random 2, 1", spec(ObjectType.RANDOM, new Factors(2, 1)));
    ways.put("random 1, 1.5", spec(ObjectType.RANDOM, new Factors(1, 1.5)));
    ways.put("random 2, 3", spec(ObjectType.RANDOM, new Factors(2, 3)));
    return ways;
  }

  private static ObjectSpec spec(ObjectType type, Factors factors) {
    return new ObjectSpec(0, "x", SIZE, type, Payload.DEFAULT.withFactors(factors));
  }

  private void generate(ObjectSpec spec) {
    for (int index = 0; index < OBJECTS; index++) {
      generate(spec, index);
    }
  }

  private void generate(ObjectSpec spec, int index) {
    new ObjectSpec(index, spec.name(), SIZE, spec.type(), spec.payload())
        .source(42)
        .fill(0, target.clear());
  }

  private String look(ObjectSpec spec) throws Exception {
    Set<ByteBuffer> seen = new HashSet<>();
    long compressed = 0;
    byte[] object = new byte[SIZE];
    for (int index = 0; index < LOOKED_AT; index++) {
      generate(spec, index);
      target.flip().get(object);
      compressed += Zstd.compress(object, 3).length;
      for (int at = 0; at < SIZE; at += BLOCK) {
        byte[] block = Arrays.copyOfRange(object, at, at + BLOCK);
        seen.add(ByteBuffer.wrap(MessageDigest.getInstance("MD5").digest(block)));
      }
    }
    double bytes = (double) LOOKED_AT * SIZE;
    return "%.3f,%.3f".formatted(bytes / compressed, bytes / BLOCK / seen.size());
  }
}
