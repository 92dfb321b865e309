package io.s3dlio.storage.buffer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SegmentPoolTest {
  private static final int MIB = 1 << 20;
  private static final Duration IDLE = Duration.ofSeconds(60);

  /** May still read the classes of the tests, wherever they are. */
  private static final String[] NOBODY = {
    "setpriv",
    "--reuid=65534",
    "--regid=65534",
    "--clear-groups",
    "--inh-caps=+dac_read_search",
    "--ambient-caps=+dac_read_search"
  };

  private final List<Runnable> later = new ArrayList<>();
  private long now;
  private Path parent;
  private SegmentPool pool;

  @BeforeEach
  void openThePool(@TempDir Path folder) throws IOException {
    parent = folder;
    pool = new SegmentPool(SegmentDirectory.create(parent), 8 * MIB, IDLE, () -> now, later::add);
  }

  @AfterEach
  void closeThePool() throws IOException {
    pool.close();
    assertThat(parent).isEmptyDirectory();
  }

  @Test
  void theFileHasWhatIsWrittenToTheBufferWhereTheLeaseSays() throws IOException {
    SegmentLease lease = pool.tryAcquire(5000).orElseThrow();
    ByteBuffer buffer = lease.buffer();
    assertThat(buffer.remaining()).isEqualTo(5000);
    assertThat(buffer.isDirect()).isTrue();
    assertThat(buffer.alignmentOffset(0, BufferPool.ALIGNMENT)).isZero();
    buffer.put(4999, (byte) 7);

    ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(lease.file()));
    assertThat(file.get(lease.offset() + 4999)).isEqualTo((byte) 7);
    assertThat(new String(file.array(), 0, 8, UTF_8)).isEqualTo("s3dlioS1");
    assertThat(stampIn(lease.file())).isEqualTo(lease.stamp());
  }

  @Test
  void memoryIsAllThereBeforeAnybodyTouchesIt() throws Exception {
    Path file = pool.tryAcquire(MIB).orElseThrow().file();

    assertThat(blocks(file) * 512).isGreaterThanOrEqualTo(MIB + 4096);
  }

  @Test
  void nobodyElseMayOpenAFileOrGuessItsName() throws IOException {
    SegmentLease one = pool.tryAcquire(1).orElseThrow();
    SegmentLease other = pool.tryAcquire(1).orElseThrow();

    assertThat(permissions(one.file())).isEqualTo("rw-------");
    assertThat(permissions(pool.folder())).isEqualTo("rwx------");
    assertThat(one.file()).isNotEqualTo(other.file());
    assertThat(one.file().getFileName().toString()).matches("[0-9a-f]{32}");
    assertThat(pool.folder().getFileName().toString()).matches("s3dlio-[0-9a-f]{32}-[0-9a-f]{32}");
  }

  @Test
  void memoryIsUsedAgainOnlyOnceBothHaveLetGoOfIt() {
    SegmentLease first = pool.tryAcquire(MIB).orElseThrow();
    first.close();
    SegmentLease second = pool.tryAcquire(MIB).orElseThrow();
    assertThat(second.file()).isNotEqualTo(first.file());
    second.expire(true);
    SegmentLease third = pool.tryAcquire(MIB).orElseThrow();
    assertThat(third.file()).isNotEqualTo(first.file()).isNotEqualTo(second.file());

    first.expire(true);
    assertThat(pool.tryAcquire(MIB).orElseThrow().file()).isEqualTo(first.file());
    second.close();
    assertThat(pool.tryAcquire(MIB).orElseThrow().file()).isEqualTo(second.file());
    assertThat(pool.stats().created()).isEqualTo(3);
  }

  @Test
  void aStampHoldsForOneLeaseAndEndsWithIt() throws IOException {
    SegmentLease first = pool.tryAcquire(MIB).orElseThrow();
    first.close();
    assertThat(stampIn(first.file())).isEqualTo(first.stamp());
    first.expire(true);
    assertThat(stampIn(first.file())).isZero();

    SegmentLease again = pool.tryAcquire(MIB).orElseThrow();
    assertThat(again.file()).isEqualTo(first.file());
    assertThat(again.stamp()).isNotEqualTo(first.stamp()).isNotZero();
    assertThat(stampIn(again.file())).isEqualTo(again.stamp());
  }

  @Test
  void memoryThatSomebodyMayStillReadIsNeverUsedAgain() {
    SegmentLease lease = pool.tryAcquire(MIB).orElseThrow();
    lease.close();
    lease.expire(false);

    assertThat(lease.file()).doesNotExist();
    assertThat(pool.tryAcquire(MIB).orElseThrow().file()).isNotEqualTo(lease.file());
  }

  @Test
  void theLimitCountsWhatIsLeasedAndWhatIsKeptMakesRoom() {
    SegmentLease five = pool.tryAcquire(5 * MIB).orElseThrow();
    assertThat(pool.tryAcquire(4 * MIB)).isEmpty();
    assertThat(pool.stats().refused()).isEqualTo(1);
    five.close();
    five.expire(true);
    assertThat(pool.stats().keptBytes()).isEqualTo(5 * MIB);

    assertThat(pool.tryAcquire(4 * MIB)).isPresent();
    assertThat(five.file()).doesNotExist();
    assertThat(pool.stats().keptBytes()).isZero();
    assertThat(pool.stats().leasedBytes()).isEqualTo(4 * MIB);
  }

  @Test
  void closingAndExpiringTwiceCountsOnce() {
    SegmentLease lease = pool.tryAcquire(MIB).orElseThrow();
    for (int i = 0; i < 2; i++) {
      lease.close();
      lease.expire(true);
    }

    assertThat(pool.stats().leases()).isZero();
    assertThat(pool.stats().leasedBytes()).isZero();
    assertThat(pool.stats().keptBytes()).isEqualTo(MIB);
    assertThatIllegalStateException().isThrownBy(lease::buffer);
  }

  @Test
  void whatNobodyUsesForAWhileGoesBackToTheSystem() {
    SegmentLease early = release(pool.tryAcquire(MIB).orElseThrow());
    now += IDLE.toNanos() / 2;
    SegmentLease late = release(pool.tryAcquire(2 * MIB).orElseThrow());
    assertThat(later).describedAs("one look at a time").hasSize(1);

    now += IDLE.toNanos() / 2;
    later.remove(0).run();
    assertThat(early.file()).doesNotExist();
    assertThat(late.file()).exists();
    now += IDLE.toNanos() / 2;
    later.remove(0).run();
    assertThat(late.file()).doesNotExist();
    assertThat(later).isEmpty();
    assertThat(pool.stats().keptBytes()).isZero();
  }

  @Test
  void afterCloseThereIsNoFolderAndNoMemoryToBeHad() throws IOException {
    SegmentLease lease = pool.tryAcquire(MIB).orElseThrow();

    pool.close();

    assertThat(parent).isEmptyDirectory();
    lease.buffer().put(0, (byte) 1);
    release(lease);
    assertThat(pool.tryAcquire(1)).isEmpty();
  }

  @Test
  void theFolderOfAKilledProcessIsRemovedByTheNextAndThatOfALivingOneIsNot() throws Exception {
    Process living = holder();
    Process killed = holder();
    Path kept = folderOf(living).orElseThrow();
    Path left = folderOf(killed).orElseThrow();
    killed.destroyForcibly().waitFor();
    assertThat(left).isNotEmptyDirectory();

    SegmentPool.open(parent, MIB).close();

    assertThat(left).doesNotExist();
    assertThat(kept).isNotEmptyDirectory();
    living.destroy();
    living.waitFor();
    SegmentPool.open(parent, MIB).close();
    try (Stream<Path> rest = Files.list(parent)) {
      assertThat(rest.toList())
          .allMatch(path -> path.toString().startsWith(pool.folder().toString()));
    }
  }

  /** In a namespace process numbers begin anew, and are those of other containers too. */
  @Test
  void theFolderOfAProcessThatWasKilledInANamespaceIsRemovedToo() throws Exception {
    Process killed = holder("unshare", "--map-root-user", "--pid", "--fork", "--kill-child");
    Optional<Path> left = folderOf(killed);
    assumeTrue(left.isPresent(), "SegmentPoolTest needs namespaces of users and processes");
    SegmentPool.open(parent, MIB).close();
    assertThat(left.get()).isNotEmptyDirectory();
    killed.destroyForcibly().waitFor();

    // Its process dies after the one that started it.
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (Files.exists(left.get())) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      SegmentPool.open(parent, MIB).close();
    }
  }

  @Test
  void theFolderOfAnotherUserStaysAndItsOwnerMayRemoveIt() throws Exception {
    assumeTrue("root".equals(System.getProperty("user.name")), "SegmentPoolTest needs root");
    Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwxrwxrwx"));
    Process killed = holder(NOBODY);
    Optional<Path> left = folderOf(killed);
    assumeTrue(left.isPresent(), "SegmentPoolTest needs setpriv");
    killed.destroyForcibly().waitFor();

    SegmentPool.open(parent, MIB).close();
    assertThat(left.get()).isNotEmptyDirectory();
    Process next = holder(NOBODY);
    Path own = folderOf(next).orElseThrow();
    assertThat(left.get()).doesNotExist();
    next.destroyForcibly().waitFor();
    try (Stream<Path> files = Files.list(own)) {
      files.forEach(file -> assertThat(file.toFile().delete()).isTrue());
    }
    Files.delete(own);
    Files.delete(Path.of(own + ".lock"));
  }

  @Test
  void whatOnlyLooksLikeAFolderOfOursStays() throws IOException {
    Path other = Files.createDirectory(parent.resolve("s3dlio-1-mine"));
    Path link = Files.createSymbolicLink(parent.resolve("s3dlio-2-link"), other);
    Path file = Files.writeString(other.resolve("file"), "not ours: nobody has a lock for it");

    SegmentPool.open(parent, MIB).close();

    assertThat(file).exists();
    Files.delete(link);
    Files.delete(file);
    Files.delete(other);
  }

  private static SegmentLease release(SegmentLease lease) {
    lease.close();
    lease.expire(true);
    return lease;
  }

  private static long stampIn(Path file) throws IOException {
    return ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN).getLong(8);
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  /** Returns how much of a file is there, in units of 512 bytes. */
  private static long blocks(Path file) throws Exception {
    Process stat = new ProcessBuilder("stat", "--format=%b", file.toString()).start();
    return Long.parseLong(new String(stat.getInputStream().readAllBytes(), UTF_8).strip());
  }

  private Process holder(String... prefix) throws IOException {
    List<String> command = new ArrayList<>(List.of(prefix));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(Holder.class.getName(), parent.toString()));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  /** Returns the folder that a process says it has; empty if it could not run. */
  private static Optional<Path> folderOf(Process holder) throws IOException {
    BufferedReader out = new BufferedReader(new InputStreamReader(holder.getInputStream(), UTF_8));
    return Optional.ofNullable(out.readLine()).map(Path::of);
  }

  /** Has a lease until it is killed. */
  static final class Holder {
    public static void main(String[] args) throws Exception {
      SegmentPool pool = SegmentPool.open(Path.of(args[0]), MIB);
      SegmentLease lease = pool.tryAcquire(1000).orElseThrow();
      System.out.println(pool.folder());
      Thread.currentThread().join();
      lease.close();
    }
  }
}
