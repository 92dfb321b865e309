package io.s3dlio.storage.cloud;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.s3dlio.storage.transport.HttpStub;
import io.s3dlio.testing.NoLeaks;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests of what a store makes of answers that no healthy server gives, each from a script. */
@Timeout(120)
@ExtendWith(NoLeaks.class)
public abstract class ScriptedServer {
  /** The heads of the requests that came. */
  protected final List<String> heads = Collections.synchronizedList(new ArrayList<>());

  /** How many came. */
  protected final AtomicInteger count = new AtomicInteger();

  protected final List<HttpStub> servers = new ArrayList<>();

  /** Answers the n-th request, counting from 0, on whichever connection; null closes it. */
  @FunctionalInterface
  public interface Script {
    @Nullable String answer(int number, String head);
  }

  /** Begins to answer and returns where. */
  protected URI serve(Script script) throws IOException {
    HttpStub server =
        new HttpStub(
            (connection, request, head) -> {
              heads.add(head);
              String answer = script.answer(count.getAndIncrement(), head);
              boolean waits = answer != null && head.contains("Expect: 100-continue");
              return waits ? "HTTP/1.1 100 Continue\r\n\r\n" + answer : answer;
            });
    servers.add(server);
    return URI.create(server.endpoint().toString());
  }

  @AfterEach
  void stop() throws IOException {
    for (HttpStub server : servers) {
      server.close();
    }
  }

  protected static ByteBuffer direct(String text) {
    return ByteBuffer.allocateDirect(text.length()).put(text.getBytes(ISO_8859_1)).flip();
  }

  protected static boolean await(CountDownLatch latch) {
    try {
      return latch.await(60, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
