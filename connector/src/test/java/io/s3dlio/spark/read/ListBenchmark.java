package io.s3dlio.spark.read;

import static java.util.Objects.requireNonNull;

import com.sun.management.OperatingSystemMXBean;
import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.StoreConfig;
import io.s3dlio.storage.s3.S3Config;
import io.s3dlio.storage.s3.S3Credentials;
import io.s3dlio.storage.s3.S3Stores;
import io.s3dlio.testing.ListingServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * A listing of many keys against the AWS SDK's paginator, and in pieces against from end to end.
 * The server, which makes its pages up, is a process of its own; the CPU is the client's.
 *
 * <pre>
 * ListBenchmark [ROUNDS [OBJECTS [OBJECTS_WITH_LATENCY]]]
 * </pre>
 */
public final class ListBenchmark {
  private static final Location ALL = new Location("s3", "bucket", "p/");
  private static final int PER_DIRECTORY = 2000;
  private static final int DELAY_MILLIS = 20;

  private final int rounds;
  private final int objects;

  private ListBenchmark(int rounds, int objects) {
    this.rounds = rounds;
    this.objects = objects;
  }

  /** One way to list all keys; returns how many there were. */
  @FunctionalInterface
  private interface Way {
    long run() throws IOException;
  }

  public static void main(String[] args) throws Exception {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 5;
    int objects = args.length > 1 ? Integer.parseInt(args[1]) : 1_000_000;
    int slowObjects = args.length > 2 ? Integer.parseInt(args[2]) : 200_000;
    new ListBenchmark(rounds, objects).pages();
    new ListBenchmark(rounds, slowObjects).pieces();
    System.exit(0);
  }

  private void pages() throws Exception {
    try (Child server = new Child(objects, 0, 0)) {
      Map<String, Way> ways = new LinkedHashMap<>();
      ObjectStore own = own(server.endpoint());
      ways.put("s3dlio", () -> list(own));
      S3Client sdk = sdk(server.endpoint());
      ways.put("sdk", () -> list(sdk));
      print(objects + " keys, no latency", ways, "sdk");
    }
  }

  private void pieces() throws Exception {
    for (int perDirectory : new int[] {0, PER_DIRECTORY}) {
      try (Child server = new Child(objects, perDirectory, DELAY_MILLIS)) {
        Map<String, Way> ways = new LinkedHashMap<>();
        ObjectStore own = own(server.endpoint());
        ListSettings settings = new ListSettings(true, StoreConfig.DEFAULT, Integer.MAX_VALUE);
        ways.put(
            "load",
            () -> ObjectLister.list(List.of(ALL), settings, (location, config) -> own).objects());
        ways.put("s3dlio", () -> list(own));
        S3Client sdk = sdk(server.endpoint());
        ways.put("sdk", () -> list(sdk));
        String layout = perDirectory == 0 ? "no directories" : perDirectory + " a directory";
        print("%d keys, %s, %d ms a page".formatted(objects, layout, DELAY_MILLIS), ways, "s3dlio");
      }
    }
  }

  private static ObjectStore own(URI endpoint) {
    return S3Stores.open(
        S3Config.builder()
            .endpoint(endpoint)
            .region("us-east-1")
            .credentials(new S3Credentials("id", "secret", ""))
            .build());
  }

  private static S3Client sdk(URI endpoint) {
    return S3Client.builder()
        .endpointOverride(endpoint)
        .region(Region.US_EAST_1)
        .forcePathStyle(true)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create("id", "secret")))
        .build();
  }

  private static long list(ObjectStore store) throws IOException {
    long bytes = 0;
    long count = 0;
    try (ObjectListing listing = store.list(ALL, ListOptions.RECURSIVE)) {
      while (listing.hasNext()) {
        bytes += listing.next().length();
        count++;
      }
    }
    return bytes > 0 ? count : 0;
  }

  private static long list(S3Client client) {
    long bytes = 0;
    long count = 0;
    for (S3Object object :
        client
            .listObjectsV2Paginator(list -> list.bucket(ALL.container()).prefix(ALL.key()))
            .contents()) {
      bytes += object.size();
      count++;
    }
    return bytes > 0 ? count : 0;
  }

  private void print(String title, Map<String, Way> ways, String against) throws IOException {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    Map<String, Figures> figures = new LinkedHashMap<>();
    ways.keySet().forEach(way -> figures.put(way, new Figures()));
    for (int round = -1; round < rounds; round++) {
      for (Map.Entry<String, Figures> each : figures.entrySet()) {
        Way way = requireNonNull(ways.get(each.getKey()));
        long cpuBefore = system.getProcessCpuTime();
        long before = System.nanoTime();
        if (way.run() != objects) {
          throw new IllegalStateException(each.getKey() + " lists another number of keys");
        }
        if (round >= 0) {
          each.getValue().cpu.add((system.getProcessCpuTime() - cpuBefore) / 1e9);
          each.getValue().wall.add((System.nanoTime() - before) / 1e9);
        }
      }
    }
    System.out.println("\n" + title);
    Figures peer = requireNonNull(figures.get(against));
    figures.forEach(
        (way, own) ->
            System.out.printf(
                "  %-8s %.2f us of CPU a key, %.2f s, CPU %.2f x %s, time %.2f x %s%n",
                way,
                median(own.cpu) / objects * 1e6,
                median(own.wall),
                median(own.cpu) / median(peer.cpu),
                against,
                median(own.wall) / median(peer.wall),
                against));
  }

  /** Seconds of each round. */
  private static final class Figures {
    final List<Double> cpu = new ArrayList<>();
    final List<Double> wall = new ArrayList<>();
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
  }

  /** A listing server in a process of its own. */
  private static final class Child implements AutoCloseable {
    private final Process process;
    private final URI endpoint;

    Child(int objects, int perDirectory, int delayMillis) throws IOException {
      process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx512m",
                  "-cp",
                  System.getProperty("java.class.path"),
                  ListingServer.class.getName(),
                  ALL.key(),
                  String.valueOf(objects),
                  String.valueOf(perDirectory),
                  String.valueOf(delayMillis))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      BufferedReader out =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
      endpoint = URI.create(out.readLine());
    }

    URI endpoint() {
      return endpoint;
    }

    @Override
    public void close() throws IOException {
      process.getOutputStream().close();
    }
  }
}
