package io.s3dlio.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.s3dlio.storage.buffer.BufferPool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What this JVM holds. Sockets are known where there is a {@code /proc}.
 *
 * @param leasedBytes of the shared buffer pool
 * @param threads of ours
 * @param sockets of TCP, by their inodes
 */
record Held(long leasedBytes, Set<Thread> threads, Map<String, Socket> sockets) {
  private static final Path OPEN_FILES = Path.of("/proc/self/fd");
  private static final List<Path> TABLES =
      List.of(Path.of("/proc/self/net/tcp"), Path.of("/proc/self/net/tcp6"));
  private static final String LISTENING = "0A";

  /**
   * A line of the kernel's table.
   *
   * @param local an address and a port, in hexadecimal
   * @param remote the same of the other side
   */
  record Socket(String local, String remote, String state) {
    static String port(String address) {
      return address.substring(address.indexOf(':') + 1);
    }
  }

  static Held now() {
    return new Held(
        BufferPool.shared().stats().leasedBytes(),
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().startsWith("s3dlio"))
            .filter(thread -> isRunning(thread) && !endsByItself(thread))
            .collect(Collectors.toSet()),
        openSockets());
  }

  /**
   * Returns what there is more than before, in words. Connections with a server that this JVM ran
   * before are the server's affair: Spark's processes talk to each other, though they are one.
   */
  List<String> beyond(Held before) {
    List<String> leaks = new ArrayList<>();
    if (leasedBytes > before.leasedBytes) {
      leaks.add("%d bytes of leased buffers".formatted(leasedBytes - before.leasedBytes));
    }
    for (Thread thread : threads) {
      if (!before.threads.contains(thread)) {
        leaks.add("thread " + thread.getName() + " " + Arrays.toString(thread.getStackTrace()));
      }
    }
    Set<String> servers =
        before.sockets.values().stream()
            .filter(socket -> socket.state().equals(LISTENING))
            .map(socket -> Socket.port(socket.local()))
            .collect(Collectors.toSet());
    sockets.forEach(
        (inode, socket) -> {
          if (!before.sockets.containsKey(inode)
              && !servers.contains(Socket.port(socket.local()))
              && !servers.contains(Socket.port(socket.remote()))) {
            leaks.add(
                "connection %s to %s, state %s"
                    .formatted(socket.local(), socket.remote(), socket.state()));
          }
        });
    return leaks;
  }

  /** A thread without a frame has not begun or is at its end; which of both, shows at once. */
  private static boolean isRunning(Thread thread) {
    while (thread.isAlive() && thread.getStackTrace().length == 0) {
      Thread.onSpinWait();
    }
    return thread.isAlive();
  }

  /** A pool's thread that waits for work, but not for ever, or has waited long enough. */
  private static boolean endsByItself(Thread thread) {
    List<String> methods =
        Arrays.stream(thread.getStackTrace())
            .map(frame -> frame.getClassName() + '.' + frame.getMethodName())
            .toList();
    return methods.contains("java.util.concurrent.ThreadPoolExecutor.processWorkerExit")
        || (methods.contains("java.util.concurrent.LinkedBlockingQueue.poll")
            && methods.contains("java.util.concurrent.ThreadPoolExecutor.getTask"));
  }

  private static Map<String, Socket> openSockets() {
    Map<String, Socket> open = new HashMap<>();
    if (Files.isDirectory(OPEN_FILES)) {
      try {
        Map<String, Socket> all = table();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(OPEN_FILES)) {
          for (Path file : files) {
            String inode = inode(file);
            if (all.containsKey(inode)) {
              open.put(inode, all.get(inode));
            }
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return open;
  }

  private static String inode(Path file) throws IOException {
    try {
      return Files.readSymbolicLink(file).toString().replaceAll("^socket:\\[(\\d+)]$", "$1");
    } catch (NoSuchFileException e) {
      return ""; // It was closed meanwhile.
    }
  }

  /** Returns every socket of this machine by its inode. */
  private static Map<String, Socket> table() throws IOException {
    Map<String, Socket> all = new HashMap<>();
    for (Path table : TABLES) {
      if (Files.exists(table)) {
        for (String line : Files.readAllLines(table, US_ASCII)) {
          String[] fields = line.trim().split("\\s+");
          all.put(fields[9], new Socket(fields[1], fields[2], fields[3]));
        }
      }
    }
    return all;
  }
}
