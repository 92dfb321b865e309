package io.s3dlio.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3dlio.storage.buffer.BufferLease;
import io.s3dlio.storage.buffer.BufferPool;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** That a leak would be seen. */
class HeldTest {
  @Test
  void aLeaseIsSeenUntilItIsClosed() {
    Held before = Held.now();
    try (BufferLease lease = BufferPool.shared().acquire(4096)) {
      assertThat(Held.now().beyond(before)).singleElement().asString().contains("leased buffers");
    }
    assertThat(Held.now().beyond(before)).isEmpty();
  }

  @Test
  void aThreadOfOursIsSeenUntilItEnds() throws InterruptedException {
    Held before = Held.now();
    CountDownLatch end = new CountDownLatch(1);
    Thread ours = new Thread(() -> awaitUninterrupted(end), "s3dlio-left");
    Thread another = new Thread(() -> awaitUninterrupted(end), "another");
    for (Thread thread : List.of(ours, another)) {
      thread.start();
    }
    assertThat(Held.now().beyond(before)).singleElement().asString().contains("s3dlio-left");
    end.countDown();
    ours.join();
    another.join();
    assertThat(Held.now().beyond(before)).isEmpty();
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aConnectionIsSeenUntilBothItsSidesAreClosed() throws Exception {
    Held before = Held.now();
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket client = new Socket(server.getInetAddress(), server.getLocalPort());
        Socket accepted = server.accept()) {
      assertThat(accepted.isConnected()).isTrue();
      assertThat(Held.now().beyond(before))
          .hasSize(3)
          .allMatch(leak -> leak.startsWith("connection "))
          .anyMatch(leak -> leak.contains(":%04X".formatted(client.getLocalPort())));
    }
    assertThat(Held.now().beyond(before)).isEmpty();
  }
}
